import type { RoomRole, RoomType } from '@parley/protocol/rooms'
import { and, eq, isNull, ne } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import { createAnswerCache } from '../../platform/answer-cache.ts'
import type { Database } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { notFound, permissionDenied } from '../../platform/http/errors.ts'
import type { Relations } from '../people/relations.ts'
import type { RoomEvents } from './events.ts'
import { roomMembers, rooms } from './tables.ts'

/** What somebody is in a room. */
export interface Membership {
  role: RoomRole
  type: RoomType
  /** The other person of a private room. */
  peerId: string | null
}

/** A change is seen at once, and after this long even where no event told of it. */
const keptMs = 60_000

const entriesMax = 100_000

async function loadMembership(db: Database, roomId: string, userId: string): Promise<Membership | null> {
  const peers = alias(roomMembers, 'peers')
  const [found] = await db
    .select({
      role: roomMembers.role,
      type: rooms.type,
      peerId: peers.userId,
    })
    .from(roomMembers)
    .innerJoin(rooms, eq(rooms.id, roomMembers.roomId))
    .leftJoin(peers, and(eq(rooms.type, 'PRIVATE'), eq(peers.roomId, rooms.id), ne(peers.userId, roomMembers.userId)))
    .where(and(eq(roomMembers.roomId, roomId), eq(roomMembers.userId, userId), isNull(rooms.deletedAt)))
  return found ?? null
}

/** Who is in which room, kept in memory because every message asks. */
export function createMemberships({ db, events, relations }: MembershipDependencies) {
  const cache = createAnswerCache<Membership | null>({ name: 'memberships', keptMs, entriesMax })
  const keyOf = (userId: string, roomId: string) => `${roomId}:${userId}`
  const drop = (userId: string, roomId: string) => cache.drop(keyOf(userId, roomId))

  events.onEveryNode('room.updated', ({ room, joinedIds }) => joinedIds.forEach((userId) => drop(userId, room.id)))
  events.onEveryNode('room.removed', ({ roomId, userIds }) => userIds.forEach((userId) => drop(userId, roomId)))
  events.onEveryNode('member.changed', ({ roomId, userId }) => drop(userId, roomId))
  events.onMissed(() => cache.clear())

  /** What somebody is in a room; null for nobody, and for a room that does not exist. */
  const membership = (userId: string, roomId: string): Promise<Membership | null> =>
    cache.get(keyOf(userId, roomId), () => loadMembership(db, roomId, userId))

  /** Throws NOT_FOUND for a room the actor is not in. */
  async function requireMember(actor: Actor, roomId: string): Promise<Membership> {
    const found = await membership(actor.userId, roomId)
    if (!found) throw notFound('This room')
    return found
  }

  /** The same, and PERMISSION_DENIED where one of two has blocked the other. */
  async function requirePost(actor: Actor, roomId: string): Promise<Membership> {
    const found = await requireMember(actor, roomId)
    if (found.peerId !== null && (await relations.isBlocked(actor.userId, found.peerId)))
      throw permissionDenied('You cannot send messages in this conversation.', 'blocked')
    return found
  }

  return { membership, requireMember, requirePost }
}

interface MembershipDependencies {
  db: Database
  events: EventBus<RoomEvents>
  relations: Pick<Relations, 'isBlocked'>
}

export type Memberships = ReturnType<typeof createMemberships>
