import { addMembers } from '@parley/protocol/rooms'
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise'
import { hashOfSend } from '../../apps/api/src/features/messages/send.ts'
import type { Cast } from './cast.ts'
import { clientIdOf } from './conversation.ts'
import { crowdName, crowdText } from './crowd-words.ts'
import { seeded } from './random.ts'
import type { Stage } from './stage.ts'

const emailHost = 'crowd.demo.example.com'
const peopleBatch = 500
const messagesBatch = 1_000
const dayMs = 86_400_000
/** The crowd falls silent before the scripted end of the conversation. */
const silentMs = 3 * 3_600_000
const behindMax = 3_000

interface CountRecord extends RowDataPacket {
  total: number
}

interface IdRecord extends RowDataPacket {
  id: number | string
}

interface HeadRecord extends RowDataPacket {
  last_seq: number
  last_change: number
  workspace_id: number
}

/** The room of the crowd, and the time it talks in. */
interface LargeRoom {
  roomId: string
  since: Date
  until: Date
}

/** The name of the crowd's person of this number. */
const nameOf = (number: number) => crowdName(seeded(`person ${number}`), number)

/**
 * Makes people by the thousand. They share the password hash of the first account: hashing each would take minutes, and
 * the password is no secret.
 */
export async function makeCrowd({ sql, signal, report }: Stage, cast: Cast, count: number): Promise<string[]> {
  for (let start = 0; start < count; start += peopleBatch) {
    signal.throwIfAborted()
    const numbers = Array.from({ length: Math.min(peopleBatch, count - start) }, (_, index) => start + index)
    const values = numbers.flatMap((number) => {
      const random = seeded(`dates ${number}`)
      const { username, displayName, locale } = nameOf(number)
      const createdAt = new Date(cast.madeAt.getTime() - (100 + random() * 300) * dayMs)
      const lastSeenAt = new Date(cast.madeAt.getTime() - random() ** 3 * 40 * dayMs)
      return [`${username}@${emailHost}`, username, displayName, locale, createdAt, lastSeenAt]
    })
    const rows = numbers.map(() => 'SELECT ? AS email, ? AS username, ? AS name, ? AS locale, ? AS made, ? AS seen')
    const people = `(${rows.join(' UNION ALL ')}) AS c JOIN users AS demo ON demo.id = ?`
    await sql.query(
      'INSERT INTO accounts (email, username, password_hash, created_at) ' +
        `SELECT c.email, c.username, a.password_hash, c.made FROM ${people} JOIN accounts AS a ON a.id = demo.account_id ` +
        'LEFT JOIN accounts AS known ON known.username = c.username WHERE known.id IS NULL',
      [...values, cast.players.demo.id],
    )
    await sql.query(
      'INSERT INTO users (workspace_id, account_id, email, username, display_name, locale, created_at, last_seen_at) ' +
        `SELECT demo.workspace_id, a.id, c.email, c.username, c.name, c.locale, c.made, c.seen FROM ${people} ` +
        'JOIN accounts AS a ON a.username = c.username LEFT JOIN users AS known ON known.account_id = a.id ' +
        'WHERE known.id IS NULL',
      [...values, cast.players.demo.id],
    )
    report('people of the company', start + numbers.length, count)
  }
  const [rows] = await sql.query<IdRecord[]>('SELECT id FROM users WHERE email LIKE ? ORDER BY id LIMIT ?', [
    `%@${emailHost}`,
    count,
  ])
  return rows.map(({ id }) => String(id))
}

/** Lets the creator add the crowd to a room, some hundreds at a time. */
export async function addCrowd(
  { sql, signal, report }: Stage,
  cast: Cast,
  { roomId, since }: LargeRoom,
  crowd: string[],
): Promise<void> {
  const [present] = await sql.query<IdRecord[]>('SELECT user_id AS id FROM room_members WHERE room_id = ?', [roomId])
  const known = new Set(present.map(({ id }) => String(id)))
  const missing = crowd.filter((id) => !known.has(id))
  for (let start = 0; start < missing.length; start += peopleBatch) {
    signal.throwIfAborted()
    const userIds = missing.slice(start, start + peopleBatch)
    await cast.players.linwei.rest.call(addMembers, { body: { roomId, userIds } })
    await sql.query('UPDATE room_members SET joined_at = ? WHERE room_id = ? AND user_id IN (?)', [
      since,
      roomId,
      userIds,
    ])
    report('people in the large room', crowd.length - missing.length + start + userIds.length, crowd.length)
  }
}

/** Fills a room with messages of its crowd, each batch one transaction under the lock of the room's head. */
export async function talk(
  { sql, signal, report }: Stage,
  { roomId, since, until }: LargeRoom,
  crowd: string[],
  count: number,
): Promise<void> {
  const dateOf = (number: number): Date =>
    new Date(Math.round(since.getTime() + (number / count) * (until.getTime() - silentMs - since.getTime())))
  let written = await countWritten(sql, roomId, crowd)
  // What is there before the first word is that the room was made and people were added.
  if (written === 0) await sql.query('UPDATE messages SET created_at = ? WHERE room_id = ?', [since, roomId])
  while (written < count) {
    signal.throwIfAborted()
    const size = Math.min(messagesBatch, count - written)
    await writeBatch(sql, { roomId, crowd, first: written, size, createdAtOf: dateOf })
    written += size
    report('messages in the large room', written, count)
  }
  await sql.query(
    'UPDATE room_members m JOIN room_heads h ON h.room_id = m.room_id ' +
      'SET m.read_seq = GREATEST(m.read_seq, h.last_seq - (m.user_id * 7919 MOD ?)) ' +
      'WHERE m.room_id = ? AND m.user_id IN (?)',
    [Math.min(behindMax, count), roomId, crowd],
  )
}

async function countWritten(sql: Pool, roomId: string, crowd: string[]): Promise<number> {
  const [rows] = await sql.query<CountRecord[]>(
    "SELECT COUNT(*) AS total FROM messages WHERE room_id = ? AND kind <> 'system' AND sender_id IN (?)",
    [roomId, crowd],
  )
  return rows[0]?.total ?? 0
}

interface Batch {
  roomId: string
  crowd: string[]
  /** Number of the first message. */
  first: number
  size: number
  createdAtOf: (number: number) => Date
}

async function writeBatch(sql: Pool, batch: Batch): Promise<void> {
  const connection = await sql.getConnection()
  try {
    await connection.query('START TRANSACTION')
    const [heads] = await connection.query<HeadRecord[]>(
      'SELECT h.last_seq, h.last_change, r.workspace_id FROM room_heads h JOIN rooms r ON r.id = h.room_id ' +
        'WHERE h.room_id = ? AND r.deleted_at IS NULL FOR UPDATE',
      [batch.roomId],
    )
    if (!heads[0]) throw new Error(`the room ${batch.roomId} is gone`)
    await writeUnderLock(connection, batch, heads[0])
    await connection.query('COMMIT')
    connection.release()
  } catch (error) {
    // Ends its transaction with it.
    connection.destroy()
    throw error
  }
}

/** Numbers the messages as the server does; one that was reacted to has had a second change. */
async function writeUnderLock(connection: PoolConnection, batch: Batch, head: HeadRecord): Promise<void> {
  const { roomId, first, size } = batch
  let lastChange = head.last_change + size
  const rows = Array.from({ length: size }, (_, index) => {
    const number = first + index
    const seq = head.last_seq + 1 + index
    const firstChange = head.last_change + 1 + index
    const message = crowdMessage(batch, number, seq)
    const change = message.reactions === null ? firstChange : (lastChange += 1)
    const { senderId, body, bodyHash, replyTo, reactions } = message
    const clientId = clientIdOf('crowd', number)
    const what = [senderId, clientId, bodyHash, 'text', JSON.stringify(body), replyTo, reactions]
    return [roomId, seq, change, firstChange, head.workspace_id, ...what, batch.createdAtOf(number)]
  })
  await connection.query(
    'INSERT INTO messages (room_id, seq, `change`, first_change, workspace_id, sender_id, client_id, body_hash, kind, body, reply_to, reactions, created_at) VALUES ?',
    [rows],
  )
  await connection.query('UPDATE room_heads SET last_seq = ?, last_change = ? WHERE room_id = ?', [
    head.last_seq + size,
    lastChange,
    roomId,
  ])
}

const emojis = ['👍', '❤️', '😂', '🎉', '👀', '🙏']

function crowdMessage({ crowd }: Batch, number: number, seq: number) {
  const random = seeded(`message ${number}`)
  // Some talk much and most hardly ever.
  const personAt = (share: number): string => crowd[Math.floor(share * crowd.length)] ?? ''
  const sender = Math.floor(random() ** 3 * crowd.length)
  const body = { kind: 'text' as const, text: crowdText(random, nameOf(sender).locale) }
  const replyTo = number > 0 && random() < 0.08 ? seq - 1 - Math.floor(random() * Math.min(number, 20)) : null
  const emoji = emojis[Math.floor(random() * emojis.length * 20)]
  const userIds = [...new Set([personAt(random()), personAt(random())])]
  return {
    senderId: crowd[sender] ?? '',
    body,
    bodyHash: hashOfSend({ body, ...(replyTo !== null && { replyTo }) }),
    replyTo,
    reactions: emoji === undefined ? null : JSON.stringify([{ emoji, userIds }]),
  }
}
