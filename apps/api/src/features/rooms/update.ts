import type { RequestOf } from '@parley/protocol/contract'
import { mayManage } from '@parley/protocol/room-policy'
import type {
  updateMembership as updateMembershipContract,
  updateRoom as updateRoomContract,
} from '@parley/protocol/rooms'
import { and, eq } from 'drizzle-orm'
import type { Actor } from '../../platform/http/actor.ts'
import { notFound, permissionDenied } from '../../platform/http/errors.ts'
import type { RoomDependencies } from './dependencies.ts'
import { lockOwnRoom, refusePrivate } from './lock.ts'
import { findRoom, toRoomInfo } from './store.ts'
import { roomMembers, rooms } from './tables.ts'

/** Changes a group's name, topic, picture or visibility. Only a new name is worth a line in the conversation. */
export async function updateRoom(
  { log, events, requireOwnFile }: RoomDependencies,
  actor: Actor,
  { id, name, topic, image, visibility }: RequestOf<typeof updateRoomContract>['body'],
): Promise<void> {
  if (image) await requireOwnFile(actor, image, 'room')
  const updated = await log.transaction(async (transaction) => {
    const { tx, record, own, writer } = await lockOwnRoom(transaction, actor, id)
    refusePrivate(record)
    if (!mayManage(own.role)) throw permissionDenied('Only admins of a room may change it.')
    const next = {
      name: name?.trim() ?? record.name,
      topic: topic?.trim() ?? record.topic,
      imageFileId: image === undefined ? record.imageFileId : image,
      visibility: visibility ?? record.visibility,
    }
    await tx.update(rooms).set(next).where(eq(rooms.id, id))
    if (next.name !== record.name)
      await writer.appendSystem(actor.userId, { kind: 'system', action: 'room.renamed', name: next.name })
    return { ...record, ...next }
  })
  events.emit('room.updated', { room: toRoomInfo(updated), joinedIds: [] })
}

/** Changes how the actor keeps a room: on top of the list or not, what notifies. */
export async function updateMembership(
  { db, events }: RoomDependencies,
  actor: Actor,
  { roomId, pinned, notify }: RequestOf<typeof updateMembershipContract>['body'],
): Promise<void> {
  const found = await findRoom(db, actor, roomId)
  if (!found?.own) throw notFound('This room')
  const { own } = found
  const next = {
    notify: notify ?? own.notify,
    pinnedAt: pinned === undefined ? own.pinnedAt : pinned ? new Date() : null,
  }
  await db
    .update(roomMembers)
    .set(next)
    .where(and(eq(roomMembers.roomId, roomId), eq(roomMembers.userId, actor.userId)))
  const kept = { roomId, pinned: next.pinnedAt !== null, notify: next.notify }
  events.emit('membership.updated', { userId: actor.userId, ...kept })
}
