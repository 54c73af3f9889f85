import type { DatabasePools } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import type { Replicas, ReadSource } from '../../platform/replicas.ts'
import type { MessageAccess } from './access.ts'
import { createAppender } from './append.ts'
import { createEdit, createRecall } from './edit.ts'
import type { MessageEvents } from './events.ts'
import { createHistory, type WindowQuery } from './history.ts'
import type { MessageLog } from './log.ts'
import { createPin, createReact } from './react.ts'
import { createSearch, type SearchQuery } from './search.ts'
import { createSend } from './send.ts'

export interface ServiceDependencies {
  database: DatabasePools
  readFor: Replicas['read']
  events: EventBus<MessageEvents>
  log: MessageLog
  access: MessageAccess
}

/** What can be done with messages, by REST and by socket alike. */
export type Messages = ReturnType<typeof createService>

export function createService({ database, readFor, events, log, access }: ServiceDependencies) {
  const appender = createAppender(database.writer, events)
  return {
    window: (actor: Actor, query: WindowQuery) => readFor(actor, ({ pool }) => createHistory(pool).window(query)),
    // Never from a replica: one that is behind the cursor would have the client start over.
    sync: createHistory(database.reader).sync,
    send: createSend({ access, appender, pool: database.reader }),
    edit: createEdit({ access, log }),
    ...createRecall({ access, log }),
    react: createReact({ access, log }),
    pin: createPin({ access, log }),
    async search(actor: Actor, query: SearchQuery) {
      const search = ({ pool }: ReadSource) => createSearch({ pool, publicUsers: access.publicUsers })(actor, query)
      const { items, nextCursor } = await readFor(actor, search)
      // A replica may not know yet that somebody left a room.
      const own = await Promise.all(items.map(({ room }) => access.membership(actor.userId, room.id)))
      return { items: items.filter((_, index) => own[index] !== null), nextCursor }
    },
    queue: { depth: appender.depth, drain: appender.drain },
  }
}
