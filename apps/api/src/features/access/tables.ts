import { datetime, index, mysqlTable, primaryKey, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import { asciiKey, autoId, id, json } from '../../platform/columns.ts'
import { users } from '../identity/tables.ts'

/** Roles a workspace made for itself; the built-in ones are in the protocol. */
export const roles = mysqlTable(
  'roles',
  {
    id: autoId('id').primaryKey(),
    workspaceId: id('workspace_id').notNull(),
    name: varchar('name', { length: 40 }).notNull(),
    /** The role whose permissions it has too: a built-in name, or an id of the same workspace. */
    parent: asciiKey('parent', { length: 20 }),
    permissions: json<string[]>('permissions').notNull(),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
  },
  (table) => [uniqueIndex('roles_name').on(table.workspaceId, table.name)],
)

/** Permissions granted to one person directly. */
export const userGrants = mysqlTable(
  'user_grants',
  {
    userId: id('user_id')
      .notNull()
      .references(() => users.id),
    permission: asciiKey('permission', { length: 40 }).notNull(),
    workspaceId: id('workspace_id').notNull(),
    grantedBy: id('granted_by').notNull(),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
    /** When it ends by itself; null for never. */
    expiresAt: datetime('expires_at', { mode: 'date', fsp: 3 }),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.permission] }),
    index('user_grants_workspace').on(table.workspaceId),
  ],
)

/** One thing shared with one person. */
export const resourceShares = mysqlTable(
  'resource_shares',
  {
    resource: asciiKey('resource', { length: 16 }).notNull(),
    resourceId: id('resource_id').notNull(),
    userId: id('user_id')
      .notNull()
      .references(() => users.id),
    /** What may be done with it: `read`, `write`, `delete` or `admin`. */
    action: asciiKey('action', { length: 8 }).notNull(),
    workspaceId: id('workspace_id').notNull(),
    grantedBy: id('granted_by').notNull(),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.resource, table.resourceId, table.userId, table.action] }),
    index('resource_shares_user').on(table.userId),
  ],
)

/** Permissions everybody in a workspace has. */
export const tenantGrants = mysqlTable(
  'tenant_grants',
  {
    workspaceId: id('workspace_id').notNull(),
    permission: asciiKey('permission', { length: 40 }).notNull(),
    grantedBy: id('granted_by').notNull(),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.permission] })],
)
