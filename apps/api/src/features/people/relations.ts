import type { PublicUser, Relation } from '@parley/protocol/people'
import { and, eq, inArray, or } from 'drizzle-orm'
import { createAnswerCache } from '../../platform/answer-cache.ts'
import type { Queryable } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import { users } from '../identity/tables.ts'
import { pairKeyOf } from '../rooms/tables.ts'
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

/** A block is seen at once, and after this long even where no event told of it. */
const keptMs = 10_000

const entriesMax = 50_000

interface RelationsDependencies {
  db: Queryable
  events: EventBus<PeopleEvents>
}

/** What people are to one another, for every feature that must know. */
export function createRelations({ db, events }: RelationsDependencies) {
  const blocks = createAnswerCache<boolean>({ name: 'blocks', keptMs, entriesMax })
  events.onEveryNode('block.changed', ({ userId, otherId }) => blocks.drop(pairKeyOf(userId, otherId)))
  events.onMissed(() => blocks.clear())

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
    /** Whether one of the two has blocked the other. Kept in memory, since every private message asks. */
    isBlocked: (userId: string, otherId: string): Promise<boolean> =>
      blocks.get(pairKeyOf(userId, otherId), async () => (await blockedAmong(userId, [otherId])).size > 0),
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

export type Relations = ReturnType<typeof createRelations>
