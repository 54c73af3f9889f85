import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DrizzleQueryError } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, createUser, startApi, type TestApi, type TestUser } from '../../test/harness.ts'
import { openLog } from './logging.ts'
import { withRequestContext } from './request-context.ts'

let folder: string
/** What was written to stdout, which would else be that of the tests. */
let said = ''
const stdout = { write: (line: string) => void (said = line) }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-logs-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function linesIn(directory: string): Promise<Record<string, unknown>[]> {
  const names = await readdir(directory)
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')))
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line): Record<string, unknown> => JSON.parse(line)),
  )
}

/** What ends up in the file when `work` has logged. */
async function logged(name: string, work: (log: FastifyBaseLogger) => void): Promise<Record<string, unknown>[]> {
  const directory = join(folder, name)
  const log = await openLog({ LOG_LEVEL: 'info', LOG_DIR: directory, LOG_FILE_MB: 1, LOG_FILES: 2 }, stdout)
  work(log.logger)
  await log.close()
  return linesIn(directory)
}

describe('a line of the log', () => {
  test('holds no secret, at any depth', async () => {
    const value = 'never-to-be-seen'
    const lines = await logged('secrets', (log) =>
      log.info(
        {
          req: { headers: { authorization: `Bearer ${value}`, cookie: value, 'set-cookie': [value], accept: '*/*' } },
          body: { login: 'ada', password: value, newPassword: value, deep: { list: [{ refreshToken: value }] } },
          accessToken: value,
          token: value,
          METRICS_TOKEN: value,
          secret: value,
          apiKey: value,
          key: value,
        },
        'a request',
      ),
    )
    expect(lines).toMatchObject([{ msg: 'a request', body: { login: 'ada' }, req: { headers: { accept: '*/*' } } }])
    expect(JSON.stringify(lines)).not.toContain(value)
    expect(lines[0]?.token).toBe('[redacted]')
  })

  test('tells of a failed statement without its values', async () => {
    const cause = Object.assign(new Error("Duplicate entry 'ada@example.com' for key 'email'"), {
      code: 'ER_DUP_ENTRY',
      sql: "INSERT INTO users VALUES ('ada@example.com')",
      sqlMessage: '',
    })
    const error = new DrizzleQueryError('insert into users (email) values (?)', ['ada@example.com'], cause)
    const lines = await logged('statements', (log) => log.error({ err: error }, 'failed'))
    expect(lines).toMatchObject([
      { err: { message: expect.stringContaining('insert into users'), cause: { code: 'ER_DUP_ENTRY' } } },
    ])
    expect(JSON.stringify(lines)).not.toContain('ada@example.com')
  })

  test('names the request, what was asked for and who asked', async () => {
    const context = {
      requestId: 'proxy-7',
      address: '127.0.0.1',
      route: 'GET /x',
      actor: { userId: '4', workspaceId: '2' },
    }
    const lines = await logged('context', (log) => {
      withRequestContext(context, () => log.info('inside'))
      log.info('outside')
    })
    expect(lines).toMatchObject([
      { msg: 'inside', requestId: 'proxy-7', route: 'GET /x', userId: '4', workspaceId: '2' },
      { msg: 'outside', requestId: 'system' },
    ])
  })
})

test('log files are closed at their size, and only so many are kept', async () => {
  const directory = join(folder, 'rolling')
  const log = await openLog({ LOG_LEVEL: 'info', LOG_DIR: directory, LOG_FILE_MB: 1, LOG_FILES: 2 }, stdout)
  const text = 'x'.repeat(1_000)
  for (let round = 0; round < 6; round += 1) {
    for (let line = 0; line < 1_100; line += 1) log.logger.info({ text }, 'line')
    const expected = Math.min(round + 1, 3)
    await expect.poll(async () => (await readdir(directory)).length).toBeGreaterThanOrEqual(expected)
  }
  await log.close()
  await expect.poll(async () => (await readdir(directory)).length).toBeLessThanOrEqual(3)
})

test('a folder that cannot be written stops the start, naming the setting', async () => {
  const LOG_DIR = join(folder, 'a-file', 'logs')
  await writeFile(join(folder, 'a-file'), '')
  const opened = openLog({ LOG_LEVEL: 'info', LOG_DIR, LOG_FILE_MB: 1, LOG_FILES: 2 }, stdout)
  await expect(opened).rejects.toThrow('LOG_DIR must be `off`, or a folder that can be written')
})

test('a log file that cannot be written does not end the process', async () => {
  const directory = join(folder, 'gone')
  const log = await openLog({ LOG_LEVEL: 'info', LOG_DIR: directory, LOG_FILE_MB: 1, LOG_FILES: 2 }, stdout)
  await rm(directory, { recursive: true })
  await writeFile(directory, 'in the way of the folder')
  const text = 'x'.repeat(1_000)
  for (let line = 0; line < 1_100; line += 1) log.logger.info({ text }, 'line')
  // The next file cannot be made. An error that nobody heard would fail the run.
  await expect.poll(() => said).toContain('the log file cannot be written')
  log.logger.info('still here')
  expect(said).toContain('still here')
  await log.close()
})

describe('the server', () => {
  let api: TestApi
  let ada: TestUser
  let directory: string

  beforeAll(async () => {
    directory = join(folder, 'server')
    api = await startApi({ LOG_DIR: directory, LOG_LEVEL: 'warn', SLOW_REQUEST_MS: '1', SLOW_QUERY_MS: '1' })
    ada = await createUser(api)
  })
  afterAll(() => api.close())

  const find = async (wanted: Record<string, unknown>) =>
    (await linesIn(directory)).find((line) => Object.entries(wanted).every(([name, value]) => line[name] === value))

  test('warns of slow requests and slow statements under one request id, without values', async () => {
    const locker = await api.sql.getConnection()
    await locker.query('START TRANSACTION')
    await locker.query('SELECT id FROM users WHERE id = ? FOR UPDATE', [ada.id])
    const asked = fetch(`${api.url}/api/userInfo`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ada.accessToken}`,
        'content-type': 'application/json',
        'x-request-id': 'slow-1',
      },
      body: JSON.stringify({ bio: 'a very private sentence' }),
    })
    // Held until the server is seen to wait for it, which takes longer than the limit of a millisecond.
    await expect
      .poll(async () => JSON.stringify((await api.sql.query('SHOW FULL PROCESSLIST'))[0]))
      .toContain('a very private sentence')
    await locker.query('COMMIT')
    locker.release()
    expect((await asked).status).toBe(200)
    await expect
      .poll(() => find({ requestId: 'slow-1', msg: 'slow request' }))
      .toMatchObject({
        route: 'POST /api/userInfo',
        status: 200,
        durationMs: expect.any(Number),
      })
    expect(await linesIn(directory)).toContainEqual(
      expect.objectContaining({
        msg: 'slow query',
        requestId: 'slow-1',
        route: 'POST /api/userInfo',
        userId: ada.id,
        workspaceId: '1',
        sql: expect.stringMatching(/^update .*users/i),
      }),
    )
    const all = JSON.stringify(await linesIn(directory))
    for (const value of ['a very private sentence', ada.accessToken, ada.password, ada.email])
      expect(all).not.toContain(value)
  })

  test('names commands in the same way', async () => {
    const socket = await connect(api, ada)
    const roomName = 'a room of many words'
    await socket.command('room.create', { name: roomName, type: 'PUBLIC' })
    socket.close()
    await expect.poll(() => find({ msg: 'slow command', route: 'room.create' })).toMatchObject({ outcome: 'ok' })
    const { requestId } = (await find({ msg: 'slow command', route: 'room.create' })) ?? {}
    expect(requestId).toMatch(/^ws-[\da-f]{8}-\d+$/)
    expect(JSON.stringify(await linesIn(directory))).not.toContain(roomName)
  })
})

test('refusals, whatever part of the server they come from, are logged under the id that was answered', async () => {
  const directory = join(folder, 'refusals')
  const api = await startApi({ LOG_DIR: directory, LOG_LEVEL: 'info' })
  const json = { 'content-type': 'application/json' }
  const ask = async (id: string, path: string, init: RequestInit = {}) => {
    const headers = { ...Object(init.headers), 'x-request-id': id }
    await (await fetch(`${api.url}${path}`, { ...init, headers })).text()
  }
  await ask('no-token', '/api/userInfo')
  await ask('no-json', '/api/login', { method: 'POST', headers: json, body: '{"login":' })
  await ask('bad-field', '/api/login', { method: 'POST', headers: json, body: '{"login":1}' })
  const body = JSON.stringify({ login: 'nobody', password: 'a wrong password' })
  await ask('wrong-password', '/api/login', { method: 'POST', headers: json, body })
  await api.close()
  const lines = await linesIn(directory)
  for (const [requestId, code] of [
    ['no-token', 'TOKEN_MISSING'],
    ['no-json', 'VALIDATION_FAILED'],
    ['bad-field', 'VALIDATION_FAILED'],
    ['wrong-password', 'BAD_CREDENTIALS'],
  ])
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'refused', requestId, code }))
  expect(JSON.stringify(lines)).not.toContain('a wrong password')
})
