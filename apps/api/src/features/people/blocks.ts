import type { Relation } from '@parley/protocol/people'
import { and, eq, inArray } from 'drizzle-orm'
import type { Actor } from '../../platform/http/actor.ts'
import type { PeopleDependencies } from './dependencies.ts'
import { requireOther } from './friends.ts'
import { privateRoomsWith } from './store.ts'
import { userBlocks, userFriends } from './tables.ts'

/** Blocks somebody and ends any friendship; the room of the two stays, to be read. */
export async function block(deps: PeopleDependencies, actor: Actor, otherId: string): Promise<void> {
  const { userId, workspaceId } = actor
  await requireOther(deps.db, actor, otherId)
  await deps.db.transaction(async (tx) => {
    await tx
      .insert(userBlocks)
      .values({ workspaceId, userId, blockedId: otherId, createdAt: new Date() })
      .onDuplicateKeyUpdate({ set: { blockedId: otherId } })
    const both = [userId, otherId]
    await tx.delete(userFriends).where(and(inArray(userFriends.userId, both), inArray(userFriends.friendId, both)))
  })
  await announce(deps, actor, otherId)
}

/** Lifts a block; who were friends before may ask again. */
export async function unblock(deps: PeopleDependencies, actor: Actor, otherId: string): Promise<void> {
  await requireOther(deps.db, actor, otherId)
  const [result] = await deps.db
    .delete(userBlocks)
    .where(and(eq(userBlocks.userId, actor.userId), eq(userBlocks.blockedId, otherId)))
  if (result.affectedRows > 0) await announce(deps, actor, otherId)
}

/** Both hear of it, since whether they may write in their room has changed. */
async function announce({ db, events }: PeopleDependencies, actor: Actor, otherId: string): Promise<void> {
  const { userId } = actor
  events.emit('block.changed', { userId, otherId })
  const roomId = (await privateRoomsWith(db, actor, [otherId])).get(otherId)
  const change = { relation: 'none' as Relation, ...(roomId !== undefined && { roomId }) }
  events.emit('friend.changed', { userId, change: { userId: otherId, ...change } })
  events.emit('friend.changed', { userId: otherId, change: { userId, ...change } })
}
