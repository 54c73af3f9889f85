import type { AdminRoom, listAllRooms, RoomSort } from '@parley/protocol/admin'
import type { RequestOf } from '@parley/protocol/contract'
import { and, eq, isNull, like, sql, sum } from 'drizzle-orm'
import type { Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { likePattern } from '../../platform/like.ts'
import { files } from '../files/tables.ts'
import { messages } from '../messages/tables.ts'
import { roomHeads, rooms } from '../rooms/tables.ts'
import { numberKey, sortedPage, textKey, timeKey, type SortKey } from './sorting.ts'

/** Bytes of files in each room of a workspace. */
const keptIn = (db: Queryable, workspaceId: string) =>
  db
    .select({ roomId: files.roomId, bytes: sum(files.bytes).as('bytes') })
    .from(files)
    .where(eq(files.workspaceId, workspaceId))
    .groupBy(files.roomId)
    .as('kept')

/** Rooms of the workspace with their size and liveliness. Of the last message only its time is read. */
export async function listRooms(
  db: Queryable,
  { workspaceId }: Actor,
  { query, type, sort = 'name', order = 'asc', cursor }: RequestOf<typeof listAllRooms>['query'],
) {
  const kept = keptIn(db, workspaceId)
  const bytes = numberKey(sql`COALESCE(${kept.bytes}, 0)`)
  const total = numberKey(sql`${roomHeads.lastSeq} - ${roomHeads.floorSeq}`)
  const keys: Record<RoomSort, SortKey> = {
    name: textKey(rooms.name),
    members: numberKey(rooms.memberCount),
    messages: total,
    bytes,
    lastActivityAt: timeKey(messages.createdAt),
    createdAt: timeKey(rooms.createdAt),
  }
  const { key, after, orderBy, limit, pageOf } = sortedPage({ sort, order, cursor }, keys[sort], rooms.id)
  const rows = await db
    .select({ id: rooms.id, key, record: rooms, bytes, total, lastActivityAt: messages.createdAt })
    .from(rooms)
    .innerJoin(roomHeads, eq(roomHeads.roomId, rooms.id))
    .leftJoin(messages, and(eq(messages.roomId, rooms.id), eq(messages.seq, roomHeads.lastSeq)))
    .leftJoin(kept, eq(kept.roomId, rooms.id))
    .where(
      and(
        eq(rooms.workspaceId, workspaceId),
        isNull(rooms.deletedAt),
        type === undefined ? undefined : eq(rooms.type, type),
        query?.trim() ? like(rooms.name, likePattern(query.trim(), 'part')) : undefined,
        after,
      ),
    )
    .orderBy(...orderBy)
    .limit(limit)
  const { items, nextCursor } = pageOf(rows)
  return {
    items: items.map((row): AdminRoom => ({
      id: row.id,
      type: row.record.type,
      visibility: row.record.visibility,
      name: row.record.name,
      members: row.record.memberCount,
      messages: row.total,
      bytes: row.bytes,
      lastActivityAt: row.lastActivityAt?.toISOString() ?? null,
      createdAt: row.record.createdAt.toISOString(),
    })),
    nextCursor,
  }
}
