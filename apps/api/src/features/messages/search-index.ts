import type { MessageBody } from '@parley/protocol/messages'
import { format } from 'mysql2'
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise'
import { isDatabaseAway, isLockConflict, withConnection } from '../../platform/database.ts'
import { searchRoomsWaiting } from '../../platform/metrics.ts'
import { outsideRequests } from '../../platform/request-context.ts'
import { indexTerms } from './terms.ts'

interface ChangedRecord extends RowDataPacket {
  room_id: number | string
  seq: number
  change: number
  workspace_id: number | string
  body: string
  created_at: Date
}

interface ProgressRecord extends RowDataPacket {
  room_id: number | string
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

/** What one transaction indexes at most. */
const batchRooms = 200
const batchRows = 500
/** Long texts have long lists of terms; a statement must stay below what the server takes. */
const batchCharacters = 2_000_000
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

interface Indexed {
  roomId: string
  change: number
  seq: number
  values: (string | number | Date)[] | null
}

function indexed(record: ChangedRecord): Indexed {
  const text = searchableText(parseBody(record.body))
  const terms = text === null ? '' : indexTerms(text)
  const roomId = String(record.room_id)
  const values = terms === '' ? null : [roomId, record.seq, record.workspace_id, record.created_at, terms]
  return { roomId, change: record.change, seq: record.seq, values }
}

/** Locks the progress of these rooms, in one order, so that two nodes never index the same room side by side. */
async function lockProgress(connection: PoolConnection, roomIds: string[]): Promise<ProgressRecord[]> {
  await connection.query(
    'INSERT INTO search_progress (room_id, indexed_change) VALUES ? ON DUPLICATE KEY UPDATE indexed_change = indexed_change',
    [roomIds.toSorted().map((roomId) => [roomId, 0])],
  )
  const [progress] = await connection.query<ProgressRecord[]>(
    'SELECT room_id, indexed_change FROM search_progress WHERE room_id IN (?) FOR UPDATE',
    [roomIds],
  )
  return progress
}

/** Ordered by room and change, so that where a full batch ends, only its last room is cut and later ones are untouched. */
async function readChanges(connection: PoolConnection, progress: ProgressRecord[]): Promise<ChangedRecord[]> {
  const unread = progress.map(({ room_id, indexed_change }) =>
    format('(room_id = ? AND `change` > ?)', [room_id, indexed_change]),
  )
  const [records] = await connection.query<ChangedRecord[]>(
    'SELECT room_id, seq, `change`, workspace_id, body, created_at FROM messages FORCE INDEX (messages_change) ' +
      `WHERE ${unread.join(' OR ')} ORDER BY room_id, \`change\` LIMIT ?`,
    [batchRows],
  )
  return records
}

/** A change may be an edit, a recall, or one that was indexed before: what stands there is replaced. */
function writeSql(rows: Indexed[], reached: Map<string, number>): string {
  const values = rows.flatMap((row) => (row.values ? [row.values] : []))
  const gone = rows.filter((row) => row.values === null)
  const statements: string[] = []
  if (gone.length > 0) {
    const places = gone.map(({ roomId, seq }) => format('(room_id = ? AND seq = ?)', [roomId, seq]))
    statements.push(`DELETE FROM message_terms WHERE ${places.join(' OR ')}`)
  }
  if (values.length > 0)
    statements.push(
      format(
        'INSERT INTO message_terms (room_id, seq, workspace_id, created_at, terms) VALUES ?',
        [values],
        false,
        'Z',
      ) + ' ON DUPLICATE KEY UPDATE created_at = VALUES(created_at), terms = VALUES(terms)',
    )
  const changes = [...reached].map(([roomId, change]) => format('WHEN ? THEN ?', [roomId, change])).join(' ')
  statements.push(
    format(`UPDATE search_progress SET indexed_change = CASE room_id ${changes} END WHERE room_id IN (?)`, [
      [...reached.keys()],
    ]),
  )
  return statements.join(';')
}

/** Indexes the next changes of these rooms; answers those where more may wait. Terms and progress commit together. */
async function indexRooms(connection: PoolConnection, roomIds: string[]): Promise<string[]> {
  const records = await readChanges(connection, await lockProgress(connection, roomIds))
  const rows: Indexed[] = []
  let characters = 0
  for (const record of records) {
    if (characters > batchCharacters) break
    const row = indexed(record)
    characters += String(row.values?.at(-1) ?? '').length
    rows.push(row)
  }
  const last = rows.at(-1)
  if (!last) {
    await connection.query('COMMIT')
    return []
  }
  const reached = new Map(rows.map(({ roomId, change }) => [roomId, change]))
  await connection.query(`${writeSql(rows, reached)};COMMIT`)
  const complete = rows.length === records.length && records.length < batchRows
  return complete ? [] : roomIds.filter((roomId) => roomId === last.roomId || !reached.has(roomId))
}

/** Makes the indexer; `onError` hears of failures, after which it tries again. */
export function createSearchIndex(reader: Pool, writer: Pool, onError: (error: unknown) => void): SearchIndex {
  const touched = new Set<string>()
  let running: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let stopped = false
  let roomsAtOnce = batchRooms

  /** Indexes what had changed when it began; what changes meanwhile is indexed together after the next pause. */
  async function run(): Promise<void> {
    const waiting = [...touched]
    touched.clear()
    while (waiting.length > 0 && !stopped) {
      searchRoomsWaiting.set(waiting.length + touched.size)
      const roomIds = waiting.splice(0, roomsAtOnce)
      try {
        const unfinished = await withConnection(writer, (connection) => indexRooms(connection, roomIds))
        waiting.push(...unfinished)
        roomsAtOnce = Math.min(batchRooms, roomsAtOnce * 2)
      } catch (error) {
        for (const roomId of [...waiting, ...roomIds]) touched.add(roomId)
        // A room that cannot be indexed must not keep others from it.
        roomsAtOnce = 1
        if (!isLockConflict(error)) onError(error)
        return schedule(isDatabaseAway(error) ? retryMs : pauseMs)
      }
    }
  }

  function schedule(delayMs: number): void {
    if (timer || stopped) return
    timer = setTimeout(() => {
      timer = null
      running = outsideRequests(run).finally(() => {
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
