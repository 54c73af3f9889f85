import type { MessageBody } from '@parley/protocol/messages'
import { format } from 'mysql2'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import { isDatabaseAway, isLockConflict, withTransaction } from '../../platform/database.ts'
import { searchRoomsWaiting } from '../../platform/metrics.ts'
import { indexTerms } from './terms.ts'

interface ChangedRecord extends RowDataPacket {
  seq: number
  change: number
  workspace_id: number | string
  body: string
  created_at: Date
}

interface ProgressRecord extends RowDataPacket {
  indexed_change: number
}

interface BehindRecord extends RowDataPacket {
  room_id: number | string
}

/** Writes search terms behind the send path. */
export interface SearchIndex {
  /** Says that a room has changed. Costs nothing. */
  touch(roomId: string): void
  /** Finds the rooms that a crash left behind, and indexes from there. */
  start(): Promise<void>
  stop(): Promise<void>
}

const batchRows = 500
/** A breath between batches: a flood of messages is indexed in large pieces instead of one by one. */
const pauseMs = 200
const retryMs = 2_000

/** The text a message is found by; null for what is not found at all. */
function searchableText(body: MessageBody): string | null {
  if (body.kind === 'text') return body.text
  if (body.kind === 'media') return [body.caption ?? '', ...body.files.map(({ name }) => name)].join(' ')
  return null
}

const parseBody = (text: string): MessageBody => JSON.parse(text)

/** Indexes the next changes of one room; answers whether more wait. Terms and progress commit together. */
async function indexRoom(writer: Pool, roomId: string): Promise<boolean> {
  return withTransaction(writer, async (connection) => {
    // Locked first, so that two nodes never index the same room side by side.
    await connection.query('INSERT IGNORE INTO search_progress (room_id, indexed_change) VALUES (?, 0)', [roomId])
    const [progress] = await connection.query<ProgressRecord[]>(
      'SELECT indexed_change FROM search_progress WHERE room_id = ? FOR UPDATE',
      [roomId],
    )
    const from = progress[0]?.indexed_change ?? 0
    const [records] = await connection.query<ChangedRecord[]>(
      'SELECT seq, `change`, workspace_id, body, created_at FROM messages WHERE room_id = ? AND `change` > ? ORDER BY `change` LIMIT ?',
      [roomId, from, batchRows],
    )
    const last = records.at(-1)
    if (!last) return false
    await connection.query('DELETE FROM message_terms WHERE room_id = ? AND seq IN (?)', [
      roomId,
      records.map(({ seq }) => seq),
    ])
    const values = records.flatMap((record) => {
      const text = searchableText(parseBody(record.body))
      const terms = text === null ? '' : indexTerms(text)
      return terms === '' ? [] : [[roomId, record.seq, record.workspace_id, record.created_at, terms]]
    })
    if (values.length > 0)
      await connection.query(
        format(
          'INSERT INTO message_terms (room_id, seq, workspace_id, created_at, terms) VALUES ?',
          [values],
          false,
          'Z',
        ),
      )
    await connection.query('UPDATE search_progress SET indexed_change = ? WHERE room_id = ?', [last.change, roomId])
    return records.length === batchRows
  })
}

/** Makes the indexer; `onError` hears of failures, after which it tries again. */
export function createSearchIndex(reader: Pool, writer: Pool, onError: (error: unknown) => void): SearchIndex {
  const touched = new Set<string>()
  let running: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let stopped = false

  async function run(): Promise<void> {
    for (const roomId of touched) {
      searchRoomsWaiting.set(touched.size)
      if (stopped) return
      touched.delete(roomId)
      try {
        if (await indexRoom(writer, roomId)) touched.add(roomId)
      } catch (error) {
        touched.add(roomId)
        if (!isLockConflict(error)) onError(error)
        return schedule(isDatabaseAway(error) ? retryMs : pauseMs)
      }
    }
  }

  function schedule(delayMs: number): void {
    if (timer || stopped) return
    timer = setTimeout(() => {
      timer = null
      running = run().finally(() => {
        running = null
        searchRoomsWaiting.set(touched.size)
        if (touched.size > 0) schedule(pauseMs)
      })
    }, delayMs)
  }

  const touch = (roomId: string): void => {
    touched.add(roomId)
    searchRoomsWaiting.set(touched.size)
    if (!running) schedule(pauseMs)
  }

  return {
    touch,
    async start() {
      const [behind] = await reader.query<BehindRecord[]>(
        'SELECT h.room_id FROM room_heads h LEFT JOIN search_progress p ON p.room_id = h.room_id ' +
          'WHERE h.last_change > COALESCE(p.indexed_change, 0)',
      )
      // The write pool does not commit by itself; a snapshot left open here would keep old rows from being purged.
      await writer.query('COMMIT')
      for (const { room_id } of behind) touch(String(room_id))
    },
    async stop() {
      stopped = true
      if (timer) clearTimeout(timer)
      await running
    },
  }
}
