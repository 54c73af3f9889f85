import { randomBytes } from 'node:crypto'
import type { RequestOf } from '@parley/protocol/contract'
import { mayManage } from '@parley/protocol/room-policy'
import type { createInvite as createInviteContract, RoomInfo, RoomInvite } from '@parley/protocol/rooms'
import { and, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import type { Database, Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { notFound, permissionDenied } from '../../platform/http/errors.ts'
import { refusePrivate } from './lock.ts'
import { findRoom, toRoomInfo } from './store.ts'
import { roomInvites } from './tables.ts'

type InviteRecord = typeof roomInvites.$inferSelect

/** 192 bits: nobody guesses a link. */
const tokenBytes = 24

/** Anything else is no token, and the database would not even compare it with one. */
const tokenPattern = /^[A-Za-z0-9_-]+$/

/** Invitations a room shows at once; older ones still work, and can be withdrawn when newer ones are. */
const listedMax = 100

const toInvite = (record: InviteRecord): RoomInvite => ({
  id: record.id,
  roomId: record.roomId,
  token: record.token,
  createdBy: record.createdBy,
  createdAt: record.createdAt.toISOString(),
  expiresAt: record.expiresAt?.toISOString() ?? null,
  usesMax: record.usesMax,
  uses: record.uses,
})

const stillWorks = () =>
  and(
    or(isNull(roomInvites.expiresAt), gt(roomInvites.expiresAt, sql`UTC_TIMESTAMP(3)`)),
    or(isNull(roomInvites.usesMax), lt(roomInvites.uses, roomInvites.usesMax)),
  )

async function requireManager(db: Database, actor: Actor, roomId: string): Promise<void> {
  const found = await findRoom(db, actor, roomId)
  if (!found?.own) throw notFound('This room')
  refusePrivate(found.record)
  if (!mayManage(found.own.role)) throw permissionDenied('Only admins of a room may invite to it.')
}

export async function createInvite(
  db: Database,
  actor: Actor,
  { roomId, expiresInMs, usesMax }: RequestOf<typeof createInviteContract>['body'],
): Promise<RoomInvite> {
  await requireManager(db, actor, roomId)
  const createdAt = new Date()
  const invite = {
    workspaceId: actor.workspaceId,
    roomId,
    token: randomBytes(tokenBytes).toString('base64url'),
    createdBy: actor.userId,
    createdAt,
    expiresAt: expiresInMs === undefined ? null : new Date(createdAt.getTime() + expiresInMs),
    usesMax: usesMax ?? null,
    uses: 0,
  }
  const [result] = await db.insert(roomInvites).values(invite)
  return toInvite({ ...invite, id: String(result.insertId) })
}

/** An invitation of the actor's workspace, whether or not it still works: who is in already may use it again. */
export async function findInvite(db: Queryable, actor: Actor, token: string): Promise<InviteRecord | null> {
  if (!tokenPattern.test(token)) return null
  const [record] = await db
    .select()
    .from(roomInvites)
    .where(and(eq(roomInvites.token, token), eq(roomInvites.workspaceId, actor.workspaceId)))
  return record ?? null
}

/** Counts one use, or throws NOT_FOUND if the last one is gone. Check and count are one statement, so two cannot share it. */
export async function takeInviteUse(tx: Queryable, inviteId: string): Promise<void> {
  const [result] = await tx
    .update(roomInvites)
    .set({ uses: sql`${roomInvites.uses} + 1` })
    .where(and(eq(roomInvites.id, inviteId), stillWorks()))
  if (result.affectedRows === 0) throw notFound('This invitation')
}

/** What a link leads to, shown before joining. */
export async function previewInvite(
  db: Database,
  actor: Actor,
  token: string,
): Promise<{ room: RoomInfo; joined: boolean }> {
  if (!tokenPattern.test(token)) throw notFound('This invitation')
  const [invite] = await db
    .select({ roomId: roomInvites.roomId })
    .from(roomInvites)
    .where(and(eq(roomInvites.token, token), eq(roomInvites.workspaceId, actor.workspaceId), stillWorks()))
  const found = invite ? await findRoom(db, actor, invite.roomId) : null
  if (!found) throw notFound('This invitation')
  return { room: toRoomInfo(found.record), joined: found.own !== null }
}

export async function listInvites(db: Database, actor: Actor, roomId: string): Promise<RoomInvite[]> {
  await requireManager(db, actor, roomId)
  const records = await db
    .select()
    .from(roomInvites)
    .where(and(eq(roomInvites.roomId, roomId), stillWorks()))
    .orderBy(desc(roomInvites.id))
    .limit(listedMax)
  return records.map(toInvite)
}

export async function deleteInvite(db: Database, actor: Actor, inviteId: string): Promise<void> {
  const [invite] = await db.select({ roomId: roomInvites.roomId }).from(roomInvites).where(eq(roomInvites.id, inviteId))
  const found = invite ? await findRoom(db, actor, invite.roomId) : null
  if (!found?.own) throw notFound('This invitation')
  if (!mayManage(found.own.role)) throw permissionDenied('Only admins of a room may withdraw its invitations.')
  await db.delete(roomInvites).where(eq(roomInvites.id, inviteId))
}
