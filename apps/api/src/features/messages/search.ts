import type { ResponseOf } from '@parley/protocol/contract'
import type { searchMessages } from '@parley/protocol/messages'
import type { PublicUser } from '@parley/protocol/people'
import type { RoomType } from '@parley/protocol/rooms'
import { id, seq, timestamp } from '@parley/protocol/scalars'
import { format } from 'mysql2'
import type { Pool } from 'mysql2/promise'
import { Type } from 'typebox'
import type { Actor } from '../../platform/http/actor.ts'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { rowColumns, toRow, type MessageRecord } from './row.ts'
import { findHits, type Hit } from './search-hits.ts'
import { queryTerms } from './terms.ts'

type SearchPage = ResponseOf<typeof searchMessages>

export interface SearchQuery {
  query: string
  roomId?: string
  cursor?: string
}

interface FoundRecord extends MessageRecord {
  room_type: RoomType
  room_name: string
  room_image: number | string | null
  peer_id: number | string | null
}

interface SearchDependencies {
  pool: Pool
  publicUsers: (userIds: string[]) => Promise<Map<string, PublicUser>>
}

const pageRows = 20

const position = createCursor(
  Type.Object({ createdAt: timestamp('When the last hit was sent.'), roomId: id('Its room.'), seq: seq() }),
)

const qualified = rowColumns
  .split(', ')
  .map((column) => `m.${column}`)
  .join(', ')

/** Joined through the actor's memberships: what they may not read is not there to be found. */
const foundSql = (places: string[]): string =>
  `SELECT STRAIGHT_JOIN ${qualified}, r.type AS room_type, r.name AS room_name, r.image_file_id AS room_image, peer.user_id AS peer_id ` +
  'FROM messages m ' +
  'JOIN room_members me ON me.room_id = m.room_id AND me.user_id = ? ' +
  'JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL ' +
  "LEFT JOIN room_members peer ON r.type = 'PRIVATE' AND peer.room_id = r.id AND peer.user_id <> me.user_id " +
  `WHERE (${places.join(' OR ')}) AND m.kind <> 'recall'`

/** The messages of these hits, in their order, without what was recalled since it was indexed. */
async function readFound(pool: Pool, userId: string, hits: Hit[]): Promise<FoundRecord[]> {
  if (hits.length === 0) return []
  const places = hits.map((hit) => format('(m.room_id = ? AND m.seq = ?)', [hit.roomId, hit.seq]))
  const [records] = await pool.query<FoundRecord[]>(foundSql(places), [userId])
  const found = new Map(records.map((record) => [`${record.room_id}:${record.seq}`, record]))
  return hits.flatMap((hit) => found.get(`${hit.roomId}:${hit.seq}`) ?? [])
}

/** Searches every room of the actor, newest first. */
export function createSearch({ pool, publicUsers }: SearchDependencies) {
  const roomOf = (record: FoundRecord, peers: Map<string, PublicUser>) => {
    const peer = record.peer_id === null ? undefined : peers.get(String(record.peer_id))
    return {
      id: String(record.room_id),
      type: record.room_type,
      name: peer?.displayName ?? record.room_name,
      image: peer ? peer.image : record.room_image === null ? null : String(record.room_image),
    }
  }

  return async (actor: Actor, { query, roomId, cursor }: SearchQuery): Promise<SearchPage> => {
    const terms = queryTerms(query)
    if (terms.length === 0) return { items: [], nextCursor: null }
    const from = position.read(cursor)
    const after = from && { ...from, createdAt: new Date(from.createdAt) }
    const hits = await findHits(pool, { userId: actor.userId, terms, roomId, after, limit: pageRows + 1 })
    const { items: page, nextCursor } = pageOf(hits, pageRows, (last) =>
      position.write({ ...last, createdAt: last.createdAt.toISOString() }),
    )
    const items = await readFound(pool, actor.userId, page)
    const peerIds = items.flatMap(({ peer_id }) => (peer_id === null ? [] : [String(peer_id)]))
    const peers = await publicUsers([...new Set(peerIds)])
    return { items: items.map((record) => ({ row: toRow(record), room: roomOf(record, peers) })), nextCursor }
  }
}
