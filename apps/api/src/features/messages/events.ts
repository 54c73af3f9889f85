import type { MessageRow, MessagesEvent } from '@parley/protocol/messages'

/** What the message log says happened, after the commit. */
export interface MessageEvents {
  /** Rows of one room that one commit wrote: exactly what goes to its members. */
  'messages.committed': MessagesEvent
  /** A message that is new, once, to whom it is meant in particular; told after its `messages.committed`. */
  'message.sent': { row: MessageRow; mentionIds: string[]; peerId: string | null }
  /** The database went away during a commit: these rooms may have moved without a `messages.committed`. */
  'messages.uncertain': { roomIds: string[] }
}
