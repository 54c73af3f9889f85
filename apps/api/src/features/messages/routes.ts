import * as contracts from '@parley/protocol/messages'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'mysql2/promise'
import { route } from '../../platform/http/route.ts'
import type { MessageAccess } from './access.ts'
import type { Messages } from './service.ts'
import { listFiles, listPins, listReaders } from './lists.ts'

interface RouteDependencies {
  messages: Messages
  access: MessageAccess
  pool: Pool
}

/**
 * Rows are made field by field in `toRow`, so nothing can slip out that the schema would have held back; and the compiled
 * serialiser tries every kind of body on every row, which took a fifth of the time of a page of history.
 */
const serializerCompiler = () => JSON.stringify

/** The REST face of messages; what needs a socket to be worth having is in `realtime.ts`. */
export function registerRoutes(app: FastifyInstance, { messages, access, pool }: RouteDependencies): void {
  route(
    app,
    contracts.getHistory,
    async ({ actor, query: { limit = 50, ...query } }) => {
      await access.requireMember(actor, query.roomId)
      return messages.window(actor, { ...query, limit })
    },
    { serializerCompiler },
  )
  route(
    app,
    contracts.syncRoom,
    async ({ actor, query }) => {
      await access.requireMember(actor, query.roomId)
      return messages.sync(query)
    },
    { serializerCompiler },
  )
  route(app, contracts.sendMessage, ({ actor, body }) => messages.send(actor, body))
  route(app, contracts.editMessage, ({ actor, body }) => messages.edit(actor, body))
  route(app, contracts.recallMessage, ({ actor, fields }) => messages.recall(actor, fields))
  route(app, contracts.addReaction, ({ actor, body }) => messages.react(actor, body, true))
  route(app, contracts.removeReaction, ({ actor, fields }) => messages.react(actor, fields, false))
  route(app, contracts.pinMessage, ({ actor, body }) => messages.pin(actor, body, true))
  route(app, contracts.unpinMessage, ({ actor, fields }) => messages.pin(actor, fields, false))
  route(app, contracts.listPins, async ({ actor, query }) => {
    await access.requireMember(actor, query.roomId)
    return listPins(pool, query.roomId, query.cursor)
  })
  route(app, contracts.listRoomFiles, async ({ actor, query }) => {
    await access.requireMember(actor, query.roomId)
    return listFiles(pool, query.roomId, query.cursor)
  })
  route(app, contracts.listReaders, async ({ actor, query: { roomId, seq, cursor } }) => {
    await access.requireMember(actor, roomId)
    return listReaders(pool, access.publicUsers, { roomId, seq, cursor })
  })
  route(app, contracts.searchMessages, async ({ actor, query }) => {
    if (query.roomId !== undefined) await access.requireMember(actor, query.roomId)
    return messages.search(actor, query)
  })
}
