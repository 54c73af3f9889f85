import { randomUUID } from 'node:crypto'
import type { MessageRow, MessagesEvent, SystemBody } from '@parley/protocol/messages'
import { drizzle } from 'drizzle-orm/mysql2'
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise'
import { isLockConflict, withTransaction, type Database } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import { notFound } from '../../platform/http/errors.ts'
import type { MessageEvents } from './events.ts'
import { rowColumns, toRow, type MessageRecord } from './row.ts'

/** What a writer may set on an existing message. Absent fields stay as they are. */
export interface MessageChange {
  kind?: string
  /** JSON text. */
  body?: string
  /** JSON text, null for none. */
  reactions?: string | null
  pinnedAt?: Date | null
  pinnedBy?: string | null
  editedAt?: Date | null
}

/** One room inside a transaction, its head locked: nobody else writes to it until the commit. */
export interface RoomWriter {
  roomId: string
  /** The last seq, of what is committed and of what this transaction appended. */
  lastSeq(): number
  /** Writes a system message into the conversation; answers its seq. */
  appendSystem(senderId: string, body: SystemBody): Promise<number>
  /** Reads a message under the lock, or throws NOT_FOUND. */
  read(seq: number): Promise<MessageRow>
  /** Changes a message; answers the change number it got. */
  update(seq: number, set: MessageChange): Promise<number>
}

/** A transaction that may write to rooms. */
export interface LogTransaction {
  /** Drizzle on the connection of this transaction, for the rows of other tables that belong to it. */
  tx: Database
  /** Locks a room's head. Lock several in order of their ids, or two transactions can deadlock. */
  room(roomId: string): Promise<RoomWriter>
}

/** Writes to rooms in order, and says so after the commit. */
export interface MessageLog {
  /** Runs `work` in one transaction, tried again if it loses a deadlock; publishes what it wrote after the commit. */
  transaction<T>(work: (transaction: LogTransaction) => Promise<T>): Promise<T>
}

interface OpenRoom {
  writer: RoomWriter
  /** Applies the moved head and answers the packet to publish; null where nothing was written. */
  finish(): Promise<MessagesEvent | null>
}

interface HeadRecord extends RowDataPacket {
  last_seq: number
  last_change: number
  epoch: number
  workspace_id: number
}

const attemptsMax = 3

const columnOf: Record<keyof MessageChange, string> = {
  kind: 'kind',
  body: 'body',
  reactions: 'reactions',
  pinnedAt: 'pinned_at',
  pinnedBy: 'pinned_by',
  editedAt: 'edited_at',
}

const isColumn = (key: string): key is keyof MessageChange => Object.hasOwn(columnOf, key)

async function openRoom(connection: PoolConnection, roomId: string): Promise<OpenRoom> {
  const [heads] = await connection.execute<HeadRecord[]>(
    'SELECT h.last_seq, h.last_change, h.epoch, r.workspace_id FROM room_heads h JOIN rooms r ON r.id = h.room_id ' +
      'WHERE h.room_id = ? AND r.deleted_at IS NULL FOR UPDATE',
    [roomId],
  )
  const head = heads[0]
  if (!head) throw notFound('This room')
  const after = head.last_change
  let seq = head.last_seq
  let change = after

  const writer: RoomWriter = {
    roomId,
    lastSeq: () => seq,
    async appendSystem(senderId, body) {
      seq += 1
      change += 1
      await connection.execute(
        'INSERT INTO messages (room_id, seq, `change`, first_change, workspace_id, sender_id, client_id, body_hash, kind, body, created_at) ' +
          "VALUES (?, ?, ?, ?, ?, ?, ?, '', 'system', ?, UTC_TIMESTAMP(3))",
        [roomId, seq, change, change, head.workspace_id, senderId, randomUUID(), JSON.stringify(body)],
      )
      return seq
    },
    async read(target) {
      const [rows] = await connection.execute<MessageRecord[]>(
        `SELECT ${rowColumns} FROM messages WHERE room_id = ? AND seq = ?`,
        [roomId, target],
      )
      if (!rows[0]) throw notFound('This message')
      return toRow(rows[0])
    },
    async update(target, set) {
      change += 1
      const keys = Object.keys(set).filter(isColumn)
      const assignments = ['`change` = ?', ...keys.map((key) => `${columnOf[key]} = ?`)]
      await connection.execute(`UPDATE messages SET ${assignments.join(', ')} WHERE room_id = ? AND seq = ?`, [
        change,
        ...keys.map((key) => set[key] ?? null),
        roomId,
        target,
      ])
      return change
    },
  }

  async function finish(): Promise<MessagesEvent | null> {
    if (change === after) return null
    await connection.execute('UPDATE room_heads SET last_seq = ?, last_change = ? WHERE room_id = ?', [
      seq,
      change,
      roomId,
    ])
    const [records] = await connection.execute<MessageRecord[]>(
      `SELECT ${rowColumns} FROM messages WHERE room_id = ? AND \`change\` > ? ORDER BY \`change\``,
      [roomId, after],
    )
    return { roomId, after, change, epoch: head?.epoch ?? 0, rows: records.map(toRow) }
  }

  return { writer, finish }
}

async function runOnce<T>(
  connection: PoolConnection,
  work: (transaction: LogTransaction) => Promise<T>,
): Promise<{ result: T; packets: MessagesEvent[] }> {
  const rooms = new Map<string, OpenRoom>()
  const result = await work({
    tx: drizzle(connection),
    async room(roomId) {
      const known = rooms.get(roomId)
      if (known) return known.writer
      const opened = await openRoom(connection, roomId)
      rooms.set(roomId, opened)
      return opened.writer
    },
  })
  const packets: MessagesEvent[] = []
  for (const room of rooms.values()) {
    const packet = await room.finish()
    if (packet) packets.push(packet)
  }
  return { result, packets }
}

/** Makes the log on the write pool. */
export function createMessageLog(writer: Pool, events: EventBus<MessageEvents>): MessageLog {
  return {
    async transaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const { result, packets } = await withTransaction(writer, (connection) => runOnce(connection, work))
          for (const packet of packets) events.emit('messages.committed', packet)
          return result
        } catch (error) {
          if (attempt === attemptsMax || !isLockConflict(error)) throw error
        }
      }
    },
  }
}
