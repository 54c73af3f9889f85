import type { FileKind, FileScene } from '@parley/protocol/files'
import { bigint, datetime, index, int, mysqlTable, varchar } from 'drizzle-orm/mysql-core'
import { asciiKey, autoId, id } from '../../platform/columns.ts'
import { users } from '../identity/tables.ts'

/** One row an upload. `roomId` and `seq` are set when a message carries it; until then only its owner reads it. */
export const files = mysqlTable(
  'files',
  {
    id: autoId('id').primaryKey(),
    workspaceId: id('workspace_id').notNull(),
    ownerId: id('owner_id')
      .notNull()
      .references(() => users.id),
    scene: asciiKey('scene', { length: 16 }).$type<FileScene>().notNull(),
    kind: asciiKey('kind', { length: 16 }).$type<FileKind>().notNull(),
    name: varchar('name', { length: 255 }).notNull(),
    mime: asciiKey('mime', { length: 127 }).notNull(),
    bytes: bigint('bytes', { mode: 'number', unsigned: true }).notNull(),
    width: int('width'),
    height: int('height'),
    durationMs: int('duration_ms'),
    storageKey: asciiKey('storage_key', { length: 128 }).notNull(),
    roomId: id('room_id'),
    seq: bigint('seq', { mode: 'number', unsigned: true }),
    createdAt: datetime('created_at', { mode: 'date', fsp: 3 }).notNull(),
  },
  (table) => [
    index('files_message').on(table.roomId, table.seq),
    // Answers what a workspace and each of its people keep without reading a row.
    index('files_kept').on(table.workspaceId, table.ownerId, table.kind, table.bytes),
    index('files_unattached').on(table.scene, table.seq, table.createdAt),
  ],
)
