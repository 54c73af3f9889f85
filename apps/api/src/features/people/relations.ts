import type { PublicUser, Relation } from '@parley/protocol/people'
import { and, eq, inArray, or } from 'drizzle-orm'
import type { Queryable } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import { users } from '../identity/tables.ts'
import type { PeopleEvents } from './events.ts'
import { userBlocks, userFriends } from './tables.ts'

type UserRecord = typeof users.$inferSelect

/** A person as anybody in the workspace sees them. */
export const toPublicUser = (user: UserRecord): PublicUser => ({
  id: user.id,
  username: user.username,
  displayName: user.displayName,
  bio: user.bio,
  status: user.status,
  image: user.imageFileId,
  createdAt: user.createdAt.toISOString(),
})

const blocksBetween = (userId: string, otherIds: string[]) =>
  or(
    and(eq(userBlocks.userId, userId), inArray(userBlocks.blockedId, otherIds)),
    and(eq(userBlocks.blockedId, userId), inArray(userBlocks.userId, otherIds)),
  )

interface RelationsDependencies {
  db: Queryable
  events: EventBus<PeopleEvents>
}

/** What people are to one another, for every feature that must know. */
export function createRelations({ db, events }: RelationsDependencies) {
  const isBlocked = createBlockCache(
    events,
    async (userId, otherId) => (await blockedAmong(userId, [otherId])).size > 0,
  )

  async function blockedAmong(userId: string, otherIds: string[]): Promise<Set<string>> {
    if (otherIds.length === 0) return new Set()
    const rows = await db.select().from(userBlocks).where(blocksBetween(userId, otherIds))
    return new Set(rows.map((row) => (row.userId === userId ? row.blockedId : row.userId)))
  }

  return {
    async areFriends(userId: string, otherId: string): Promise<boolean> {
      const rows = await db
        .select({ state: userFriends.state })
        .from(userFriends)
        .where(and(eq(userFriends.userId, userId), eq(userFriends.friendId, otherId)))
      return rows[0]?.state === 'friends'
    },
    /** Those of these people who have blocked the person or are blocked by them. */
    blockedAmong,
    /** Whether one of the two has blocked the other. */
    isBlocked,
    /** What these people are to the person; who is a stranger is left out. */
    async relationsOf(userId: string, otherIds: string[]): Promise<Map<string, Relation>> {
      if (otherIds.length === 0) return new Map()
      const rows = await db
        .select()
        .from(userFriends)
        .where(
          or(
            and(eq(userFriends.userId, userId), inArray(userFriends.friendId, otherIds)),
            and(eq(userFriends.friendId, userId), inArray(userFriends.userId, otherIds)),
          ),
        )
      return new Map(
        rows.map((row) => {
          const isOwn = row.userId === userId
          const relation = row.state === 'friends' ? 'friend' : isOwn ? 'requested' : 'incoming'
          return [isOwn ? row.friendId : row.userId, relation]
        }),
      )
    },
    /** These people by id, whoever of them exists. */
    async publicUsers(userIds: string[]): Promise<Map<string, PublicUser>> {
      if (userIds.length === 0) return new Map()
      const rows = await db.select().from(users).where(inArray(users.id, userIds))
      return new Map(rows.map((user) => [user.id, toPublicUser(user)]))
    },
  }
}

/** A block made on another node is seen after this long at the latest. */
const keptMs = 10_000

const pairsMax = 50_000

type IsBlocked = (userId: string, otherId: string) => Promise<boolean>

/** Keeps answers in memory, since every private message asks. What is kept is the promise: see rooms/membership.ts. */
function createBlockCache(events: EventBus<PeopleEvents>, load: IsBlocked): IsBlocked {
  const kept = new Map<string, { answer: Promise<boolean>; expiresAtMs: number }>()
  const keyOf = (userId: string, otherId: string) =>
    userId < otherId ? `${userId}:${otherId}` : `${otherId}:${userId}`

  events.on('block.changed', ({ userId, otherId }) => void kept.delete(keyOf(userId, otherId)))

  return (userId, otherId) => {
    const key = keyOf(userId, otherId)
    const nowMs = performance.now()
    const known = kept.get(key)
    if (known && known.expiresAtMs > nowMs) return known.answer
    const entry = { answer: load(userId, otherId), expiresAtMs: nowMs + keptMs }
    kept.delete(key)
    kept.set(key, entry)
    const oldest = kept.size > pairsMax ? kept.keys().next() : undefined
    if (oldest && !oldest.done) kept.delete(oldest.value)
    // A failure is told to those who asked, and not kept.
    entry.answer.catch(() => {
      if (kept.get(key) === entry) kept.delete(key)
    })
    return entry.answer
  }
}

export type Relations = ReturnType<typeof createRelations>
