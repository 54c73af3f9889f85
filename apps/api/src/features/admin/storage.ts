import type { StorageUse } from '@parley/protocol/admin'
import { count, desc, eq, inArray, sql, sum } from 'drizzle-orm'
import type { Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { files } from '../files/tables.ts'
import { rooms } from '../rooms/tables.ts'
import { workspaces } from '../workspaces/tables.ts'
import type { AdminDependencies } from './dependencies.ts'

const listedMax = 20

const kept = { files: count(), bytes: sql<number>`COALESCE(${sum(files.bytes)}, 0)`.mapWith(Number) }

/** Most bytes a workspace may keep; null for no limit. */
export async function findBytesMax(db: Queryable, workspaceId: string): Promise<number | null> {
  const [workspace] = await db
    .select({ bytesMax: workspaces.storageBytesMax })
    .from(workspaces)
    .where(eq(workspaces.id, workspaceId))
  return workspace?.bytesMax ?? null
}

const findKinds = (db: Queryable, workspaceId: string) =>
  db
    .select({ kind: files.kind, ...kept })
    .from(files)
    .where(eq(files.workspaceId, workspaceId))
    .groupBy(files.kind)
    .orderBy(desc(kept.bytes))

const findOwners = (db: Queryable, workspaceId: string) =>
  db
    .select({ ownerId: files.ownerId, ...kept })
    .from(files)
    .where(eq(files.workspaceId, workspaceId))
    .groupBy(files.ownerId)
    .orderBy(desc(kept.bytes))
    .limit(listedMax)

/** Which they are is answered by an index alone; only those few are then read. */
async function findBiggest(db: Queryable, workspaceId: string) {
  const biggest = await db
    .select({ id: files.id })
    .from(files)
    .where(eq(files.workspaceId, workspaceId))
    .orderBy(desc(files.bytes), desc(files.id))
    .limit(listedMax)
  if (biggest.length === 0) return []
  return db
    .select({ file: files, visibility: rooms.visibility })
    .from(files)
    .leftJoin(rooms, eq(rooms.id, files.roomId))
    .where(
      inArray(
        files.id,
        biggest.map(({ id }) => id),
      ),
    )
    .orderBy(desc(files.bytes), desc(files.id))
}

/** What a workspace keeps. Names of files that not everybody could come to see are not told. */
export async function readStorage(
  { database: { db }, publicUsers }: Pick<AdminDependencies, 'database' | 'publicUsers'>,
  { workspaceId }: Actor,
): Promise<StorageUse> {
  const [bytesMax, kinds, owners, biggest] = await Promise.all([
    findBytesMax(db, workspaceId),
    findKinds(db, workspaceId),
    findOwners(db, workspaceId),
    findBiggest(db, workspaceId),
  ])
  const ownerIds = [...owners.map(({ ownerId }) => ownerId), ...biggest.map(({ file }) => file.ownerId)]
  const people = await publicUsers([...new Set(ownerIds)])
  return {
    files: kinds.reduce((total, each) => total + each.files, 0),
    bytes: kinds.reduce((total, each) => total + each.bytes, 0),
    bytesMax,
    kinds,
    biggestFiles: biggest.flatMap(({ file, visibility }) => {
      const owner = people.get(file.ownerId)
      if (!owner) return []
      const { id, kind, bytes, createdAt } = file
      const isOpen = file.scene !== 'message' || visibility === 'listed'
      return [{ id, kind, bytes, name: isOpen ? file.name : null, owner, createdAt: createdAt.toISOString() }]
    }),
    biggestOwners: owners.flatMap(({ ownerId, ...use }) => {
      const user = people.get(ownerId)
      return user ? [{ user, ...use }] : []
    }),
  }
}
