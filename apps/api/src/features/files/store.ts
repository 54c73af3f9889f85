import type { FileEntity, FileScene } from '@parley/protocol/files'
import { and, eq, inArray, isNull, lt, notExists, sql, type SQL } from 'drizzle-orm'
import type { Database, Queryable } from '../../platform/database.ts'
import { resourceShares } from '../access/tables.ts'
import { users } from '../identity/tables.ts'
import { rooms } from '../rooms/tables.ts'
import { files } from './tables.ts'

export type FileRecord = typeof files.$inferSelect

/** A file as it travels. */
export const toEntity = (record: FileRecord): FileEntity => ({
  id: record.id,
  scene: record.scene,
  kind: record.kind,
  name: record.name,
  mime: record.mime,
  bytes: record.bytes,
  createdAt: record.createdAt.toISOString(),
  ...(record.width !== null && { width: record.width }),
  ...(record.height !== null && { height: record.height }),
  ...(record.durationMs !== null && { durationMs: record.durationMs }),
})

export async function insertFile(
  db: Queryable,
  values: Omit<FileRecord, 'id' | 'roomId' | 'seq'>,
): Promise<FileRecord> {
  const [result] = await db.insert(files).values(values)
  return { ...values, id: String(result.insertId), roomId: null, seq: null }
}

export async function readFile(db: Database, id: string): Promise<FileRecord | undefined> {
  const [record] = await db.select().from(files).where(eq(files.id, id))
  return record
}

export const readFiles = (db: Database, ids: string[]): Promise<FileRecord[]> =>
  db.select().from(files).where(inArray(files.id, ids))

/** Takes the files off a message inside the message's own transaction; answers what to delete once that is committed. */
export async function detachFiles(tx: Queryable, roomId: string, seq: number): Promise<string[]> {
  const ofMessage = and(eq(files.roomId, roomId), eq(files.seq, seq))
  const attached = await tx.select({ id: files.id }).from(files).where(ofMessage)
  if (attached.length > 0) await tx.update(files).set({ roomId: null, seq: null }).where(ofMessage)
  return attached.map(({ id }) => id)
}

export const readFilesOfRoom = (db: Database, roomId: string, limit: number): Promise<FileRecord[]> =>
  db.select().from(files).where(eq(files.roomId, roomId)).limit(limit)

export async function deleteRecords(db: Database, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  await db.delete(files).where(inArray(files.id, ids))
  await db
    .delete(resourceShares)
    .where(and(eq(resourceShares.resource, 'files'), inArray(resourceShares.resourceId, ids)))
}

const unused: Record<FileScene, (db: Database) => SQL | undefined> = {
  message: () => isNull(files.seq),
  avatar: (db) =>
    notExists(
      db
        .select({ one: sql`1` })
        .from(users)
        .where(eq(users.imageFileId, files.id)),
    ),
  room: (db) =>
    notExists(
      db
        .select({ one: sql`1` })
        .from(rooms)
        .where(eq(rooms.imageFileId, files.id)),
    ),
}

/** Uploads of a scene that nothing refers to and that are older than `before`. */
export const readUnused = (db: Database, scene: FileScene, before: Date, limit: number): Promise<FileRecord[]> =>
  db
    .select()
    .from(files)
    .where(and(eq(files.scene, scene), lt(files.createdAt, before), unused[scene](db)))
    .limit(limit)
