import type { RoomInfo, RoomRole } from '@parley/protocol/rooms'
import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { roomHeads, roomMembers, rooms } from './tables.ts'

export type RoomRecord = typeof rooms.$inferSelect
export type MemberRecord = typeof roomMembers.$inferSelect

/** The room as every member sees it. */
export const toRoomInfo = (room: RoomRecord): RoomInfo => ({
  id: room.id,
  type: room.type,
  visibility: room.visibility,
  name: room.name,
  topic: room.topic,
  image: room.imageFileId,
  memberCount: room.memberCount,
  createdAt: room.createdAt.toISOString(),
})

/** A room of the actor's workspace that is not deleted, with the actor's membership if there is one. */
export async function findRoom(
  db: Queryable,
  actor: Actor,
  roomId: string,
): Promise<{ record: RoomRecord; own: MemberRecord | null } | null> {
  const [found] = await db
    .select({ record: rooms, own: roomMembers })
    .from(rooms)
    .leftJoin(roomMembers, and(eq(roomMembers.roomId, rooms.id), eq(roomMembers.userId, actor.userId)))
    .where(and(eq(rooms.id, roomId), eq(rooms.workspaceId, actor.workspaceId), isNull(rooms.deletedAt)))
  return found ?? null
}

/** The private room of two people. */
export async function findPrivateRoom(db: Queryable, pairKey: string): Promise<RoomRecord | null> {
  const [record] = await db.select().from(rooms).where(eq(rooms.pairKey, pairKey))
  return record ?? null
}

export async function findMember(db: Queryable, roomId: string, userId: string): Promise<MemberRecord | null> {
  const [member] = await db
    .select()
    .from(roomMembers)
    .where(and(eq(roomMembers.roomId, roomId), eq(roomMembers.userId, userId)))
  return member ?? null
}

/** Which of these people are members. */
export async function membersAmong(db: Queryable, roomId: string, userIds: string[]): Promise<string[]> {
  if (userIds.length === 0) return []
  const found = await db
    .select({ userId: roomMembers.userId })
    .from(roomMembers)
    .where(and(eq(roomMembers.roomId, roomId), inArray(roomMembers.userId, userIds)))
  return found.map(({ userId }) => userId)
}

/** Stores a room together with its head, which stands at nothing yet. */
export async function insertRoom(tx: Queryable, room: Omit<RoomRecord, 'id' | 'deletedAt'>): Promise<RoomRecord> {
  const [result] = await tx.insert(rooms).values(room)
  const roomId = String(result.insertId)
  await tx.insert(roomHeads).values({ roomId, lastSeq: 0, lastChange: 0, floorSeq: 0, epoch: 1 })
  return { ...room, id: roomId, deletedAt: null }
}

/** Stores members who have read everything up to `readSeq`: nothing said before they came is unread. */
export async function insertMembers(
  tx: Queryable,
  room: RoomRecord,
  members: { userId: string; role: RoomRole }[],
  readSeq: number,
): Promise<void> {
  const joinedAt = new Date()
  await tx
    .insert(roomMembers)
    .values(members.map((member) => ({ ...member, roomId: room.id, workspaceId: room.workspaceId, readSeq, joinedAt })))
}

export async function deleteMember(tx: Queryable, roomId: string, userId: string): Promise<void> {
  await tx.delete(roomMembers).where(and(eq(roomMembers.roomId, roomId), eq(roomMembers.userId, userId)))
}

export async function setRole(tx: Queryable, roomId: string, userId: string, role: RoomRole): Promise<void> {
  await tx
    .update(roomMembers)
    .set({ role })
    .where(and(eq(roomMembers.roomId, roomId), eq(roomMembers.userId, userId)))
}

/** Moves the member count and answers the room with the new one. Call it with the room's head locked. */
export async function moveMemberCount(tx: Queryable, room: RoomRecord, by: number): Promise<RoomRecord> {
  await tx
    .update(rooms)
    .set({ memberCount: sql`${rooms.memberCount} + ${by}` })
    .where(eq(rooms.id, room.id))
  return { ...room, memberCount: room.memberCount + by }
}
