import type { FastifyInstance } from 'fastify'
import type { DatabasePools } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import type { createHeadAnnouncer } from '../../realtime/heads.ts'
import type { MessageAccess } from './access.ts'
import { createAppender } from './append.ts'
import { createEdit, createRecall } from './edit.ts'
import type { MessageEvents } from './events.ts'
import { createHistory } from './history.ts'
import type { MessageLog } from './log.ts'
import { createPin, createReact } from './react.ts'
import { registerRealtime } from './realtime.ts'
import { registerRoutes } from './routes.ts'
import { createSearchIndex } from './search-index.ts'
import { createSearch } from './search.ts'
import { createSend } from './send.ts'

interface MessagesDependencies {
  database: DatabasePools
  events: EventBus<MessageEvents>
  log: MessageLog
  access: MessageAccess
  heads: ReturnType<typeof createHeadAnnouncer>
  onError: (error: unknown, what: string) => void
}

/** What can be done with messages, by REST and by socket alike. */
export type Messages = ReturnType<typeof createService>

function createService({ database, events, log, access }: MessagesDependencies) {
  const appender = createAppender(database.writer, events)
  return {
    ...createHistory(database.reader),
    send: createSend({ access, appender, pool: database.reader }),
    edit: createEdit({ access, log }),
    recall: createRecall({ access, log }),
    react: createReact({ access, log }),
    pin: createPin({ access, log }),
    search: createSearch({ pool: database.reader, publicUsers: access.publicUsers }),
    queue: { depth: appender.depth, drain: appender.drain },
  }
}

/** Messages: the log of each room, what is done to it, and who hears of it. */
export function createMessages(dependencies: MessagesDependencies) {
  const { database, events, access, heads, onError } = dependencies
  const messages = createService(dependencies)
  const searchIndex = createSearchIndex(database.reader, database.writer, (error) => onError(error, 'search index'))
  events.on('messages.committed', ({ roomId }) => searchIndex.touch(roomId))
  events.on('messages.uncertain', ({ roomIds }) => heads.doubt(roomIds))
  return {
    messages,
    searchIndex,
    routes: (app: FastifyInstance) => registerRoutes(app, { messages, access, pool: database.reader }),
    realtime: (gateway: Gateway) => registerRealtime(gateway, { messages, access, events, announceHead: heads.moved }),
    /** Finishes what was accepted, then stops. */
    async close(): Promise<void> {
      await messages.queue.drain()
      await searchIndex.stop()
    },
  }
}
