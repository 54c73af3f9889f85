import type { MessageBody, MessageRow, MessagesEvent, Written } from '@parley/protocol/messages'
import { format } from 'mysql2'
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import { isDatabaseAway, isDuplicateKey, isLockConflict, withConnection } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import { createGroupCommit, type GroupCommit, type Outcome } from '../../platform/group-commit.ts'
import { AppError, conflict, invalidField, notFound, overloaded } from '../../platform/http/errors.ts'
import type { MessageEvents } from './events.ts'

/** A send that passed every check that needs no lock. */
export interface NewMessage {
  roomId: string
  workspaceId: string
  senderId: string
  clientId: string
  body: MessageBody
  /** Hash of the body as the client sent it, to tell a repeat from a reuse of its clientId. */
  bodyHash: string
  replyTo: number | null
  mentionIds: string[]
  /** The other person of a private room. */
  peerId: string | null
  fileIds: string[]
}

interface HeadRecord extends RowDataPacket {
  room_id: number | string
  last_seq: number
  last_change: number
  floor_seq: number
  epoch: number
}

interface FirstRecord extends RowDataPacket {
  room_id: number | string
  sender_id: number | string
  client_id: string
  seq: number
  first_change: number
  body_hash: string
}

interface First {
  answer: Written
  bodyHash: string
}

/** One room's part of a batch. */
interface RoomBatch {
  head: HeadRecord
  rows: MessageRow[]
}

interface Plan {
  outcomes: Outcome<Written>[]
  rooms: Map<string, RoomBatch>
  stored: { message: NewMessage; row: MessageRow }[]
}

// 256 rows share a flush well; more would only make the first of them wait longer.
const batchMax = 256
const queueMax = 20_000
const lanes = 2
const attemptsMax = 3

const keyOf = (message: { roomId: string; senderId: string; clientId: string }) =>
  `${message.roomId}:${message.senderId}:${message.clientId}`

const refused = (error: AppError): Outcome<Written> => ({ ok: false, error })

/** A repeat returns the first answer; the same name for another body is the client's mistake. */
const repeated = (first: First, message: NewMessage): Outcome<Written> =>
  first.bodyHash === message.bodyHash
    ? { ok: true, value: first.answer }
    : refused(conflict('This clientId was used for another message. Name each send anew.', 'client-id-reused'))

/** Numbers the messages of a batch under the locked heads. Nothing here waits. */
function plan(batch: NewMessage[], heads: HeadRecord[], firsts: Map<string, First>, now: Date): Plan {
  const rooms = new Map(heads.map((head) => [String(head.room_id), { head, rows: [] as MessageRow[] }]))
  const known = new Map(firsts)
  const stored: Plan['stored'] = []
  const createdAt = now.toISOString()
  const outcomes = batch.map((message): Outcome<Written> => {
    const first = known.get(keyOf(message))
    if (first) return repeated(first, message)
    const room = rooms.get(message.roomId)
    if (!room) return refused(notFound('This room'))
    const { head } = room
    const { replyTo } = message
    // Numbers are dense, so a reply's target exists exactly if it lies above the floor and not past the head.
    if (replyTo !== null && (replyTo > head.last_seq || replyTo <= head.floor_seq))
      return refused(invalidField('replyTo', 'The message replied to is not in this room.', 'reply-missing'))
    head.last_seq += 1
    head.last_change += 1
    const answer = { roomId: message.roomId, seq: head.last_seq, change: head.last_change }
    const row: MessageRow = {
      ...answer,
      clientId: message.clientId,
      senderId: message.senderId,
      body: message.body,
      createdAt,
      ...(replyTo !== null && { replyTo }),
    }
    room.rows.push(row)
    stored.push({ message, row })
    known.set(keyOf(message), { answer, bodyHash: message.bodyHash })
    return { ok: true, value: answer }
  })
  return { outcomes, rooms, stored }
}

function insertSql({ stored }: Plan, now: Date): string {
  const values = stored.map(({ message, row }) => [
    row.roomId,
    row.seq,
    row.change,
    row.change,
    message.workspaceId,
    row.senderId,
    row.clientId,
    message.bodyHash,
    row.body.kind,
    JSON.stringify(row.body),
    message.replyTo,
    now,
  ])
  return format(
    'INSERT INTO messages (room_id, seq, `change`, first_change, workspace_id, sender_id, client_id, body_hash, kind, body, reply_to, created_at) VALUES ?',
    [values],
    false,
    'Z',
  )
}

function mentionsSql({ stored }: Plan): string[] {
  const values = stored.flatMap(({ message, row }) =>
    message.mentionIds.map((userId) => [userId, row.roomId, row.seq, message.workspaceId]),
  )
  if (values.length === 0) return []
  return [format('INSERT INTO message_mentions (user_id, room_id, seq, workspace_id) VALUES ?', [values])]
}

function headsSql({ rooms }: Plan): string {
  const moved = [...rooms.values()].filter(({ rows }) => rows.length > 0)
  const seqs = moved.map(({ head }) => format('WHEN ? THEN ?', [head.room_id, head.last_seq])).join(' ')
  const changes = moved.map(({ head }) => format('WHEN ? THEN ?', [head.room_id, head.last_change])).join(' ')
  return format(
    `UPDATE room_heads SET last_seq = CASE room_id ${seqs} END, last_change = CASE room_id ${changes} END WHERE room_id IN (?)`,
    [moved.map(({ head }) => head.room_id)],
  )
}

/** Files belong to one message: whoever claims a file second must not get it. */
async function claimFiles(connection: PoolConnection, { stored }: Plan): Promise<void> {
  for (const { message, row } of stored) {
    if (message.fileIds.length === 0) continue
    const [result] = await connection.query<ResultSetHeader>(
      "UPDATE files SET room_id = ?, seq = ? WHERE id IN (?) AND owner_id = ? AND scene = 'message' AND seq IS NULL",
      [row.roomId, row.seq, message.fileIds, message.senderId],
    )
    if (result.affectedRows !== message.fileIds.length)
      throw conflict('A file of this message was already sent with another one.', 'file-taken')
  }
}

const lockSql = (batch: NewMessage[]): string =>
  format(
    'SELECT room_id, last_seq, last_change, floor_seq, epoch FROM room_heads WHERE room_id IN (?) ORDER BY room_id FOR UPDATE',
    [[...new Set(batch.map(({ roomId }) => roomId))]],
  )

/** What earlier sends of the same names were answered. OR of equalities, since MariaDB scans for a row-wise IN. */
async function readFirsts(connection: PoolConnection, batch: NewMessage[]): Promise<Map<string, First>> {
  const names = batch.map((message) =>
    format('(room_id = ? AND sender_id = ? AND client_id = ?)', [message.roomId, message.senderId, message.clientId]),
  )
  const [records] = await connection.query<FirstRecord[]>(
    `SELECT room_id, sender_id, client_id, seq, first_change, body_hash FROM messages WHERE ${names.join(' OR ')}`,
  )
  return new Map(
    records.map((record) => {
      const roomId = String(record.room_id)
      const key = keyOf({ roomId, senderId: String(record.sender_id), clientId: record.client_id })
      return [key, { answer: { roomId, seq: record.seq, change: record.first_change }, bodyHash: record.body_hash }]
    }),
  )
}

/** Two round trips: lock and read, then write and commit. The server stops at the first statement that fails. */
async function writeBatch(
  connection: PoolConnection,
  batch: NewMessage[],
  { expectRepeats }: { expectRepeats: boolean },
): Promise<Plan> {
  const [heads] = await connection.query<HeadRecord[]>(lockSql(batch))
  const firsts = expectRepeats ? await readFirsts(connection, batch) : new Map<string, First>()
  const now = new Date()
  const planned = plan(batch, heads, firsts, now)
  const writes = planned.stored.length > 0 ? [insertSql(planned, now), ...mentionsSql(planned), headsSql(planned)] : []
  if (planned.stored.some(({ message }) => message.fileIds.length > 0)) {
    await connection.query(writes.join(';'))
    await claimFiles(connection, planned)
    await connection.query('COMMIT')
  } else await connection.query([...writes, 'COMMIT'].join(';'))
  return planned
}

/** The packets of a batch: one a room, from the change before its first row to that of its last. */
const packetsOf = ({ rooms }: Plan): MessagesEvent[] =>
  [...rooms.entries()].flatMap(([roomId, { head, rows }]) =>
    rows.length === 0
      ? []
      : [{ roomId, after: head.last_change - rows.length, change: head.last_change, epoch: head.epoch, rows }],
  )

/**
 * The send path: messages of many rooms and people in one transaction, heads locked in order of id, one INSERT.
 *
 * A name seen before makes the INSERT fail on its unique key; only then are earlier answers looked up, so honest
 * traffic does not pay for the question.
 */
export function createAppender(writer: Pool, events: EventBus<MessageEvents>): GroupCommit<NewMessage, Written> {
  async function write(batch: NewMessage[]): Promise<Outcome<Written>[]> {
    let expectRepeats = false
    for (let attempt = 1; ; attempt += 1) {
      try {
        const planned = await withConnection(writer, (connection) => writeBatch(connection, batch, { expectRepeats }))
        for (const packet of packetsOf(planned)) events.emit('messages.committed', packet)
        for (const { message, row } of planned.stored) {
          const { mentionIds, peerId } = message
          const isMeantForSomebody = mentionIds.length > 0 || peerId !== null || row.replyTo !== undefined
          if (isMeantForSomebody) events.emit('message.sent', { row, mentionIds, peerId })
        }
        return planned.outcomes
      } catch (error) {
        if (isDatabaseAway(error)) {
          // The commit may have happened: whoever listens makes sure that the members hear of it.
          events.emit('messages.uncertain', { roomIds: [...new Set(batch.map(({ roomId }) => roomId))] })
          throw overloaded(1_000, error)
        }
        const again = isLockConflict(error) || (isDuplicateKey(error) && !expectRepeats)
        if (!again || attempt === attemptsMax) throw error
        if (isDuplicateKey(error)) expectRepeats = true
      }
    }
  }

  return createGroupCommit({
    name: 'messages',
    keyOf: ({ roomId }) => roomId,
    lanes,
    batchMax,
    queueMax,
    write,
    isOutage: (error) => error instanceof AppError && error.code === 'OVERLOADED',
    refuse: () => overloaded(500),
  })
}
