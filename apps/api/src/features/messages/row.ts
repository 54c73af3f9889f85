import type { MessageBody, MessageRow, Reaction } from '@parley/protocol/messages'
import type { RowDataPacket } from 'mysql2/promise'

/** A `messages` record as mysql2 returns it. The write path and history read it without Drizzle: it is the hot path. */
export interface MessageRecord extends RowDataPacket {
  room_id: number | string
  seq: number
  change: number
  client_id: string
  sender_id: number | string
  body: string
  reply_to: number | null
  reactions: string | null
  pinned_at: Date | null
  pinned_by: number | string | null
  created_at: Date
  edited_at: Date | null
}

/** The columns `toRow` needs, for a SELECT. */
export const rowColumns =
  'room_id, seq, `change`, client_id, sender_id, body, reply_to, reactions, pinned_at, pinned_by, created_at, edited_at'

// Bodies and reactions were checked against their schemas when they were written; reading does not check them again.
const parseBody = (text: string): MessageBody => JSON.parse(text)
const parseReactions = (text: string): Reaction[] => JSON.parse(text)

/** The record as it travels. */
export function toRow(record: MessageRecord): MessageRow {
  const row: MessageRow = {
    roomId: String(record.room_id),
    seq: record.seq,
    change: record.change,
    clientId: record.client_id,
    senderId: String(record.sender_id),
    body: parseBody(record.body),
    createdAt: record.created_at.toISOString(),
  }
  if (record.reply_to !== null) row.replyTo = record.reply_to
  if (record.edited_at) row.editedAt = record.edited_at.toISOString()
  if (record.reactions) row.reactions = parseReactions(record.reactions)
  if (record.pinned_at) row.pinnedAt = record.pinned_at.toISOString()
  if (record.pinned_by !== null) row.pinnedBy = String(record.pinned_by)
  return row
}
