import {
  syncBehindMax,
  syncPageRows,
  type HistoryWindow,
  type MessageRow,
  type RoomHead,
  type SyncPage,
  type SyncRoom,
} from '@parley/protocol/messages'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import { notFound } from '../../platform/http/errors.ts'
import { rowColumns, toRow, type MessageRecord } from './row.ts'

/** A message with the head of its room beside it, as `seq,change,epoch,floor`. */
interface HeadedRecord extends MessageRecord {
  head: string
}

interface HeadRecord extends RowDataPacket {
  head: string
}

/** Which part of the history is asked for. */
export interface WindowQuery {
  roomId: string
  before?: number
  after?: number
  around?: number
  limit: number
}

interface Headed {
  head: RoomHead
  rows: MessageRow[]
  /** Whether the page was filled, so that more may follow. */
  full: boolean
}

const headText = "CONCAT_WS(',', last_seq, last_change, epoch, floor_seq)"
const headSql = `SELECT ${headText} AS head FROM room_heads WHERE room_id = ?`

/**
 * Head and rows in one statement are one snapshot, so the head is that of exactly these rows. The head comes by a
 * subquery that is evaluated once: joined, it would cost the messages their order and with it a sort of the whole room.
 */
const headedSql = (condition: string, order: string): string =>
  `SELECT ${rowColumns}, (${headSql}) AS head FROM messages WHERE room_id = ? AND ${condition} ORDER BY ${order} LIMIT ?`

const newestSql = headedSql('seq > 0', 'seq DESC')
const beforeSql = headedSql('seq < ?', 'seq DESC')
const afterSql = headedSql('seq > ?', 'seq')
const changedSql = headedSql('`change` > ?', '`change`')

function parseHead(text: string): RoomHead {
  const [seq = 0, change = 0, epoch = 0, floor = 0] = text.split(',').map(Number)
  return { seq, change, epoch, floor }
}

/** Reads of a room's history. Raw prepared statements: this is the most frequent read there is. */
export function createHistory(pool: Pool) {
  async function readHead(roomId: string): Promise<string> {
    const [heads] = await pool.execute<HeadRecord[]>(headSql, [roomId])
    if (!heads[0]) throw notFound('This room')
    return heads[0].head
  }

  async function read(sql: string, parameters: number[], roomId: string, pageRows: number): Promise<Headed> {
    const values = [roomId, roomId, ...parameters, String(pageRows)]
    let [records] = await pool.execute<HeadedRecord[]>(sql, values)
    let head = records[0]?.head
    if (head === undefined) {
      // No row to carry the head. It is read first and the rows once more, so that it is not ahead of them.
      head = await readHead(roomId)
      ;[records] = await pool.execute<HeadedRecord[]>(sql, values)
    }
    return { head: parseHead(head), rows: records.map(toRow), full: records.length === pageRows }
  }

  async function readWindow({ roomId, before, after, around, limit }: WindowQuery): Promise<Headed> {
    if (around !== undefined) {
      const half = Math.floor(limit / 2)
      const older = await read(beforeSql, [around + 1], roomId, Math.max(1, limit - half))
      if (half === 0) return older
      const newer = await read(afterSql, [around], roomId, half)
      return { ...older, rows: [...older.rows, ...newer.rows] }
    }
    if (before !== undefined) return read(beforeSql, [before], roomId, limit)
    if (after !== undefined) return read(afterSql, [after], roomId, limit)
    return read(newestSql, [], roomId, limit)
  }

  return {
    async window(query: WindowQuery): Promise<HistoryWindow> {
      const { head, rows } = await readWindow(query)
      const kept = rows.filter(({ seq }) => seq > head.floor).toSorted((one, other) => one.seq - other.seq)
      // An empty page still stands somewhere: just before, or just after, the seq that was asked about.
      const first = kept[0]?.seq ?? (query.after === undefined ? head.floor : Math.min(query.after, head.seq)) + 1
      const last = kept.at(-1)?.seq ?? (query.before === undefined ? head.seq : query.before - 1)
      return { rows: kept, hasBefore: first > head.floor + 1, hasAfter: last < head.seq, head }
    },

    /** What changed past the cursor; a cursor of another epoch, from the future or too far back starts over. */
    async sync({ roomId, change, epoch }: SyncRoom): Promise<SyncPage> {
      const { head, rows, full } = await read(changedSql, [change], roomId, syncPageRows)
      const behind = head.change - change
      if (epoch !== head.epoch || behind < 0 || behind > syncBehindMax) return { reset: true, head }
      const last = rows.at(-1)?.change ?? head.change
      return { rows, head, more: full && last < head.change }
    },
  }
}
