import type { NotifyLevel, RoomRole, RoomType, RoomVisibility } from '@parley/protocol/rooms'
import { bigint, datetime, index, int, mysqlTable, primaryKey, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import { asciiKey, autoId, caseless, id } from '../../platform/columns.ts'
import { users } from '../identity/tables.ts'

export const rooms = mysqlTable(
  'rooms',
  {
    id: autoId('id').primaryKey(),
    workspaceId: id('workspace_id').notNull(),
    type: asciiKey('type', { length: 16 }).$type<RoomType>().notNull(),
    visibility: asciiKey('visibility', { length: 16 }).$type<RoomVisibility>().notNull(),
    name: caseless('name', { length: 80 }).notNull(),
    topic: varchar('topic', { length: 250 }).notNull().default(''),
    imageFileId: id('image_file_id'),
    memberCount: int('member_count').notNull(),
    /** `<lower user id>:<higher user id>` of a private room, so that two people share one; null for groups. */
    pairKey: asciiKey('pair_key', { length: 41 }),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
    /** Set when the room is deleted; its messages and files are then purged in the background. */
    deletedAt: datetime('deleted_at', { mode: 'date', fsp: 3 }),
  },
  (table) => [
    uniqueIndex('rooms_pair').on(table.pairKey),
    index('rooms_directory').on(table.workspaceId, table.visibility, table.name),
    index('rooms_deleted').on(table.deletedAt),
  ],
)

/** What `pair_key` is for two people, in either order. */
export const pairKeyOf = (one: string, other: string): string =>
  BigInt(one) < BigInt(other) ? `${one}:${other}` : `${other}:${one}`

/** Where each room stands. Narrow, because every write to a room locks its row. */
export const roomHeads = mysqlTable('room_heads', {
  roomId: id('room_id').primaryKey(),
  lastSeq: bigint('last_seq', { mode: 'number', unsigned: true }).notNull(),
  lastChange: bigint('last_change', { mode: 'number', unsigned: true }).notNull(),
  floorSeq: bigint('floor_seq', { mode: 'number', unsigned: true }).notNull(),
  epoch: bigint('epoch', { mode: 'number', unsigned: true }).notNull(),
})

export const roomMembers = mysqlTable(
  'room_members',
  {
    roomId: id('room_id')
      .notNull()
      .references(() => rooms.id),
    userId: id('user_id')
      .notNull()
      .references(() => users.id),
    workspaceId: id('workspace_id').notNull(),
    role: asciiKey('role', { length: 16 }).$type<RoomRole>().notNull(),
    readSeq: bigint('read_seq', { mode: 'number', unsigned: true }).notNull(),
    notify: asciiKey('notify', { length: 16 }).$type<NotifyLevel>().notNull().default('all'),
    pinnedAt: datetime('pinned_at', { mode: 'date', fsp: 3 }),
    joinedAt: datetime('joined_at', { mode: 'date', fsp: 3 }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.userId] }), index('room_members_user').on(table.userId)],
)

export const roomInvites = mysqlTable(
  'room_invites',
  {
    id: autoId('id').primaryKey(),
    workspaceId: id('workspace_id').notNull(),
    roomId: id('room_id')
      .notNull()
      .references(() => rooms.id),
    token: asciiKey('token', { length: 64 }).notNull(),
    createdBy: id('created_by')
      .notNull()
      .references(() => users.id),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
    expiresAt: datetime('expires_at', { mode: 'date', fsp: 3 }),
    usesMax: int('uses_max'),
    uses: int('uses').notNull().default(0),
  },
  (table) => [uniqueIndex('room_invites_token').on(table.token), index('room_invites_room').on(table.roomId)],
)
