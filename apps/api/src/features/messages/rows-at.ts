import type { MessageRow } from '@parley/protocol/messages'
import type { Pool } from 'mysql2/promise'
import { rowColumns, toRow, type MessageRecord } from './row.ts'

/** Where a message stands. */
export interface MessagePlace {
  roomId: string
  seq: number
}

/** Reads messages of many rooms in one statement; places without a message are left out. */
export async function readMessagesAt(pool: Pool, places: MessagePlace[]): Promise<MessageRow[]> {
  if (places.length === 0) return []
  const asked = places.map(() => 'SELECT CAST(? AS UNSIGNED) AS asked_room_id, ? AS asked_seq').join(' UNION ALL ')
  const [records] = await pool.query<MessageRecord[]>(
    `SELECT ${rowColumns} FROM (${asked}) AS asked JOIN messages ON room_id = asked_room_id AND seq = asked_seq`,
    places.flatMap(({ roomId, seq }) => [roomId, seq]),
  )
  return records.map(toRow)
}
