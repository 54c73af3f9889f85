import type { JoinRoom } from '@parley/protocol/rooms'
import type { Actor } from '../../platform/http/actor.ts'
import { notFound } from '../../platform/http/errors.ts'
import type { RoomDependencies } from './dependencies.ts'
import { findInvite, takeInviteUse } from './invites.ts'
import { lockRoom, type LockedRoom } from './lock.ts'
import { insertMembers, moveMemberCount, toRoomInfo, type RoomRecord } from './store.ts'

/** Joins a listed room, or any by invitation, and answers its id. Joining a room one is in changes nothing: a retry is safe. */
export async function joinRoom(deps: RoomDependencies, actor: Actor, input: JoinRoom): Promise<string> {
  if ('id' in input) {
    await enter(deps, actor, input.id, async ({ record }) => {
      if (record.type !== 'PUBLIC' || record.visibility !== 'listed') throw notFound('This room')
    })
    return input.id
  }
  const invite = await findInvite(deps.db, actor, input.invite)
  if (!invite) throw notFound('This invitation')
  await enter(deps, actor, invite.roomId, ({ tx }) => takeInviteUse(tx, invite.id))
  return invite.roomId
}

/** `allow` throws where the actor has no way in. */
async function enter(
  { log, events }: RoomDependencies,
  actor: Actor,
  roomId: string,
  allow: (locked: LockedRoom) => Promise<void>,
): Promise<void> {
  const joined = await log.transaction(async (transaction) => {
    const locked = await lockRoom(transaction, actor, roomId)
    if (locked.own) return null
    await allow(locked)
    return admit(locked, actor)
  })
  if (!joined) return
  const { memberCount } = joined
  events.emit('room.updated', { room: toRoomInfo(joined), joinedIds: [actor.userId] })
  events.emit('member.changed', { roomId, userId: actor.userId, role: 'member', memberCount })
}

async function admit({ tx, record, writer }: LockedRoom, actor: Actor): Promise<RoomRecord> {
  await insertMembers(tx, record, [{ userId: actor.userId, role: 'member' }], writer.lastSeq())
  const counted = await moveMemberCount(tx, record, 1)
  await writer.appendSystem(actor.userId, { kind: 'system', action: 'member.joined', userIds: [actor.userId] })
  return counted
}
