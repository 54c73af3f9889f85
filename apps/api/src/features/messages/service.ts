import type { DatabasePools } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { MessageAccess } from './access.ts'
import { createAppender } from './append.ts'
import { createEdit, createRecall } from './edit.ts'
import type { MessageEvents } from './events.ts'
import { createHistory } from './history.ts'
import type { MessageLog } from './log.ts'
import { createPin, createReact } from './react.ts'
import { createSearch } from './search.ts'
import { createSend } from './send.ts'

export interface ServiceDependencies {
  database: DatabasePools
  events: EventBus<MessageEvents>
  log: MessageLog
  access: MessageAccess
}

/** What can be done with messages, by REST and by socket alike. */
export type Messages = ReturnType<typeof createService>

export function createService({ database, events, log, access }: ServiceDependencies) {
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
