import { datetime, index, mysqlTable, primaryKey } from 'drizzle-orm/mysql-core'
import { asciiKey, id } from '../../platform/columns.ts'
import { users } from '../identity/tables.ts'

/**
 * Friendships and open requests. A request is one row from the asker; a friendship is one row each way.
 */
export const userFriends = mysqlTable(
  'user_friends',
  {
    workspaceId: id('workspace_id').notNull(),
    userId: id('user_id')
      .notNull()
      .references(() => users.id),
    friendId: id('friend_id')
      .notNull()
      .references(() => users.id),
    state: asciiKey('state', { length: 16 }).$type<'requested' | 'friends'>().notNull(),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.friendId] }), index('user_friends_friend').on(table.friendId)],
)

export const userBlocks = mysqlTable(
  'user_blocks',
  {
    workspaceId: id('workspace_id').notNull(),
    userId: id('user_id')
      .notNull()
      .references(() => users.id),
    blockedId: id('blocked_id')
      .notNull()
      .references(() => users.id),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.blockedId] }),
    index('user_blocks_blocked').on(table.blockedId),
  ],
)
