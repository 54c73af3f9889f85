import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RowDataPacket } from 'mysql2/promise'
import { sendMessage } from '@parley/protocol/messages'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startPrivateDatabase, type PrivateDatabase } from '../../../scripts/database.ts'
import { freePort } from '../../../scripts/free-port.ts'
import { call, connect, createUser, startApi, type TestApi } from './harness.ts'
import { startProgram, type Program } from './program.ts'
import { createGroup } from './rooms.ts'
import { createSchema } from './schema.ts'

const running: Program[] = []
afterEach(async () => {
  for (const program of running.splice(0)) await program.clear()
})

/** Starts the server on a port that is known before it listens. */
async function start(settings: Record<string, string>) {
  const port = await freePort(0)
  const program = await startProgram({ PORT: String(port), ...settings })
  running.push(program)
  const url = `http://127.0.0.1:${port}`
  const status = (path: string) =>
    fetch(url + path).then(
      (response) => response.status,
      () => 0,
    )
  const answers = (path: string, wanted: number) => expect.poll(() => status(path), { timeout: 40_000 }).toBe(wanted)
  return { ...program, url, answers }
}

describe('a server whose database is away', () => {
  let database: PrivateDatabase
  let folder: string
  beforeAll(async () => {
    database = await startPrivateDatabase({ durable: false })
    folder = await mkdtemp(join(tmpdir(), 'parley-lifecycle-'))
  })
  afterAll(async () => {
    await database.stop()
    await rm(folder, { recursive: true })
  })

  test('waits for it, alive and not ready, and serves once it is there; if it goes away later, too', async () => {
    await database.kill()
    const CONFIG_FILE = join(folder, 'settings.yml')
    await writeFile(CONFIG_FILE, 'SLOW_QUERY_MS: 500\n')
    const { url, said, answers, child, ended } = await start({ DATABASE_URL: database.url, CONFIG_FILE })
    const line = await said('the database is away; trying again')
    expect(JSON.parse(line)).toMatchObject({ reason: expect.stringContaining('ECONNREFUSED'), nextTryMs: 500 })
    await answers('/healthz', 200)
    await answers('/readyz', 503)
    const refused = await fetch(`${url}/readyz`)
    expect(await refused.json()).toMatchObject({ error: { code: 'OVERLOADED', details: { retryAfterMs: 1_000 } } })
    // An answer would keep a gateway from asking another node.
    await expect(fetch(`${url}/api/login`, { method: 'POST' })).rejects.toThrow('fetch failed')

    await writeFile(CONFIG_FILE, 'SLOW_QUERY_MS: 600\n')
    child.kill('SIGHUP')

    await database.restart()
    await answers('/readyz', 200)
    expect(JSON.parse(await said('settings reloaded'))).toMatchObject({ settings: ['SLOW_QUERY_MS'] })
    await createUser({ url })
    await database.kill()
    await answers('/readyz', 503)
    await answers('/healthz', 200)
    await database.restart()
    await answers('/readyz', 200)
    await createUser({ url })
    await database.kill()
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    await database.restart()
  }, 120_000)

  test('ends at once when it is asked to while it waits', async () => {
    const DATABASE_URL = 'mysql://127.0.0.1:1/parley'
    const { child, ended, said } = await start({ DATABASE_URL })
    await said('the database is away; trying again')
    const askedAtMs = performance.now()
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(performance.now() - askedAtMs).toBeLessThan(2_000)
  })
})

test('a database that does not let it in stops the start, in plain lines', async () => {
  const url = new URL(process.env.DATABASE_URL ?? '')
  url.password = 'wrong'
  const { ended, lines } = await start({ DATABASE_URL: url.href })
  expect(await ended).toEqual([1, null])
  expect(lines).toEqual([
    'The database refuses DATABASE_URL: check its user, password and database.',
    expect.stringContaining('Access denied for user'),
  ])
})

test('what a deploy and a restore run says what it did, and ends', async () => {
  const { url, drop } = await createSchema(process.env.DATABASE_URL ?? '')
  const ends = async (name: string, said: string) => {
    const program = await startProgram({ DATABASE_URL: url }, name)
    running.push(program)
    expect(await program.ended).toEqual([0, null])
    expect(program.lines).toEqual([said])
  }
  await Promise.all([
    ends('migrate', 'the schema is up to date'),
    ends('renew-epochs', '0 rooms have a new epoch: clients load them anew'),
  ])
  await drop()
})

describe('a server that is asked to end', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await startApi()
  })
  afterAll(() => api.close())

  const message = (roomId: string, text: string) => ({
    roomId,
    clientId: randomUUID(),
    body: { kind: 'text' as const, text },
  })

  const secrets = { JWT_SECRET: 'j'.repeat(40), ENCRYPTION_KEY: 'e'.repeat(40) }

  test('acknowledges what it stores before it goes, refuses the rest, and leaves its last lines in the file', async () => {
    const { url, child, ended, said, answers, logDir } = await start({ DATABASE_URL: api.databaseUrl, ...secrets })
    await answers('/readyz', 200)
    const lin = await createUser({ url })
    const room = await createGroup({ ...api, url }, lin)
    const socket = await connect({ url }, lin)
    const holder = await api.sql.getConnection()
    await holder.query('START TRANSACTION')
    await holder.query('SELECT last_seq FROM room_heads WHERE room_id = ? FOR UPDATE', [room.id])
    const posted = call({ ...api, url }, lin, sendMessage, { body: message(room.id, 'posted') })
    const statements = async () => JSON.stringify((await api.sql.query('SHOW FULL PROCESSLIST'))[0])
    await expect.poll(statements).toContain('FOR UPDATE')
    const commanded = socket.command('room.sendMessage', message(room.id, 'commanded'))
    // Answered after what was sent before it has arrived.
    await socket.refused('room.sendMessage', message('999999', 'to a room that is not there'))

    child.kill('SIGTERM')
    expect(await socket.next('session.ending')).toEqual({ reason: 'shutdown' })
    child.kill('SIGTERM')
    const late = message(room.id, 'late')
    expect(await socket.refused('room.sendMessage', late)).toMatchObject({ code: 'OVERLOADED' })
    await answers('/readyz', 0)
    await holder.query('ROLLBACK')
    holder.release()
    const sent = await Promise.all([posted, commanded])
    await socket.closed
    expect(await ended).toEqual([0, null])

    const [stored] = await api.sql.query<RowDataPacket[]>('SELECT seq, client_id FROM messages WHERE room_id = ?', [
      room.id,
    ])
    expect(stored.map((row) => row.seq)).toEqual(expect.arrayContaining(sent.map(({ seq }) => seq)))
    expect(stored.map((row) => row.client_id)).not.toContain(late.clientId)
    const logged = (
      await Promise.all((await readdir(logDir)).map((name) => readFile(join(logDir, name), 'utf8')))
    ).join('')
    const closing = await said('"closing"')
    expect(logged).toContain(closing)
    expect(logged.slice(logged.indexOf(closing))).toContain('room.sendMessage')
  }, 90_000)
})
