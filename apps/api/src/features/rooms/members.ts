import type { RequestOf } from '@parley/protocol/contract'
import { mayAppoint, mayManage, mayRemove } from '@parley/protocol/room-policy'
import type {
  addMembers as addMembersContract,
  removeMember as removeMemberContract,
  RoomRole,
  updateMember as updateMemberContract,
} from '@parley/protocol/rooms'
import type { Actor } from '../../platform/http/actor.ts'
import { conflict, invalidField, notFound, permissionDenied } from '../../platform/http/errors.ts'
import { requireAddable } from './create.ts'
import type { RoomDependencies } from './dependencies.ts'
import { lockOwnRoom, refusePrivate, type LockedOwnRoom } from './lock.ts'
import {
  deleteMember,
  findMember,
  insertMembers,
  membersAmong,
  moveMemberCount,
  setRole,
  toRoomInfo,
  type MemberRecord,
} from './store.ts'

/** More newcomers than this at once are told as one `room.updated`: a packet each would cut off slow readers. */
const announcedMax = 50

/** Adds people to a group; those who are in it already stay as they are. */
export async function addMembers(
  { log, events }: RoomDependencies,
  actor: Actor,
  { roomId, userIds }: RequestOf<typeof addMembersContract>['body'],
): Promise<void> {
  const asked = [...new Set(userIds)]
  const added = await log.transaction(async (transaction) => {
    const { tx, record, own, writer } = await lockOwnRoom(transaction, actor, roomId)
    refusePrivate(record)
    if (!mayManage(own.role)) throw permissionDenied('Only admins of a room may add people.')
    const present = new Set(await membersAmong(tx, roomId, asked))
    const newIds = asked.filter((userId) => !present.has(userId))
    if (newIds.length === 0) return null
    await requireAddable(tx, actor, newIds)
    const members = newIds.map((userId) => ({ userId, role: 'member' as const }))
    await insertMembers(tx, record, members, writer.lastSeq())
    const counted = await moveMemberCount(tx, record, newIds.length)
    await writer.appendSystem(actor.userId, { kind: 'system', action: 'member.added', userIds: newIds })
    return { room: toRoomInfo(counted), joinedIds: newIds }
  })
  if (!added) return
  events.emit('room.updated', added)
  if (added.joinedIds.length > announcedMax) return
  const { memberCount } = added.room
  for (const userId of added.joinedIds) events.emit('member.changed', { roomId, userId, role: 'member', memberCount })
}

async function requireTarget({ tx, record }: LockedOwnRoom, userId: string): Promise<MemberRecord> {
  const target = await findMember(tx, record.id, userId)
  if (!target) throw notFound('This member')
  return target
}

/** Removes a member from a group. */
export async function removeMember(
  { log, events }: RoomDependencies,
  actor: Actor,
  { roomId, userId }: RequestOf<typeof removeMemberContract>['fields'],
): Promise<void> {
  if (userId === actor.userId) throw invalidField('fields.userId', 'To go yourself, leave the room.')
  const memberCount = await log.transaction(async (transaction) => {
    const locked = await lockOwnRoom(transaction, actor, roomId)
    const { tx, record, own, writer } = locked
    refusePrivate(record)
    if (!mayManage(own.role)) throw permissionDenied('Only admins of a room may remove members.')
    const target = await requireTarget(locked, userId)
    if (!mayRemove(own.role, target.role)) throw permissionDenied('Only the creator of a room may remove its admins.')
    await deleteMember(tx, roomId, userId)
    const counted = await moveMemberCount(tx, record, -1)
    await writer.appendSystem(actor.userId, { kind: 'system', action: 'member.removed', userIds: [userId] })
    return counted.memberCount
  })
  events.emit('room.removed', { roomId, userIds: [userId], reason: 'removed' })
  events.emit('member.changed', { roomId, userId, role: null, memberCount })
}

/** Gives a member another role. `creator` hands the room over: both roles change in one commit. */
export async function updateMember(
  { log, events }: RoomDependencies,
  actor: Actor,
  { roomId, userId, role }: RequestOf<typeof updateMemberContract>['body'],
): Promise<void> {
  const { changes, memberCount } = await log.transaction(async (transaction) => {
    const locked = await lockOwnRoom(transaction, actor, roomId)
    refusePrivate(locked.record)
    if (!mayAppoint(locked.own.role)) throw permissionDenied('Only the creator of a room may change roles.')
    const target = await requireTarget(locked, userId)
    return { changes: await appoint(locked, target, role), memberCount: locked.record.memberCount }
  })
  for (const change of changes) events.emit('member.changed', { roomId, ...change, memberCount })
}

/** Answers whose role is now another. */
async function appoint({ tx, own, writer }: LockedOwnRoom, target: MemberRecord, role: RoomRole) {
  if (target.role === role) return []
  const { roomId, userId } = target
  if (userId === own.userId) throw conflict('Hand the room over to another member first.', 'hand-over-first')
  await setRole(tx, roomId, userId, role)
  const changed = { userId, role }
  if (role !== 'creator') {
    await writer.appendSystem(own.userId, { kind: 'system', action: 'role.changed', userIds: [userId], role })
    return [changed]
  }
  await setRole(tx, roomId, own.userId, 'admin')
  await writer.appendSystem(own.userId, { kind: 'system', action: 'room.handedOver', userIds: [userId] })
  return [changed, { userId: own.userId, role: 'admin' as const }]
}
