import type { CreateRoom, RoomRole } from '@parley/protocol/rooms'
import { and, eq, inArray } from 'drizzle-orm'
import { isDuplicateKey, type Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError, invalidField, permissionDenied } from '../../platform/http/errors.ts'
import { users } from '../identity/tables.ts'
import { userBlocks } from '../people/tables.ts'
import type { RoomDependencies } from './dependencies.ts'
import { findPrivateRoom, insertMembers, insertRoom, toRoomInfo } from './store.ts'
import { pairKeyOf } from './tables.ts'

/** Throws unless all are people of the actor's workspace, none of whom has blocked the actor. */
export async function requireAddable(db: Queryable, actor: Actor, userIds: string[]): Promise<void> {
  if (userIds.length === 0) return
  const found = await db
    .select({ blocker: userBlocks.userId })
    .from(users)
    .leftJoin(userBlocks, and(eq(userBlocks.userId, users.id), eq(userBlocks.blockedId, actor.userId)))
    .where(and(inArray(users.id, userIds), eq(users.workspaceId, actor.workspaceId)))
  if (found.length < userIds.length) throw new AppError('USER_NOT_FOUND', 'One of these people does not exist.')
  if (found.some(({ blocker }) => blocker !== null))
    throw permissionDenied('One of these people does not want to be added by you.', 'blocked')
}

/** Makes a group, the actor its creator; for PRIVATE, answers the one room the two share. */
export async function createRoom(deps: RoomDependencies, actor: Actor, input: CreateRoom): Promise<string> {
  const { db, log, events } = deps
  const otherIds = [...new Set([...(input.memberIds ?? []), ...(input.adminIds ?? [])])].filter(
    (userId) => userId !== actor.userId,
  )
  if (input.type === 'PRIVATE') {
    const [otherId, ...rest] = otherIds
    if (otherId === undefined || rest.length > 0)
      throw invalidField('body.memberIds', 'A private conversation is with exactly one other person.')
    return openPrivateRoom(deps, actor, otherId)
  }
  const name = input.name?.trim()
  if (!name) throw invalidField('body.name', 'A group needs a name.')
  if (input.image) await deps.requireOwnFile(actor, input.image, 'room')
  await requireAddable(db, actor, otherIds)
  const roleOf = (userId: string): RoomRole => (input.adminIds?.includes(userId) ? 'admin' : 'member')
  const members = [
    { userId: actor.userId, role: 'creator' as const },
    ...otherIds.map((userId) => ({ userId, role: roleOf(userId) })),
  ]
  const record = await log.transaction(async ({ tx, room }) => {
    const made = await insertRoom(tx, {
      workspaceId: actor.workspaceId,
      type: 'PUBLIC',
      visibility: input.visibility ?? 'invite',
      name,
      topic: input.topic?.trim() ?? '',
      imageFileId: input.image ?? null,
      memberCount: members.length,
      pairKey: null,
      createdAt: new Date(),
    })
    await insertMembers(tx, made, members, 0)
    const writer = await room(made.id)
    await writer.appendSystem(actor.userId, { kind: 'system', action: 'room.created', userIds: otherIds })
    return made
  })
  events.emit('room.updated', { room: toRoomInfo(record), joinedIds: members.map(({ userId }) => userId) })
  return record.id
}

/** Answers the id of the one room two friends share, and makes it the first time. */
export async function openPrivateRoom(deps: RoomDependencies, actor: Actor, otherId: string): Promise<string> {
  if (otherId === actor.userId) throw invalidField('body.memberIds', 'You cannot have a conversation with yourself.')
  const pairKey = pairKeyOf(actor.userId, otherId)
  const existing = await findPrivateRoom(deps.db, pairKey)
  if (existing) return existing.id
  await requireAddable(deps.db, actor, [otherId])
  if (!(await deps.relations.areFriends(actor.userId, otherId)))
    throw permissionDenied('Private conversations are between friends. Send a friend request first.', 'not-friends')
  try {
    return await insertPrivateRoom(deps, actor, otherId, pairKey)
  } catch (error) {
    const winner = isDuplicateKey(error) ? await findPrivateRoom(deps.db, pairKey) : null
    if (!winner) throw error
    return winner.id
  }
}

async function insertPrivateRoom(
  { log, events }: RoomDependencies,
  actor: Actor,
  otherId: string,
  pairKey: string,
): Promise<string> {
  const memberIds = [actor.userId, otherId]
  const record = await log.transaction(async ({ tx, room }) => {
    const made = await insertRoom(tx, {
      workspaceId: actor.workspaceId,
      type: 'PRIVATE',
      visibility: 'invite',
      name: '',
      topic: '',
      imageFileId: null,
      memberCount: memberIds.length,
      pairKey,
      createdAt: new Date(),
    })
    const members = memberIds.map((userId) => ({ userId, role: 'member' as const }))
    await insertMembers(tx, made, members, 0)
    const writer = await room(made.id)
    await writer.appendSystem(actor.userId, { kind: 'system', action: 'friends.made', userIds: [otherId] })
    return made
  })
  events.emit('room.updated', { room: toRoomInfo(record), joinedIds: memberIds })
  return record.id
}
