import type { AnnouncedHead, MessageRow } from '@parley/protocol/messages'
import type { PublicUser } from '@parley/protocol/people'
import type { Room } from '@parley/protocol/rooms'
import { and, desc, eq, inArray, isNull, lt, ne, or, sql } from 'drizzle-orm'
import { Type } from 'typebox'
import type { Database } from '../../platform/database.ts'
import { createGather } from '../../platform/gather.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { notFound } from '../../platform/http/errors.ts'
import { messages } from '../messages/tables.ts'
import type { RoomDependencies } from './dependencies.ts'
import { toRoomInfo } from './store.ts'
import { roomHeads, roomMembers, rooms } from './tables.ts'
import { countUnread } from './unread.ts'

const pageRows = 100

/** People whose heads are read together at most; more would hold up the first of them. */
const headsQuestionMax = 200

const position = createCursor(Type.Tuple([Type.Integer(), Type.String()]))

/** The rooms somebody is in, with their heads. */
const ownRooms = (actor: Actor) =>
  and(eq(roomMembers.userId, actor.userId), eq(roomMembers.workspaceId, actor.workspaceId), isNull(rooms.deletedAt))

const announcedHead = {
  roomId: roomHeads.roomId,
  seq: roomHeads.lastSeq,
  change: roomHeads.lastChange,
  epoch: roomHeads.epoch,
  floor: roomHeads.floorSeq,
}

const memberKey = ({ workspaceId, userId }: Pick<Actor, 'workspaceId' | 'userId'>) => `${workspaceId}:${userId}`

async function headsOfMembers(db: Database, keys: string[]): Promise<Map<string, AnnouncedHead[]>> {
  const rows = await db
    .select({ ...announcedHead, userId: roomMembers.userId, workspaceId: roomMembers.workspaceId })
    .from(roomMembers)
    .innerJoin(rooms, eq(rooms.id, roomMembers.roomId))
    .innerJoin(roomHeads, eq(roomHeads.roomId, rooms.id))
    .where(
      and(
        inArray(
          roomMembers.userId,
          keys.map((key) => key.slice(key.indexOf(':') + 1)),
        ),
        isNull(rooms.deletedAt),
      ),
    )
  const heads = new Map<string, AnnouncedHead[]>()
  for (const { userId, workspaceId, ...head } of rows) {
    const key = memberKey({ workspaceId, userId })
    const own = heads.get(key)
    if (own) own.push(head)
    else heads.set(key, [head])
  }
  return heads
}

/** Tells where every room of somebody stands; who connect at the same time, as after a restart, share the question. */
export function createHeadsOf(db: Database): (actor: Actor) => Promise<AnnouncedHead[]> {
  const find = createGather((keys: string[]) => headsOfMembers(db, keys), { keysMax: headsQuestionMax })
  return async (actor) => (await find(memberKey(actor))) ?? []
}

/** Where these rooms stand, whoever is in them. */
export async function readHeads(db: Database, roomIds: string[]): Promise<AnnouncedHead[]> {
  return db.select(announcedHead).from(roomHeads).where(inArray(roomHeads.roomId, roomIds))
}

/** The actor's rooms, latest activity first. The number of queries is the same for one room and for a full page. */
export async function listRooms(deps: RoomDependencies, actor: Actor, cursor: string | undefined) {
  const after = position.read(cursor)
  const activity = sql`COALESCE(${messages.createdAt}, ${rooms.createdAt})`.mapWith(rooms.createdAt)
  const before = after && sql.param(new Date(after[0]), rooms.createdAt)
  const rows = await deps.db
    .select({ roomId: rooms.id, activity })
    .from(roomMembers)
    .innerJoin(rooms, eq(rooms.id, roomMembers.roomId))
    .innerJoin(roomHeads, eq(roomHeads.roomId, rooms.id))
    .leftJoin(messages, and(eq(messages.roomId, rooms.id), eq(messages.seq, roomHeads.lastSeq)))
    .where(
      and(
        ownRooms(actor),
        after ? or(lt(activity, before), and(eq(activity, before), lt(rooms.id, after[1]))) : undefined,
      ),
    )
    .orderBy(desc(activity), desc(rooms.id))
    .limit(pageRows + 1)
  const page = pageOf(rows, pageRows, (last) => position.write([last.activity.getTime(), last.roomId]))
  const described = await describeRooms(
    deps,
    actor,
    page.items.map(({ roomId }) => roomId),
  )
  const byId = new Map(described.map((room) => [room.id, room]))
  const items = page.items.flatMap(({ roomId }) => byId.get(roomId) ?? [])
  return { items, nextCursor: page.nextCursor }
}

/** One room as the actor sees it, or NOT_FOUND. */
export async function getRoom(deps: RoomDependencies, actor: Actor, roomId: string): Promise<Room> {
  const [room] = await describeRooms(deps, actor, [roomId])
  if (!room) throw notFound('This room')
  return room
}

async function readOwnRooms(db: Database, actor: Actor, roomIds: string[]) {
  return db
    .select({ room: rooms, own: roomMembers, head: roomHeads })
    .from(roomMembers)
    .innerJoin(rooms, eq(rooms.id, roomMembers.roomId))
    .innerJoin(roomHeads, eq(roomHeads.roomId, rooms.id))
    .where(and(ownRooms(actor), inArray(rooms.id, roomIds)))
}

type OwnRoom = Awaited<ReturnType<typeof readOwnRooms>>[number]

/** The other person of a private room. */
interface Peer {
  user: PublicUser | undefined
  readSeq: number
  blocked: boolean
}

async function readPeers(
  { db, relations }: RoomDependencies,
  actor: Actor,
  own: OwnRoom[],
): Promise<Map<string, Peer>> {
  const roomIds = own.filter(({ room }) => room.type === 'PRIVATE').map(({ room }) => room.id)
  if (roomIds.length === 0) return new Map()
  const peers = await db
    .select({ roomId: roomMembers.roomId, userId: roomMembers.userId, readSeq: roomMembers.readSeq })
    .from(roomMembers)
    .where(and(inArray(roomMembers.roomId, roomIds), ne(roomMembers.userId, actor.userId)))
  const userIds = peers.map(({ userId }) => userId)
  const [people, blocked] = await Promise.all([
    relations.publicUsers(userIds),
    relations.blockedAmong(actor.userId, userIds),
  ])
  return new Map(
    peers.map(({ roomId, userId, readSeq }) => [
      roomId,
      { user: people.get(userId), readSeq, blocked: blocked.has(userId) },
    ]),
  )
}

async function describeRooms(deps: RoomDependencies, actor: Actor, roomIds: string[]): Promise<Room[]> {
  if (roomIds.length === 0) return []
  const own = await readOwnRooms(deps.db, actor, roomIds)
  const [unread, lastMessages, peers] = await Promise.all([
    countUnread(
      deps.db,
      actor.userId,
      own.map(({ room, own: { readSeq }, head: { lastSeq } }) => ({ roomId: room.id, readSeq, lastSeq })),
    ),
    deps.messagesAt(own.map(({ head }) => ({ roomId: head.roomId, seq: head.lastSeq })).filter(({ seq }) => seq > 0)),
    readPeers(deps, actor, own),
  ])
  const lastOf = new Map(lastMessages.map((row) => [row.roomId, row]))
  return own.map((row) => ({
    ...toRoom(row, lastOf.get(row.room.id), peers.get(row.room.id)),
    ...(unread.get(row.room.id) ?? { unread: 0, mentions: 0 }),
  }))
}

const toRoom = (
  { room, own, head }: OwnRoom,
  lastMessage: MessageRow | undefined,
  peer: Peer | undefined,
): Omit<Room, 'unread' | 'mentions'> => ({
  ...toRoomInfo(room),
  role: own.role,
  pinned: own.pinnedAt !== null,
  notify: own.notify,
  readSeq: own.readSeq,
  head: { seq: head.lastSeq, change: head.lastChange, epoch: head.epoch, floor: head.floorSeq },
  ...(lastMessage && { lastMessage }),
  ...(peer?.user && { peer: peer.user }),
  ...(peer && { peerReadSeq: peer.readSeq }),
  canPost: !peer?.blocked,
})
