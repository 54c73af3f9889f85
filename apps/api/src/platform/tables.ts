import { bigint, datetime, index, int, mysqlTable, varchar } from 'drizzle-orm/mysql-core'
import { asciiKey, autoId, id, json } from './columns.ts'

/** Who did what, on what, from where. Rows are only ever inserted. */
export const auditLog = mysqlTable(
  'audit_log',
  {
    id: autoId('id').primaryKey(),
    workspaceId: id('workspace_id').notNull(),
    /** Who did it; null for the system itself. */
    actorId: id('actor_id'),
    /** `subject.verb`, such as `role.changed`. */
    action: asciiKey('action', { length: 48 }).notNull(),
    targetKind: asciiKey('target_kind', { length: 24 }).notNull(),
    targetId: asciiKey('target_id', { length: 64 }).notNull(),
    address: asciiKey('address', { length: 64 }).notNull(),
    requestId: varchar('request_id', { length: 64 }).notNull(),
    before: json<Record<string, unknown>>('before_values'),
    after: json<Record<string, unknown>>('after_values'),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
  },
  (table) => [
    index('audit_log_workspace').on(table.workspaceId, table.id),
    index('audit_log_action').on(table.workspaceId, table.action, table.id),
    index('audit_log_actor').on(table.workspaceId, table.actorId, table.id),
    index('audit_log_target').on(table.workspaceId, table.targetKind, table.targetId, table.id),
  ],
)

/** A single row that moves with the writes: a replica on which it stands as high has seen them. */
export const replicaClock = mysqlTable('replica_clock', {
  id: int('id').primaryKey(),
  position: bigint('position', { mode: 'number', unsigned: true }).notNull(),
})
