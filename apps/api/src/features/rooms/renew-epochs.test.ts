import { randomBytes, randomUUID } from 'node:crypto'
import { connect, createServer } from 'node:net'
import { createParleyClient, type ParleyClient } from '@parley/client/client'
import { cookieFetch } from '@parley/client/cookie-fetch'
import { getHistory } from '@parley/protocol/messages'
import { addFriend } from '@parley/protocol/people'
import { createRoom } from '@parley/protocol/rooms'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi, type TestApi } from '../../../test/harness.ts'
import { renewEpochs } from './renew-epochs.ts'

const secrets = { JWT_SECRET: randomBytes(32).toString('hex'), ENCRYPTION_KEY: randomBytes(32).toString('hex') }
let first: TestApi
let second: TestApi | undefined
const clients: ParleyClient[] = []
/** The one address of servers that come and go. */
let serving: URL
const gateway = createServer((client) => {
  const server = connect(Number(serving.port), serving.hostname)
  client.pipe(server).pipe(client)
  for (const socket of [client, server]) {
    socket.on('error', () => socket.destroy())
    socket.on('close', () => (socket === client ? server : client).destroy())
  }
})
let origin: string

beforeAll(async () => {
  first = await startApi(secrets)
  serving = new URL(first.url)
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  const address = gateway.address()
  if (address === null || typeof address === 'string') throw new Error('the gateway has no port')
  origin = `http://127.0.0.1:${address.port}`
})
afterAll(async () => {
  for (const client of clients) client.stop()
  gateway.close()
  await second?.close()
  await first.sql.query(`DROP DATABASE IF EXISTS ${backupName()}`)
  await first.close()
})

async function register() {
  const client = createParleyClient({ origin, fetch: cookieFetch() })
  clients.push(client)
  const username = `u${randomBytes(5).toString('hex')}`
  const user = await client.session.register({ email: `${username}@example.com`, username, password: randomUUID() })
  return { client, user }
}

const backupName = () => `${new URL(first.databaseUrl).pathname.slice(1)}_backup`

const tablesOf = async (): Promise<string[]> =>
  (await first.sql.query<RowDataPacket[]>('SHOW TABLES'))[0].flatMap((row) => Object.values(row).map(String))

async function backUp(): Promise<void> {
  await first.sql.query(`CREATE DATABASE ${backupName()}`)
  for (const table of await tablesOf()) {
    await first.sql.query(`CREATE TABLE ${backupName()}.${table} LIKE ${table}`)
    await first.sql.query(`INSERT INTO ${backupName()}.${table} SELECT * FROM ${table}`)
  }
}

async function restore(): Promise<void> {
  const connection = await first.sql.getConnection()
  await connection.query('SET SESSION foreign_key_checks = 0')
  for (const table of await tablesOf()) {
    await connection.query(`TRUNCATE ${table}`)
    await connection.query(`INSERT INTO ${table} SELECT * FROM ${backupName()}.${table}`)
  }
  connection.destroy()
}

const say = (client: ParleyClient, roomId: string, text: string) =>
  client.outbox.send({ roomId, body: { kind: 'text', text } })

const textsOf = (client: ParleyClient, roomId: string): string[] =>
  (client.engine.view(roomId)?.rows ?? []).flatMap(({ body }) => (body.kind === 'text' ? [body.text] : []))

test('after a restore clients hold what the server holds, what was unsent goes out once, and no number comes again', async () => {
  const [ann, ben] = [await register(), await register()]
  await ann.client.rest.call(addFriend, { body: { userId: ben.user.id } })
  const { roomId = '' } = await ben.client.rest.call(addFriend, { body: { userId: ann.user.id } })
  const both = [ann.client, ben.client]
  const see = (texts: string[]) =>
    expect.poll(() => both.map((client) => textsOf(client, roomId)), { timeout: 10_000 }).toEqual([texts, texts])
  await Promise.all(both.map((client) => client.engine.open(roomId)))
  say(ann.client, roomId, 'kept')
  await see(['kept'])
  await backUp()
  say(ann.client, roomId, 'lost')
  await see(['kept', 'lost'])
  const made = { body: { name: 'Lost', type: 'PUBLIC' as const } }
  const lost = await ann.client.rest.call(createRoom, made)
  await first.app.close()
  say(ben.client, roomId, 'unsent')

  await restore()
  expect(await renewEpochs(first.databaseUrl)).toBe(1)
  const [[before]] = await first.sql.query<RowDataPacket[]>('SELECT epoch FROM room_heads')
  await renewEpochs(first.databaseUrl)
  const [[after]] = await first.sql.query<RowDataPacket[]>('SELECT epoch FROM room_heads')
  expect(after?.epoch).toBeGreaterThan(before?.epoch)

  // As on a new machine, whose tokens are signed by another key.
  const JWT_SECRET = randomBytes(32).toString('hex')
  second = await startApi({ ...secrets, JWT_SECRET, DATABASE_URL: first.databaseUrl })
  serving = new URL(second.url)
  for (const client of both) client.socket.wake()
  await see(['kept', 'unsent'])
  const { rows } = await ann.client.rest.call(getHistory, { query: { roomId, limit: 100 } })
  for (const client of both) expect(client.engine.view(roomId)?.rows).toEqual(rows)
  expect(ben.client.outbox.entries(roomId)).toEqual([])
  const { room } = await ann.client.rest.call(createRoom, made)
  expect(BigInt(room.id)).toBeGreaterThan(BigInt(lost.room.id))
}, 60_000)
