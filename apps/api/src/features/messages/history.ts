import {
  syncBehindMax,
  syncPageRows,
  type HistoryWindow,
  type MessageRow,
  type RoomHead,
  type SyncPage,
  type SyncRoom,
} from '@parley/protocol/messages'
import type { Pool } from 'mysql2/promise'
import { notFound } from '../../platform/http/errors.ts'
import { rowColumns, toRow, type MessageRecord } from './row.ts'

/** A message, or nothing but the head where no message matched: the head is outer-joined. */
interface HeadedRecord extends MessageRecord {
  head_seq: number
  head_change: number
  head_epoch: number
  head_floor: number
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

/** Head and rows in one statement are one snapshot, so the head is that of exactly these rows. */
const headedSql = (condition: string, order: string): string =>
  `SELECT h.last_seq AS head_seq, h.last_change AS head_change, h.epoch AS head_epoch, h.floor_seq AS head_floor, m.* ` +
  `FROM room_heads h LEFT JOIN (SELECT ${rowColumns} FROM messages WHERE room_id = ? AND ${condition} ORDER BY ${order} LIMIT ?) m ` +
  `ON m.room_id = h.room_id WHERE h.room_id = ?`

const newestSql = headedSql('seq > 0', 'seq DESC')
const beforeSql = headedSql('seq < ?', 'seq DESC')
const afterSql = headedSql('seq > ?', 'seq')
const changedSql = headedSql('`change` > ?', '`change`')

/** Reads of a room's history. Raw prepared statements: this is the most frequent read there is. */
export function createHistory(pool: Pool) {
  async function read(sql: string, parameters: number[], roomId: string, pageRows: number): Promise<Headed> {
    const [records] = await pool.execute<HeadedRecord[]>(sql, [roomId, ...parameters, String(pageRows), roomId])
    const first = records[0]
    if (!first) throw notFound('This room')
    const head = { seq: first.head_seq, change: first.head_change, epoch: first.head_epoch, floor: first.head_floor }
    const rows = records.filter(({ seq }) => seq !== null).map(toRow)
    return { head, rows, full: records.length === pageRows }
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
