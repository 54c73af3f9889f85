import { datetime, index, mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import { asciiKey, autoId, caseless, id } from '../../platform/columns.ts'

export const workspaces = mysqlTable('workspaces', {
  id: autoId('id').primaryKey(),
  slug: asciiKey('slug', { length: 64 }).notNull(),
  name: varchar('name', { length: 80 }).notNull(),
  createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
})

export const users = mysqlTable(
  'users',
  {
    id: autoId('id').primaryKey(),
    workspaceId: id('workspace_id').notNull(),
    email: caseless('email', { length: 254 }).notNull(),
    username: caseless('username', { length: 32 }).notNull(),
    passwordHash: asciiKey('password_hash', { length: 160 }).notNull(),
    displayName: caseless('display_name', { length: 60 }).notNull(),
    bio: varchar('bio', { length: 500 }).notNull().default(''),
    qq: varchar('qq', { length: 32 }).notNull().default(''),
    wechat: varchar('wechat', { length: 64 }).notNull().default(''),
    github: varchar('github', { length: 64 }).notNull().default(''),
    imageFileId: id('image_file_id'),
    locale: asciiKey('locale', { length: 8 }).notNull().default('en'),
    status: varchar('status', { length: 100 }).notNull().default(''),
    disabledAt: datetime('disabled_at', { mode: 'date', fsp: 3 }),
    lastSeenAt: datetime('last_seen_at', { mode: 'date', fsp: 3 }),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
  },
  (table) => [
    uniqueIndex('users_email').on(table.email),
    uniqueIndex('users_username').on(table.username),
    index('users_display_name').on(table.workspaceId, table.displayName),
  ],
)

/** One signed-in device. Its refresh tokens are one family. */
export const sessions = mysqlTable(
  'sessions',
  {
    id: autoId('id').primaryKey(),
    workspaceId: id('workspace_id').notNull(),
    userId: id('user_id')
      .notNull()
      .references(() => users.id),
    device: varchar('device', { length: 300 }).notNull(),
    address: asciiKey('address', { length: 64 }).notNull(),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
    lastUsedAt: datetime('last_used_at', { mode: 'date', fsp: 3 }).notNull(),
    revokedAt: datetime('revoked_at', { mode: 'date', fsp: 3 }),
  },
  (table) => [index('sessions_user').on(table.userId, table.revokedAt)],
)

/** Every refresh token ever given out for a live session, so that one used twice is recognised. */
export const refreshTokens = mysqlTable(
  'refresh_tokens',
  {
    /** SHA-256 of the token in hex; the token itself is never stored. */
    tokenHash: asciiKey('token_hash', { length: 64 }).primaryKey(),
    workspaceId: id('workspace_id').notNull(),
    sessionId: id('session_id')
      .notNull()
      .references(() => sessions.id),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
    expiresAt: datetime('expires_at', { mode: 'date', fsp: 3 }).notNull(),
    usedAt: datetime('used_at', { mode: 'date', fsp: 3 }),
  },
  (table) => [index('refresh_tokens_session').on(table.sessionId), index('refresh_tokens_expiry').on(table.expiresAt)],
)
