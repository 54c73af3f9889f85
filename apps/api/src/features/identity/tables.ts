import { bigint, boolean, datetime, index, mysqlTable, primaryKey, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import { asciiKey, autoId, caseless, id } from '../../platform/columns.ts'
import { workspaces } from '../workspaces/tables.ts'

/** A login: one per person, whatever workspaces they are in. */
export const accounts = mysqlTable(
  'accounts',
  {
    id: autoId('id').primaryKey(),
    email: caseless('email', { length: 254 }).notNull(),
    username: caseless('username', { length: 32 }).notNull(),
    passwordHash: asciiKey('password_hash', { length: 160 }).notNull(),
    /** Runs the installation: every workspace and the system. */
    superAdmin: boolean('super_admin').notNull().default(false),
    emailVerifiedAt: datetime('email_verified_at', { mode: 'date', fsp: 3 }),
    /** Key of the second factor, encrypted; null until one is enrolled. */
    totpSecret: asciiKey('totp_secret', { length: 200 }),
    /** Null while the key is only proposed. */
    totpEnabledAt: datetime('totp_enabled_at', { mode: 'date', fsp: 3 }),
    /** The last time step a code was accepted for, so that none is accepted twice. */
    totpStep: bigint('totp_step', { mode: 'number', unsigned: true }),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
  },
  (table) => [uniqueIndex('accounts_email').on(table.email), uniqueIndex('accounts_username').on(table.username)],
)

/** Codes that stand in for a lost second factor, each good once. */
export const recoveryCodes = mysqlTable(
  'recovery_codes',
  {
    accountId: id('account_id')
      .notNull()
      .references(() => accounts.id),
    /** SHA-256 of the code in hex. */
    codeHash: asciiKey('code_hash', { length: 64 }).notNull(),
    usedAt: datetime('used_at', { mode: 'date', fsp: 3 }),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.codeHash] })],
)

/** Links sent by e-mail: each proves the address once, to verify it or to set a new password. */
export const emailTokens = mysqlTable(
  'email_tokens',
  {
    /** SHA-256 of the token in hex; the token itself is only in the link. */
    tokenHash: asciiKey('token_hash', { length: 64 }).primaryKey(),
    accountId: id('account_id')
      .notNull()
      .references(() => accounts.id),
    purpose: asciiKey('purpose', { length: 16 }).$type<'verify' | 'reset'>().notNull(),
    /** The address it was sent to: it proves no other. */
    email: caseless('email', { length: 254 }).notNull(),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
    expiresAt: datetime('expires_at', { mode: 'date', fsp: 3 }).notNull(),
    usedAt: datetime('used_at', { mode: 'date', fsp: 3 }),
  },
  (table) => [
    index('email_tokens_account').on(table.accountId, table.purpose),
    index('email_tokens_expiry').on(table.expiresAt),
  ],
)

/** An account in one workspace. Its id differs in each, so nothing that is kept by user can cross. */
export const users = mysqlTable(
  'users',
  {
    id: autoId('id').primaryKey(),
    workspaceId: id('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    accountId: id('account_id')
      .notNull()
      .references(() => accounts.id),
    /** As the account's, changed with it: people are listed by it inside their workspace. */
    email: caseless('email', { length: 254 }).notNull(),
    /** As the account's, changed with it. */
    username: caseless('username', { length: 32 }).notNull(),
    /** A built-in role, or the id of one of the workspace's own. */
    role: asciiKey('role', { length: 20 }).notNull().default('member'),
    displayName: caseless('display_name', { length: 60 }).notNull(),
    bio: varchar('bio', { length: 500 }).notNull().default(''),
    qq: varchar('qq', { length: 32 }).notNull().default(''),
    wechat: varchar('wechat', { length: 64 }).notNull().default(''),
    github: varchar('github', { length: 64 }).notNull().default(''),
    imageFileId: id('image_file_id'),
    locale: asciiKey('locale', { length: 8 }).notNull().default('en'),
    status: varchar('status', { length: 100 }).notNull().default(''),
    disabledAt: datetime('disabled_at', { mode: 'date', fsp: 3 }),
    /** Until when a moderator lets this person read but not write; null for not at all. */
    mutedUntil: datetime('muted_until', { mode: 'date', fsp: 3 }),
    lastSeenAt: datetime('last_seen_at', { mode: 'date', fsp: 3 }),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
  },
  (table) => [
    uniqueIndex('users_account').on(table.accountId, table.workspaceId),
    uniqueIndex('users_workspace_email').on(table.workspaceId, table.email),
    uniqueIndex('users_workspace_username').on(table.workspaceId, table.username),
    index('users_username').on(table.username),
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
