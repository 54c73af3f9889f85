import type { Relation } from '@parley/protocol/people'
import { and, inArray } from 'drizzle-orm'
import { isLockConflict, type Database, type Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError, invalidField, permissionDenied } from '../../platform/http/errors.ts'
import type { PeopleDependencies } from './dependencies.ts'
import { findUsers } from './store.ts'
import { userFriends } from './tables.ts'

const attemptsMax = 5

/** What a request led to; `isNews` unless things stood so before. */
interface Outcome {
  status: 'requested' | 'friends'
  isNews: boolean
}

/** Both rows two people can have between them. */
const between = (one: string, other: string) =>
  and(inArray(userFriends.userId, [one, other]), inArray(userFriends.friendId, [one, other]))

/** Throws unless the other is somebody else of the workspace. */
export async function requireOther(db: Queryable, actor: Actor, otherId: string): Promise<void> {
  if (otherId === actor.userId) throw invalidField('userId', 'This is yourself.')
  const [other] = await findUsers(db, actor, [otherId])
  if (!other) throw new AppError('USER_NOT_FOUND', 'This person does not exist.')
}

async function ask(tx: Queryable, { userId, workspaceId }: Actor, otherId: string): Promise<Outcome> {
  const rows = await tx.select().from(userFriends).where(between(userId, otherId)).for('update')
  const own = rows.find((row) => row.userId === userId)
  const theirs = rows.find((row) => row.userId === otherId)
  if (own?.state === 'friends') return { status: 'friends', isNews: false }
  if (own && !theirs) return { status: 'requested', isNews: false }
  const state = theirs ? 'friends' : 'requested'
  if (theirs) await tx.update(userFriends).set({ state }).where(between(userId, otherId))
  await tx
    .insert(userFriends)
    .values({ workspaceId, userId, friendId: otherId, state, createdAt: new Date() })
    .onDuplicateKeyUpdate({ set: { state } })
  return { status: state, isNews: true }
}

/** Two people who ask one another at the same moment deadlock on the two rows; the loser then finds the other's request. */
async function askUntilDecided(db: Database, actor: Actor, otherId: string): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction((tx) => ask(tx, actor, otherId))
    } catch (error) {
      if (attempt === attemptsMax || !isLockConflict(error)) throw error
    }
  }
}

/** Asks somebody to be friends, or accepts their request; friends share one private room. */
export async function addFriend(
  { db, events, relations, openPrivateRoom }: PeopleDependencies,
  actor: Actor,
  otherId: string,
): Promise<{ status: 'requested' | 'friends'; roomId?: string }> {
  await requireOther(db, actor, otherId)
  if (await relations.isBlocked(actor.userId, otherId)) {
    throw permissionDenied('One of you has blocked the other.', 'blocked')
  }
  const { status, isNews } = await askUntilDecided(db, actor, otherId)
  const { userId } = actor
  if (status === 'requested') {
    if (isNews) {
      events.emit('friend.changed', { userId, change: { userId: otherId, relation: 'requested' } })
      const change = { userId, relation: 'incoming' as const }
      events.emit('friend.changed', { userId: otherId, change, notice: 'friend.requested' })
    }
    return { status }
  }
  // Also when they were friends before: a crash between friendship and room is mended by asking again.
  const roomId = await openPrivateRoom(actor, otherId)
  if (isNews) {
    events.emit('friend.changed', { userId, change: { userId: otherId, relation: 'friend', roomId } })
    const change = { userId, relation: 'friend' as const, roomId }
    events.emit('friend.changed', { userId: otherId, change, notice: 'friend.accepted' })
  }
  return { status, roomId }
}

/** Ends a friendship, withdraws a request or declines one; the room of the two stays. */
export async function removeFriend({ db, events }: PeopleDependencies, actor: Actor, otherId: string): Promise<void> {
  await requireOther(db, actor, otherId)
  const { userId } = actor
  const [result] = await db.delete(userFriends).where(between(userId, otherId))
  if (result.affectedRows === 0) return
  const relation: Relation = 'none'
  events.emit('friend.changed', { userId, change: { userId: otherId, relation } })
  events.emit('friend.changed', { userId: otherId, change: { userId, relation } })
}
