import { and, asc, eq, gt, isNull, like, or } from 'drizzle-orm'
import { Type } from 'typebox'
import type { Database } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { likePattern } from '../../platform/like.ts'
import { toRoomInfo } from './store.ts'
import { roomMembers, rooms } from './tables.ts'

const pageRows = 50

const position = createCursor(Type.Tuple([Type.String(), Type.String()]))

/** Listed rooms of the actor's workspace, by name. */
export async function listDirectory(
  db: Database,
  actor: Actor,
  { query, cursor }: { query?: string; cursor?: string },
) {
  const after = position.read(cursor)
  const text = query?.trim()
  const rows = await db
    .select({ room: rooms, memberId: roomMembers.userId })
    .from(rooms)
    .leftJoin(roomMembers, and(eq(roomMembers.roomId, rooms.id), eq(roomMembers.userId, actor.userId)))
    .where(
      and(
        eq(rooms.workspaceId, actor.workspaceId),
        eq(rooms.visibility, 'listed'),
        isNull(rooms.deletedAt),
        text
          ? or(like(rooms.name, likePattern(text, 'part')), like(rooms.topic, likePattern(text, 'part')))
          : undefined,
        after ? or(gt(rooms.name, after[0]), and(eq(rooms.name, after[0]), gt(rooms.id, after[1]))) : undefined,
      ),
    )
    .orderBy(asc(rooms.name), asc(rooms.id))
    .limit(pageRows + 1)
  const { items, nextCursor } = pageOf(rows, pageRows, ({ room }) => position.write([room.name, room.id]))
  return { items: items.map(({ room, memberId }) => ({ ...toRoomInfo(room), joined: memberId !== null })), nextCursor }
}
