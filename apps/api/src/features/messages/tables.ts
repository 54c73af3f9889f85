import type { MessageBody, Reaction } from '@parley/protocol/messages'
import { bigint, datetime, index, mysqlTable, primaryKey, uniqueIndex } from 'drizzle-orm/mysql-core'
import { asciiKey, asciiText, id, json } from '../../platform/columns.ts'

/**
 * Messages as they now are. No foreign keys: each would read and lock another row on the send path, and the room's
 * head, locked by every writer, already holds what they would.
 */
export const messages = mysqlTable(
  'messages',
  {
    roomId: id('room_id').notNull(),
    seq: bigint('seq', { mode: 'number', unsigned: true }).notNull(),
    /** The room's change number at which this row was last written. */
    change: bigint('change', { mode: 'number', unsigned: true }).notNull(),
    workspaceId: id('workspace_id').notNull(),
    senderId: id('sender_id').notNull(),
    clientId: asciiKey('client_id', { length: 36 }).notNull(),
    /** Hash of the body as first sent: a repeat with another body is told apart even after an edit. */
    bodyHash: asciiKey('body_hash', { length: 22 }).notNull(),
    /** The change of the first commit, which a repeat is answered with. */
    firstChange: bigint('first_change', { mode: 'number', unsigned: true }).notNull(),
    kind: asciiKey('kind', { length: 8 }).$type<MessageBody['kind']>().notNull(),
    body: json<MessageBody>('body').notNull(),
    replyTo: bigint('reply_to', { mode: 'number', unsigned: true }),
    /** Kept in the row, so that a page of history is one read. */
    reactions: json<Reaction[]>('reactions'),
    pinnedAt: datetime('pinned_at', { mode: 'date', fsp: 3 }),
    pinnedBy: id('pinned_by'),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
    editedAt: datetime('edited_at', { mode: 'date', fsp: 3 }),
  },
  (table) => [
    primaryKey({ columns: [table.roomId, table.seq] }),
    index('messages_change').on(table.roomId, table.change),
    uniqueIndex('messages_client').on(table.roomId, table.senderId, table.clientId),
  ],
)

/** Whom a message mentions, to count unread mentions. */
export const messageMentions = mysqlTable(
  'message_mentions',
  {
    userId: id('user_id').notNull(),
    roomId: id('room_id').notNull(),
    seq: bigint('seq', { mode: 'number', unsigned: true }).notNull(),
    workspaceId: id('workspace_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.roomId, table.seq] }),
    index('message_mentions_message').on(table.roomId, table.seq),
  ],
)

/** The pinned messages of a room, in the order they were pinned. */
export const roomPins = mysqlTable(
  'room_pins',
  {
    roomId: id('room_id').notNull(),
    seq: bigint('seq', { mode: 'number', unsigned: true }).notNull(),
    workspaceId: id('workspace_id').notNull(),
    pinnedAt: datetime('pinned_at', { mode: 'date', fsp: 3 }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.seq] })],
)

/** Search terms, written behind the send path. `terms` carries a FULLTEXT index, made in the migration. */
export const messageTerms = mysqlTable(
  'message_terms',
  {
    roomId: id('room_id').notNull(),
    seq: bigint('seq', { mode: 'number', unsigned: true }).notNull(),
    workspaceId: id('workspace_id').notNull(),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
    terms: asciiText('terms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.seq] })],
)

/** How far each room's changes are indexed for search. */
export const searchProgress = mysqlTable('search_progress', {
  roomId: id('room_id').primaryKey(),
  indexedChange: bigint('indexed_change', { mode: 'number', unsigned: true }).notNull(),
})
