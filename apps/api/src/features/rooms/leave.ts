import { mayDelete, mayLeave } from '@parley/protocol/room-policy'
import { eq } from 'drizzle-orm'
import { recordAudit } from '../../platform/audit.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { conflict, permissionDenied } from '../../platform/http/errors.ts'
import type { RoomDependencies } from './dependencies.ts'
import { lockOwnRoom, lockRoom, refusePrivate, type LockedRoom } from './lock.ts'
import { deleteMember, moveMemberCount } from './store.ts'
import { roomHeads, roomInvites, roomMembers, rooms } from './tables.ts'

/** Leaves a group. Its creator hands it over first; the last one takes the room along. */
export async function leaveRoom({ log, events }: RoomDependencies, actor: Actor, roomId: string): Promise<void> {
  const left = await log.transaction(async (transaction) => {
    const locked = await lockOwnRoom(transaction, actor, roomId)
    const { tx, record, own, writer } = locked
    refusePrivate(record)
    if (!mayLeave(own.role, record.memberCount))
      throw conflict('Hand the room over to another member before you leave.', 'hand-over-first')
    if (record.memberCount === 1) return { memberCount: 0, removed: await removeRoom(locked) }
    await deleteMember(tx, roomId, actor.userId)
    const { memberCount } = await moveMemberCount(tx, record, -1)
    await writer.appendSystem(actor.userId, { kind: 'system', action: 'member.left', userIds: [actor.userId] })
    return { memberCount, removed: null }
  })
  if (left.removed) {
    events.emit('room.removed', { roomId, userIds: left.removed, reason: 'deleted' })
    return
  }
  events.emit('room.removed', { roomId, userIds: [actor.userId], reason: 'left' })
  events.emit('member.changed', { roomId, userId: actor.userId, role: null, memberCount: left.memberCount })
}

/** Deletes a room for everybody at once; what it held is purged in the background. */
export async function deleteRoom({ log, events }: RoomDependencies, actor: Actor, roomId: string): Promise<void> {
  const userIds = await log.transaction(async (transaction) => {
    const locked = await lockOwnRoom(transaction, actor, roomId)
    refusePrivate(locked.record)
    if (!mayDelete(locked.own.role)) throw permissionDenied('Only the creator of a room may delete it.')
    return removeRoom(locked)
  })
  events.emit('room.removed', { roomId, userIds, reason: 'deleted' })
}

/** Deletes a group of the workspace the actor need not be in, which the audit log remembers. Who asks may do so. */
export async function deleteAnyRoom({ log, events }: RoomDependencies, actor: Actor, roomId: string): Promise<void> {
  const userIds = await log.transaction(async (transaction) => {
    const locked = await lockRoom(transaction, actor, roomId)
    refusePrivate(locked.record)
    const { name, memberCount } = locked.record
    await recordAudit(locked.tx, {
      workspaceId: actor.workspaceId,
      actorId: actor.userId,
      action: 'room.deleted',
      targetKind: 'room',
      targetId: roomId,
      before: { name, memberCount },
    })
    return removeRoom(locked)
  })
  events.emit('room.removed', { roomId, userIds, reason: 'deleted' })
}

/** Answers who was in it. The head goes in the same commit: without it no writer, however late, stores another message. */
async function removeRoom({ tx, record }: LockedRoom): Promise<string[]> {
  const members = await tx
    .select({ userId: roomMembers.userId })
    .from(roomMembers)
    .where(eq(roomMembers.roomId, record.id))
  await tx.delete(roomMembers).where(eq(roomMembers.roomId, record.id))
  await tx.delete(roomHeads).where(eq(roomHeads.roomId, record.id))
  await tx.delete(roomInvites).where(eq(roomInvites.roomId, record.id))
  await tx.update(rooms).set({ deletedAt: new Date(), memberCount: 0 }).where(eq(rooms.id, record.id))
  return members.map(({ userId }) => userId)
}
