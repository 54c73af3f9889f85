import type { WorkspaceStatus } from '@parley/protocol/workspaces'
import { bigint, datetime, index, int, mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import { asciiKey, autoId, caseless, id } from '../../platform/columns.ts'

/** A tenant: every person, room, file, token and log line belongs to one. */
export const workspaces = mysqlTable(
  'workspaces',
  {
    id: autoId('id').primaryKey(),
    slug: asciiKey('slug', { length: 64 }).notNull(),
    name: varchar('name', { length: 80 }).notNull(),
    status: asciiKey('status', { length: 16 }).$type<WorkspaceStatus>().notNull().default('active'),
    /** Most people it may have; null for no limit. */
    membersMax: int('members_max'),
    /** Most bytes of files it may keep; null for no limit. */
    storageBytesMax: bigint('storage_bytes_max', { mode: 'number', unsigned: true }),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
  },
  (table) => [uniqueIndex('workspaces_slug').on(table.slug)],
)

/** An invitation to a workspace, by link, and by e-mail where an address is named. */
export const workspaceInvites = mysqlTable(
  'workspace_invites',
  {
    id: autoId('id').primaryKey(),
    workspaceId: id('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    /** SHA-256 of the token in hex; the token itself is only in the link. */
    tokenHash: asciiKey('token_hash', { length: 64 }).notNull(),
    /** Only this address may accept it; null for whoever has the link. */
    email: caseless('email', { length: 254 }),
    /** Role of who accepts it. */
    role: asciiKey('role', { length: 20 }).notNull(),
    createdBy: id('created_by').notNull(),
    usesMax: int('uses_max'),
    uses: int('uses').notNull().default(0),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
    expiresAt: datetime('expires_at', { mode: 'date', fsp: 3 }).notNull(),
    revokedAt: datetime('revoked_at', { mode: 'date', fsp: 3 }),
  },
  (table) => [
    uniqueIndex('workspace_invites_token').on(table.tokenHash),
    index('workspace_invites_workspace').on(table.workspaceId, table.id),
  ],
)
