import type { RoomInfo } from '@parley/protocol/rooms'
import { and, asc, eq, gt, inArray, isNull, like, or } from 'drizzle-orm'
import { Type } from 'typebox'
import type { Database, Queryable } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { likePattern } from '../../platform/like.ts'
import type { RouteCache } from '../../platform/route-cache.ts'
import type { RoomDependencies } from './dependencies.ts'
import type { RoomEvents } from './events.ts'
import { toRoomInfo } from './store.ts'
import { roomMembers, rooms } from './tables.ts'

const pageRows = 50

const position = createCursor(Type.Tuple([Type.String(), Type.String()]))

/** What every kept page is made of. Events do not say in which workspace, and rooms change far less than they are looked at. */
const directoryTag = 'directory'

interface Wanted {
  query?: string
  cursor?: string
}

interface DirectoryPage {
  items: RoomInfo[]
  nextCursor: string | null
}

/** A page of the listed rooms of a workspace, by name: the same for everybody in it. */
async function readPage(db: Database, workspaceId: string, { query, cursor }: Wanted): Promise<DirectoryPage> {
  const after = position.read(cursor)
  const rows = await db
    .select()
    .from(rooms)
    .where(
      and(
        eq(rooms.workspaceId, workspaceId),
        eq(rooms.visibility, 'listed'),
        isNull(rooms.deletedAt),
        query
          ? or(like(rooms.name, likePattern(query, 'part')), like(rooms.topic, likePattern(query, 'part')))
          : undefined,
        after ? or(gt(rooms.name, after[0]), and(eq(rooms.name, after[0]), gt(rooms.id, after[1]))) : undefined,
      ),
    )
    .orderBy(asc(rooms.name), asc(rooms.id))
    .limit(pageRows + 1)
  const { items, nextCursor } = pageOf(rows, pageRows, (room) => position.write([room.name, room.id]))
  return { items: items.map(toRoomInfo), nextCursor }
}

/** Which of these rooms somebody is in. */
async function joinedAmong(db: Queryable, userId: string, roomIds: string[]): Promise<Set<string>> {
  if (roomIds.length === 0) return new Set()
  const rows = await db
    .select({ roomId: roomMembers.roomId })
    .from(roomMembers)
    .where(and(eq(roomMembers.userId, userId), inArray(roomMembers.roomId, roomIds)))
  return new Set(rows.map(({ roomId }) => roomId))
}

/** Listed rooms of the actor's workspace, and which of them the actor is in. */
export async function listDirectory(
  { db, readFor, routeCache }: Pick<RoomDependencies, 'db' | 'readFor' | 'routeCache'>,
  actor: Actor,
  { query, cursor }: Wanted,
) {
  const { workspaceId, userId } = actor
  const wanted = { query: query?.trim() ?? '', cursor }
  const page = await routeCache.get(
    { route: '/api/rooms/directory', scope: { workspaceId }, input: wanted, tags: [directoryTag] },
    // From the primary: a replica that lags would have its past kept.
    () => readPage(db, workspaceId, wanted),
  )
  const roomIds = page.items.map(({ id }) => id)
  const joined = await readFor(actor, (source) => joinedAmong(source.db, userId, roomIds))
  return { items: page.items.map((room) => ({ ...room, joined: joined.has(room.id) })), nextCursor: page.nextCursor }
}

/** Drops kept pages, on every node, with whatever changes what they show. */
export function dropDirectory(events: EventBus<RoomEvents>, routeCache: RouteCache): void {
  const drop = () => routeCache.drop(directoryTag)
  events.onEveryNode('room.updated', drop)
  events.onEveryNode('room.removed', drop)
  events.onEveryNode('member.changed', drop)
}
