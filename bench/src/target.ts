import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { createPool, type Pool, type ResultSetHeader } from 'mysql2/promise'
import { freePort } from '../../scripts/free-port.ts'
import { startOwnedProcess } from '../../scripts/owned-process.ts'
import { startStack } from '../../scripts/stack.ts'
import { untilReady } from '../../scripts/until-ready.ts'
import { findPid } from './measure.ts'

/** A server under load: ours, or a reference. */
export interface Target {
  name: string
  origin: string
  /** The server's process and, where it uses it, the database's. */
  pids: number[]
  serverPid: number
  stop(): Promise<void>
}

export interface Person {
  id: string
  token: string
}

/** The real product with people and rooms in it. */
export interface Product extends Target {
  sql: Pool
  databaseUrl: string
  databasePid: number
  /** Signs the tokens of `people`. */
  secret: string
  people: Person[]
}

const insertRows = 2_000

async function insert(sql: Pool, statement: string, rows: unknown[][]): Promise<void> {
  for (let start = 0; start < rows.length; start += insertRows) {
    await sql.query(`${statement} VALUES ?`, [rows.slice(start, start + insertRows)])
  }
}

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token as identity signs it: thousands of sign-ins would measure argon2. */
function signToken(secret: string, id: string): string {
  const exp = Math.floor(Date.now() / 1_000) + 3_600
  const kid = createHash('sha256').update(secret).digest('base64url').slice(0, 12)
  const payload = `${base64({ alg: 'HS256', typ: 'JWT', kid })}.${base64({ sub: id, sid: id, ws: '1', aud: 'api', iat: exp - 3_600, exp })}`
  return `${payload}.${createHmac('sha256', secret).update(payload).digest('base64url')}`
}

/** Starts the API on a private database that flushes every commit, with `count` people signed in. */
export async function startProduct(count: number, settings: Record<string, string> = {}): Promise<Product> {
  const secret = randomBytes(32).toString('hex')
  const stack = await startStack({
    JWT_SECRET: secret,
    // One machine asks as much as thousands of people.
    ...Object.fromEntries(
      ['AUTH', 'READ', 'WRITE', 'SEARCH', 'FILE', 'UPLOAD', 'CONNECT', 'COMMAND'].map((name) => [
        `RATE_${name}`,
        '1000000',
      ]),
    ),
    SIGN_IN_ATTEMPTS: '1000000',
    LOG_LEVEL: 'error',
    ...settings,
  })
  const sql = createPool({ uri: stack.databaseUrl, connectionLimit: 4, timezone: 'Z' })
  const now = new Date()
  const ids = Array.from({ length: count }, (_, index) => String(index + 1))
  await insert(
    sql,
    'INSERT INTO accounts (id, email, username, password_hash, created_at)',
    ids.map((id) => [id, `bench${id}@example.com`, `bench${id}`, '', now]),
  )
  await insert(
    sql,
    'INSERT INTO users (id, workspace_id, account_id, email, username, display_name, created_at)',
    ids.map((id) => [id, 1, id, `bench${id}@example.com`, `bench${id}`, `Bench ${id}`, now]),
  )
  await insert(
    sql,
    'INSERT INTO sessions (id, workspace_id, user_id, device, address, created_at, last_used_at)',
    ids.map((id) => [id, 1, id, 'bench', '127.0.0.1', now, now]),
  )
  const databasePort = new URL(stack.databaseUrl).port
  const serverPid = findPid('src/main.ts', `PORT=${new URL(stack.origin).port}\0`)
  const databasePid = findPid(`--port=${databasePort}`)
  return {
    name: 'parley',
    origin: stack.origin,
    pids: [serverPid, databasePid],
    serverPid,
    databasePid,
    databaseUrl: stack.databaseUrl,
    secret,
    sql,
    people: ids.map((id) => ({ id, token: signToken(secret, id) })),
    stop: async () => {
      await sql.end()
      await stack.stop()
    },
  }
}

/** Makes a room with these members by SQL; answers its id. */
export async function insertRoom(sql: Pool, memberIds: readonly string[]): Promise<string> {
  const now = new Date()
  const [result] = await sql.query<ResultSetHeader>(
    "INSERT INTO rooms (workspace_id, type, visibility, name, member_count, created_at) VALUES (1, 'PUBLIC', 'invite', 'bench', ?, ?)",
    [memberIds.length, now],
  )
  const roomId = String(result.insertId)
  await sql.query('INSERT INTO room_heads (room_id, last_seq, last_change, floor_seq, epoch) VALUES (?, 0, 0, 0, 1)', [
    roomId,
  ])
  await insert(
    sql,
    'INSERT INTO room_members (room_id, user_id, workspace_id, role, read_seq, joined_at)',
    memberIds.map((id) => [roomId, id, 1, 'member', 0, now]),
  )
  return roomId
}

const words = [
  'rollback',
  'window',
  'index',
  'deploy',
  'latency',
  'customer',
  'meeting',
  '回滚',
  '数据库',
  '发布',
  '值班',
  '延迟',
]

export const messageText = (index: number): string =>
  Array.from({ length: 14 }, (_, word) => words[(index * 7 + word * 5) % words.length]).join(' ')

/** Fills a room with texts by SQL, every invariant kept. */
export async function insertMessages(sql: Pool, roomId: string, senderId: string, count: number): Promise<void> {
  const now = Date.now()
  const rows = Array.from({ length: count }, (_, index) => {
    const seq = index + 1
    const body = JSON.stringify({ kind: 'text', text: messageText(index) })
    return [roomId, seq, seq, seq, 1, senderId, randomUUID(), '', 'text', body, new Date(now - (count - index) * 1_000)]
  })
  await insert(
    sql,
    'INSERT INTO messages (room_id, seq, `change`, first_change, workspace_id, sender_id, client_id, body_hash, kind, body, created_at)',
    rows,
  )
  await sql.query('UPDATE room_heads SET last_seq = ?, last_change = ? WHERE room_id = ?', [count, count, roomId])
}

/** Starts a reference server of this folder in a process of its own. */
export async function startReference(
  file: string,
  env: Record<string, string> = {},
  databasePid?: number,
): Promise<Target> {
  const port = await freePort(0)
  const origin = `http://127.0.0.1:${port}`
  const path = resolve(import.meta.dirname, 'references', file)
  const server = await startOwnedProcess(process.execPath, [path], {
    env: { ...process.env, ...env, PORT: String(port) },
    output: 2,
  })
  let ending: string | undefined
  void server.ended.then((how) => (ending = how))
  await untilReady(file, `${origin}/`, () => ending)
  const serverPid = findPid(path, `PORT=${port}\0`)
  return {
    name: file.replace('.ts', ''),
    origin,
    serverPid,
    pids: databasePid === undefined ? [serverPid] : [serverPid, databasePid],
    stop: () => server.end(),
  }
}
