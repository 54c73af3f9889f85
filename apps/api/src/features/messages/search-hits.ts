import { format } from 'mysql2'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import { booleanQuery, needle, type QueryTerm } from './terms.ts'

/** A message that is found, and its place in the list. */
export interface Hit {
  roomId: string
  seq: number
  createdAt: Date
}

/** What to look for, in which rooms, and after which hit. */
export interface Wanted {
  userId: string
  terms: QueryTerm[]
  roomId: string | undefined
  after: Hit | null
  /** Hits wanted. */
  limit: number
}

/** A room of which the rows from 1 to `rest` have not been looked at. */
interface OpenRoom {
  roomId: string
  rest: number
  /** When the row above the rest was sent: the rest is older, but for differences between clocks. */
  before: Date
}

interface HitRecord extends RowDataPacket {
  room_id: number | string
  seq: number
  created_at: Date
}

interface SharesRecord extends RowDataPacket {
  total: number
  [term: `term${number}`]: string | null
}

/** Rows looked at first; each further round looks at four times as many. */
const firstRoundRows = 512
/** Rooms looked into first, and in any later round. A room costs the database as much as a hundred rows. */
const firstRoundRooms = 32
const roundRoomsMax = 64
/** Rounds after which it is worth asking whether the FULLTEXT index would be quicker. */
const firstRounds = 2
/** A rest this small is looked through sooner than the index answers for a word that is frequent elsewhere. */
const smallRestRows = 20_000
const sampleBlocks = 16
const sampleBlockRows = 64
/** The index takes about eight times as long for a hit as a scan for a row, so words rarer than this are its. */
const indexedShareMax = 1 / 8
/** Rows of a room follow one another in time, but for what the clocks of the nodes differ. */
const clockSkewMs = 5_000

const compareHits = (one: Hit, other: Hit): number =>
  other.createdAt.getTime() - one.createdAt.getTime() ||
  Number(BigInt(other.roomId) - BigInt(one.roomId)) ||
  other.seq - one.seq

const toHit = (record: HitRecord): Hit => ({
  roomId: String(record.room_id),
  seq: record.seq,
  createdAt: record.created_at,
})

const sql = (text: string, values: (string | number | Date)[]): string => format(text, values, false, 'Z')

const range = (roomId: string, from: number, to: number): string =>
  sql('(t.room_id = ? AND t.seq BETWEEN ? AND ?)', [roomId, from, to])

const contains = (term: QueryTerm): string => sql("LOCATE(?, CONCAT(' ', t.terms, ' '))", [needle(term)])

const selectHits = 'SELECT t.room_id, t.seq, t.created_at FROM message_terms t'

/** What a hit must fulfil, and the order. */
const tail = ({ terms, after, limit }: Wanted): string =>
  [
    ...(after ? [sql('(t.created_at, t.room_id, t.seq) < (?, ?, ?)', [after.createdAt, after.roomId, after.seq])] : []),
    ...terms.map((term) => `${contains(term)} > 0`),
  ].join(' AND ') + sql(' ORDER BY t.created_at DESC, t.room_id DESC, t.seq DESC LIMIT ?', [limit])

/** The rooms that may be searched, each with its newest row. */
async function openRooms(pool: Pool, { userId, roomId }: Wanted): Promise<OpenRoom[]> {
  const [records] = await pool.query<HitRecord[]>(
    'SELECT h.room_id, h.last_seq AS seq, m.created_at FROM room_members me ' +
      'JOIN rooms r ON r.id = me.room_id AND r.deleted_at IS NULL JOIN room_heads h ON h.room_id = r.id ' +
      `JOIN messages m ON m.room_id = h.room_id AND m.seq = h.last_seq WHERE me.user_id = ? ${roomId === undefined ? '' : 'AND me.room_id = ?'}`,
    roomId === undefined ? [userId] : [userId, roomId],
  )
  return records.map(({ room_id, seq, created_at }) => ({ roomId: String(room_id), rest: seq, before: created_at }))
}

/** The rooms whose rest may still hold one of the first `limit` hits, the newest first. */
function frontOf(rooms: OpenRoom[], hits: Hit[], limit: number): OpenRoom[] {
  const needed = hits[limit - 1]?.createdAt.getTime() ?? -Infinity
  return rooms
    .filter(({ rest, before }) => rest > 0 && before.getTime() + clockSkewMs >= needed)
    .toSorted((one, other) => other.before.getTime() - one.before.getTime())
}

/** When one message of each of these rooms was sent. */
async function sentAt(pool: Pool, places: [roomId: string, seq: number][]): Promise<Map<string, Date>> {
  if (places.length === 0) return new Map()
  const [records] = await pool.query<HitRecord[]>(
    `SELECT room_id, seq, created_at FROM messages WHERE ${places.map((place) => sql('(room_id = ? AND seq = ?)', place)).join(' OR ')}`,
  )
  return new Map(records.map(({ room_id, created_at }) => [String(room_id), created_at]))
}

/** Looks at the newest `rows` rows of the rest of each of `rooms`. */
async function scan(pool: Pool, wanted: Wanted, rooms: OpenRoom[], rows: number): Promise<Hit[]> {
  const windows = rooms.map((room) => ({ room, from: Math.max(1, room.rest - rows + 1), to: room.rest }))
  const ranges = windows.map(({ room, from, to }) => range(room.roomId, from, to))
  const [[found], edges] = await Promise.all([
    pool.query<HitRecord[]>(`${selectHits} FORCE INDEX (PRIMARY) WHERE (${ranges.join(' OR ')}) AND ${tail(wanted)}`),
    sentAt(
      pool,
      windows.filter(({ from }) => from > 1).map(({ room, from }) => [room.roomId, from]),
    ),
  ])
  for (const { room, from } of windows) {
    const edge = edges.get(room.roomId)
    // Where no message is left, the rest of the room was deleted for good.
    room.rest = edge ? from - 1 : 0
    if (edge) room.before = edge
  }
  return found.map(toHit)
}

/** Blocks of rows spread evenly over what has not been looked at. */
function sampleRanges(rooms: OpenRoom[], restRows: number): string[] {
  const ranges: string[] = []
  let start = 0
  for (const { roomId, rest } of rooms) {
    const blocks =
      Math.floor(((start + rest) * sampleBlocks) / restRows) - Math.floor((start * sampleBlocks) / restRows)
    for (let block = 0; block < blocks; block += 1) {
      const to = Math.ceil((rest * (block + 1)) / blocks)
      ranges.push(range(roomId, to - sampleBlockRows + 1, to))
    }
    start += rest
  }
  return ranges
}

/** The rarest of the terms, if it is rare enough in the rest for the index to answer quickly. */
async function rareTerm(pool: Pool, { terms }: Wanted, rooms: OpenRoom[]): Promise<QueryTerm | null> {
  const restRows = rooms.reduce((rows, { rest }) => rows + rest, 0)
  if (restRows <= smallRestRows) return null
  const counts = terms.map((term, index) => `SUM(${contains(term)} > 0) AS term${index}`)
  const [[shares]] = await pool.query<SharesRecord[]>(
    `SELECT COUNT(*) AS total, ${counts.join(', ')} FROM message_terms t FORCE INDEX (PRIMARY) WHERE ${sampleRanges(rooms, restRows).join(' OR ')}`,
  )
  const [rarest] = terms
    .map((term, index) => ({ term, rows: Number(shares?.[`term${index}`] ?? 0) }))
    .toSorted((one, other) => one.rows - other.rows)
  return rarest && rarest.rows <= (shares?.total ?? 0) * indexedShareMax ? rarest.term : null
}

/** Looks at every row of `rooms`, which costs less than many windows. */
async function scanAll(pool: Pool, wanted: Wanted, rooms: OpenRoom[]): Promise<Hit[]> {
  const roomIds = rooms.map(({ roomId }) => roomId)
  const [found] = await pool.query<HitRecord[]>(
    `${selectHits} FORCE INDEX (PRIMARY) WHERE t.room_id IN (?) AND ${tail(wanted)}`,
    [roomIds],
  )
  for (const room of rooms) room.rest = 0
  return found.map(toHit)
}

/** The hits by way of the FULLTEXT index, which reads every row of `term` whatever else is asked. */
async function lookUp(pool: Pool, wanted: Wanted, term: QueryTerm): Promise<Hit[]> {
  const { userId, roomId } = wanted
  const [found] = await pool.query<HitRecord[]>(
    `${selectHits} JOIN room_members me ON me.room_id = t.room_id AND me.user_id = ? ` +
      'JOIN rooms r ON r.id = t.room_id AND r.deleted_at IS NULL WHERE MATCH (t.terms) AGAINST (? IN BOOLEAN MODE) ' +
      `${roomId === undefined ? '' : sql('AND t.room_id = ?', [roomId])} AND ${tail(wanted)}`,
    [userId, booleanQuery(term)],
  )
  return found.map(toHit)
}

/**
 * The first `limit` hits, newest first.
 *
 * FULLTEXT collects all hits of a word before any is sorted or left out: quick for rare words, slow for words that stand
 * in most messages. Those are found among the newest rows, so these are looked through first, and the index is asked
 * only for words that a sample of the rest shows to be rare.
 */
export async function findHits(pool: Pool, wanted: Wanted): Promise<Hit[]> {
  const { limit } = wanted
  const rooms = await openRooms(pool, wanted)
  const hits = new Map<string, Hit>()
  for (let round = 0; ; round += 1) {
    const first = [...hits.values()].toSorted(compareHits).slice(0, limit)
    const front = frontOf(rooms, first, limit)
    if (front.length === 0) return first
    if (round === firstRounds) {
      const term = await rareTerm(pool, wanted, front)
      if (term) return lookUp(pool, wanted, term)
    }
    const some = front.slice(0, round === 0 ? firstRoundRooms : roundRoomsMax)
    const found =
      round >= firstRounds && front.length > roundRoomsMax
        ? await scanAll(pool, wanted, front)
        : await scan(pool, wanted, some, Math.ceil((firstRoundRows * 4 ** round) / some.length))
    for (const hit of found) hits.set(`${hit.roomId}:${hit.seq}`, hit)
  }
}
