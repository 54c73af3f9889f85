import type { MessageRow } from '@parley/protocol/messages'
import type { PublicUser } from '@parley/protocol/people'
import { id, seq, timestamp } from '@parley/protocol/scalars'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import { Type } from 'typebox'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { rowColumns, toRow, type MessageRecord } from './row.ts'

const pageRows = 50

const pinPosition = createCursor(Type.Object({ pinnedAt: timestamp('When the last one was pinned.'), seq: seq() }))
const filePosition = createCursor(Type.Object({ seq: seq() }))
const readerPosition = createCursor(Type.Object({ userId: id('The last reader of the page.') }))

interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

interface ReaderRecord extends RowDataPacket {
  user_id: number | string
}

const qualified = rowColumns
  .split(', ')
  .map((column) => `m.${column}`)
  .join(', ')

const toRows = ({ items, nextCursor }: Page<MessageRecord>): Page<MessageRow> => ({
  items: items.map(toRow),
  nextCursor,
})

/** Pinned messages, latest pin first. */
export async function listPins(pool: Pool, roomId: string, cursor: string | undefined): Promise<Page<MessageRow>> {
  const from = pinPosition.read(cursor)
  const [records] = await pool.query<MessageRecord[]>(
    `SELECT ${qualified} FROM room_pins p JOIN messages m ON m.room_id = p.room_id AND m.seq = p.seq ` +
      `WHERE p.room_id = ? ${from ? 'AND (p.pinned_at, p.seq) < (?, ?)' : ''} ORDER BY p.pinned_at DESC, p.seq DESC LIMIT ?`,
    [roomId, ...(from ? [new Date(from.pinnedAt), from.seq] : []), pageRows + 1],
  )
  return toRows(
    pageOf(records, pageRows, (last) =>
      pinPosition.write({ pinnedAt: last.pinned_at?.toISOString() ?? '', seq: last.seq }),
    ),
  )
}

/** Messages that carry files, newest first: found through the files, of which a room has far fewer than messages. */
export async function listFiles(pool: Pool, roomId: string, cursor: string | undefined): Promise<Page<MessageRow>> {
  const from = filePosition.read(cursor)
  const [records] = await pool.query<MessageRecord[]>(
    `SELECT ${qualified} FROM (SELECT DISTINCT seq FROM files WHERE room_id = ? ${from ? 'AND seq < ?' : ''} ` +
      'AND seq IS NOT NULL ORDER BY seq DESC LIMIT ?) f JOIN messages m ON m.room_id = ? AND m.seq = f.seq ORDER BY m.seq DESC',
    [roomId, ...(from ? [from.seq] : []), pageRows + 1, roomId],
  )
  return toRows(pageOf(records, pageRows, (last) => filePosition.write({ seq: last.seq })))
}

interface ReadersQuery {
  roomId: string
  seq: number
  cursor: string | undefined
}

/** Who has read up to a message or further, its sender left out. */
export async function listReaders(
  pool: Pool,
  publicUsers: (userIds: string[]) => Promise<Map<string, PublicUser>>,
  { roomId, seq: readSeq, cursor }: ReadersQuery,
): Promise<Page<PublicUser>> {
  const from = readerPosition.read(cursor)
  const [records] = await pool.query<ReaderRecord[]>(
    'SELECT rm.user_id FROM messages m JOIN room_members rm ON rm.room_id = m.room_id AND rm.user_id <> m.sender_id ' +
      'WHERE m.room_id = ? AND m.seq = ? AND rm.read_seq >= m.seq AND rm.user_id > ? ORDER BY rm.user_id LIMIT ?',
    [roomId, readSeq, from?.userId ?? '0', pageRows + 1],
  )
  const { items, nextCursor } = pageOf(records, pageRows, (last) =>
    readerPosition.write({ userId: String(last.user_id) }),
  )
  const people = await publicUsers(items.map(({ user_id }) => String(user_id)))
  return { items: items.flatMap(({ user_id }) => people.get(String(user_id)) ?? []), nextCursor }
}
