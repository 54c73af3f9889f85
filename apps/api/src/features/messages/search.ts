import type { ResponseOf } from '@parley/protocol/contract'
import type { searchMessages } from '@parley/protocol/messages'
import type { PublicUser } from '@parley/protocol/people'
import type { RoomType } from '@parley/protocol/rooms'
import { id, seq, timestamp } from '@parley/protocol/scalars'
import type { Pool } from 'mysql2/promise'
import { Type } from 'typebox'
import type { Actor } from '../../platform/http/actor.ts'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { rowColumns, toRow, type MessageRecord } from './row.ts'
import { queryTerms } from './terms.ts'

type SearchPage = ResponseOf<typeof searchMessages>

interface SearchQuery {
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
const foundSql = (roomFilter: string, cursorFilter: string): string =>
  `SELECT ${qualified}, r.type AS room_type, r.name AS room_name, r.image_file_id AS room_image, peer.user_id AS peer_id ` +
  'FROM message_terms t ' +
  'JOIN room_members me ON me.room_id = t.room_id AND me.user_id = ? ' +
  'JOIN rooms r ON r.id = t.room_id AND r.deleted_at IS NULL ' +
  'JOIN messages m ON m.room_id = t.room_id AND m.seq = t.seq ' +
  "LEFT JOIN room_members peer ON r.type = 'PRIVATE' AND peer.room_id = r.id AND peer.user_id <> me.user_id " +
  `WHERE MATCH (t.terms) AGAINST (? IN BOOLEAN MODE) ${roomFilter} ${cursorFilter} AND m.kind <> 'recall' ` +
  'ORDER BY t.created_at DESC, t.room_id DESC, t.seq DESC LIMIT ?'

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
    if (terms === null) return { items: [], nextCursor: null }
    const parameters: (string | number | Date)[] = [actor.userId, terms]
    if (roomId !== undefined) parameters.push(roomId)
    const from = position.read(cursor)
    if (from) parameters.push(new Date(from.createdAt), from.roomId, from.seq)
    parameters.push(pageRows + 1)
    const [records] = await pool.query<FoundRecord[]>(
      foundSql(
        roomId === undefined ? '' : 'AND t.room_id = ?',
        from ? 'AND (t.created_at, t.room_id, t.seq) < (?, ?, ?)' : '',
      ),
      parameters,
    )
    const { items, nextCursor } = pageOf(records, pageRows, (last) =>
      position.write({ createdAt: last.created_at.toISOString(), roomId: String(last.room_id), seq: last.seq }),
    )
    const peerIds = items.flatMap(({ peer_id }) => (peer_id === null ? [] : [String(peer_id)]))
    const peers = await publicUsers([...new Set(peerIds)])
    return { items: items.map((record) => ({ row: toRow(record), room: roomOf(record, peers) })), nextCursor }
  }
}
