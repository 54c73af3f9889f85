import { and, count, eq, gt, isNull, lte, ne, or, sql } from 'drizzle-orm'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import type { DatabasePools, Queryable } from '../../platform/database.ts'
import { messages } from '../messages/tables.ts'
import { roomHeads, rooms } from '../rooms/tables.ts'

const hourMs = 60 * 60_000
export const countedDays = 30

/** Rooms a statement asks about: each is a range of the primary key. */
const roomsAtOnce = 200

/** What is known of the messages of a workspace. */
interface Counted {
  /** The last message of each room that is counted. */
  seqs: Map<string, number>
  /** Messages sent, by the hour since 1970. */
  hours: Map<number, number>
}

type Source = Pick<DatabasePools, 'db' | 'reader'>

interface RoomRecord extends RowDataPacket {
  room_id: number | string
}

interface Head {
  roomId: string
  lastSeq: number
  floorSeq: number
}

/** A part of a room: what lies past `after`, up to `upTo`. */
interface Part {
  roomId: string
  after: number
  upTo: number
}

const findHeads = (db: Queryable, workspaceId: string): Promise<Head[]> =>
  db
    .select({ roomId: roomHeads.roomId, lastSeq: roomHeads.lastSeq, floorSeq: roomHeads.floorSeq })
    .from(rooms)
    .innerJoin(roomHeads, eq(roomHeads.roomId, rooms.id))
    .where(and(eq(rooms.workspaceId, workspaceId), isNull(rooms.deletedAt)))

function* chunksOf<Item>(items: Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += roomsAtOnce) yield items.slice(start, start + roomsAtOnce)
}

/** Rooms whose message at this place was sent since then; a place without a message counts as before. */
async function findSentSince(pool: Pool, places: { roomId: string; seq: number }[], since: Date): Promise<Set<string>> {
  const found = new Set<string>()
  for (const chunk of chunksOf(places)) {
    // Joined to the places, each is one look into the primary key; MariaDB plans hundreds of alternatives far slower.
    const asked = chunk.map(() => 'SELECT CAST(? AS UNSIGNED) AS asked_room_id, ? AS asked_seq').join(' UNION ALL ')
    const [rows] = await pool.query<RoomRecord[]>(
      `SELECT room_id FROM (${asked}) AS asked JOIN messages ON room_id = asked_room_id AND seq = asked_seq WHERE created_at > ?`,
      [...chunk.flatMap(({ roomId, seq }) => [roomId, seq]), since],
    )
    for (const row of rows) found.add(String(row.room_id))
  }
  return found
}

/**
 * The parts of rooms that were sent since then. Messages of a room are stored in the order of their numbers, so where a part
 * begins is found by halving, in all rooms at once: the years before it are not read.
 */
async function findPartsSince(pool: Pool, heads: Head[], since: Date): Promise<Part[]> {
  const places = heads.flatMap(({ roomId, lastSeq }) => (lastSeq > 0 ? [{ roomId, seq: lastSeq }] : []))
  const lively = await findSentSince(pool, places, since)
  // The first message since then lies past `after`, and not past `first`.
  const searches = heads
    .filter(({ roomId }) => lively.has(roomId))
    .map(({ roomId, lastSeq, floorSeq }) => ({ roomId, after: floorSeq, first: lastSeq, upTo: lastSeq }))
  for (;;) {
    const open = searches.filter(({ after, first }) => first - after > 1)
    if (open.length === 0) return searches
    const middles = open.map((search) => ({ search, seq: Math.floor((search.after + search.first) / 2) }))
    const asked = middles.map(({ search, seq }) => ({ roomId: search.roomId, seq }))
    const sentSince = await findSentSince(pool, asked, since)
    for (const { search, seq } of middles) {
      if (sentSince.has(search.roomId)) search.first = seq
      else search.after = seq
    }
  }
}

/** Adds what was sent in these parts of rooms. What rooms say of themselves is no message. */
async function add(db: Queryable, parts: Part[], { hours, seqs }: Counted): Promise<void> {
  const hour = sql<number>`FLOOR(UNIX_TIMESTAMP(${messages.createdAt}) / 3600)`.mapWith(Number)
  for (const chunk of chunksOf(parts)) {
    const inPart = chunk.map(({ roomId, after, upTo }) =>
      and(eq(messages.roomId, roomId), gt(messages.seq, after), lte(messages.seq, upTo)),
    )
    const rows = await db
      .select({ hour: hour.as('hour'), sent: count() })
      .from(messages)
      .where(and(or(...inPart), ne(messages.kind, 'system')))
      .groupBy(sql`hour`)
    for (const { hour: at, sent } of rows) hours.set(at, (hours.get(at) ?? 0) + sent)
    for (const { roomId, upTo } of chunk) seqs.set(roomId, upTo)
  }
}

async function refresh({ db, reader }: Source, workspaceId: string, counted: Counted): Promise<void> {
  const heads = await findHeads(db, workspaceId)
  const begin = new Date(Date.now() - (countedDays + 1) * 24 * hourMs)
  const isNew = ({ roomId }: Head) => !counted.seqs.has(roomId)
  const moved = heads.flatMap(({ roomId, lastSeq }): Part[] => {
    const after = counted.seqs.get(roomId)
    return after !== undefined && lastSeq > after ? [{ roomId, after, upTo: lastSeq }] : []
  })
  const fresh = heads.filter(isNew)
  const parts = await findPartsSince(reader, fresh, begin)
  for (const { roomId, lastSeq } of fresh) counted.seqs.set(roomId, lastSeq)
  await add(db, [...moved, ...parts], counted)
  for (const hour of counted.hours.keys()) if (hour * hourMs < begin.getTime()) counted.hours.delete(hour)
}

/**
 * How many messages a workspace sends. What was counted is remembered, and only what came since is counted each time: no
 * index by time is paid for on every send.
 */
export function createMessageCounts(source: Source) {
  const known = new Map<string, Counted>()
  const running = new Map<string, Promise<Counted>>()

  async function countAnew(workspaceId: string): Promise<Counted> {
    const counted = known.get(workspaceId) ?? { seqs: new Map<string, number>(), hours: new Map<number, number>() }
    try {
      await refresh(source, workspaceId, counted)
    } catch (error) {
      // What it broke off in may be counted and not remembered: the next one begins anew.
      known.delete(workspaceId)
      throw error
    }
    known.set(workspaceId, counted)
    return counted
  }

  /** Messages by the hour since 1970. Who asks while it is counted shares the answer: nothing is counted twice. */
  return async (workspaceId: string): Promise<ReadonlyMap<number, number>> => {
    const shared = running.get(workspaceId)
    if (shared) return (await shared).hours
    const counting = countAnew(workspaceId).finally(() => running.delete(workspaceId))
    running.set(workspaceId, counting)
    return (await counting).hours
  }
}
