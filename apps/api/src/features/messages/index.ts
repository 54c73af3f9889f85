import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../../realtime/gateway.ts'
import type { createHeadAnnouncer } from '../../realtime/heads.ts'
import { registerRealtime } from './realtime.ts'
import { registerRoutes } from './routes.ts'
import { readMessagesAt } from './rows-at.ts'
import { createSearchIndex } from './search-index.ts'
import { createService, type ServiceDependencies } from './service.ts'

interface MessagesDependencies extends ServiceDependencies {
  heads: ReturnType<typeof createHeadAnnouncer>
  onError: (error: unknown, what: string) => void
}

/** Messages: the log of each room, what is done to it, and who hears of it. */
export function createMessages(dependencies: MessagesDependencies) {
  const { database, events, access, heads, onError } = dependencies
  const messages = createService(dependencies)
  const searchIndex = createSearchIndex(database.reader, database.writer, (error) => onError(error, 'search index'))
  events.on('messages.committed', ({ roomId }) => searchIndex.touch(roomId))
  events.on('messages.uncertain', ({ roomIds }) => heads.doubt(roomIds))
  return {
    routes(app: FastifyInstance): void {
      registerRoutes(app, { messages, access, pool: database.reader })
      app.addHook('onListen', () => searchIndex.start())
    },
    realtime: (gateway: Gateway) =>
      registerRealtime(gateway, {
        messages,
        access,
        events,
        announceHead: heads.moved,
        messagesAt: (places) => readMessagesAt(database.reader, places),
        onError,
      }),
    remove: messages.remove,
    /** Finishes what was accepted, then stops. */
    async close(): Promise<void> {
      await messages.queue.drain()
      await searchIndex.stop()
    },
  }
}
