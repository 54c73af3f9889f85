import type { FastifyInstance } from 'fastify'
import type { Config } from './config.ts'
import { openDatabase } from './platform/database.ts'
import { createEventBus } from './platform/events.ts'
import { createHttpServer } from './platform/http/server.ts'
import type { MessageEvents } from './features/messages/events.ts'
import { createMessageLog } from './features/messages/log.ts'

type DomainEvents = MessageEvents

/** The composition root: builds every feature in dependency order and hands each only what it needs. */
export async function createApp(config: Config): Promise<FastifyInstance> {
  const app = await createHttpServer(config)
  const database = openDatabase(config.DATABASE_URL)
  const events = createEventBus<DomainEvents>((error, event) =>
    app.log.error({ err: error, event }, 'a listener failed'),
  )
  const log = createMessageLog(database.writer, events)
  void log

  app.addHook('onClose', () => database.close())
  return app
}
