import { bigint, datetime, index, mysqlTable, varchar } from 'drizzle-orm/mysql-core'
import type { ReportedMessage } from '@parley/protocol/moderation'
import { asciiKey, autoId, id, json } from '../../platform/columns.ts'

export type ReportStatus = 'open' | 'resolved' | 'dismissed'

/** What a moderator did about a report. */
export type ReportAction = 'none' | 'warn' | 'mute' | 'remove' | 'disable'

/** A member's report of a message, or of a person. */
export const reports = mysqlTable(
  'reports',
  {
    id: autoId('id').primaryKey(),
    workspaceId: id('workspace_id').notNull(),
    reporterId: id('reporter_id').notNull(),
    /** Who is reported: the sender of the message where there is one. */
    subjectId: id('subject_id').notNull(),
    roomId: id('room_id'),
    seq: bigint('seq', { mode: 'number', unsigned: true }),
    reason: varchar('reason', { length: 1_000 }).notNull(),
    /** As it was when it was reported: no edit, recall or deleted room hides it. Gone once the report is closed. */
    message: json<ReportedMessage>('message'),
    status: asciiKey('status', { length: 16 }).$type<ReportStatus>().notNull().default('open'),
    action: asciiKey('action', { length: 16 }).$type<ReportAction>(),
    resolvedBy: id('resolved_by'),
    /** What the moderator wrote; a warned person reads it. */
    note: varchar('note', { length: 500 }),
    /** When the warned person read the warning; null until then. */
    warningReadAt: datetime('warning_read_at', { mode: 'date', fsp: 3 }),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
    resolvedAt: datetime('resolved_at', { mode: 'date', fsp: 3 }),
  },
  (table) => [
    index('reports_status').on(table.workspaceId, table.status, table.id),
    index('reports_subject').on(table.subjectId),
  ],
)
