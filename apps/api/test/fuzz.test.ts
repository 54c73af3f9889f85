import { ErrorEnvelope, WireError } from '@parley/protocol/errors'
import { realtimePath } from '@parley/protocol/realtime'
import fc from 'fast-check'
import { io, type Socket } from 'socket.io-client'
import Value from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCommands, readEndpoints, request, type Endpoint, type Parts } from './endpoints.ts'
import { upload } from './files.ts'
import { createUser, startApi, type TestApi, type TestUser } from './harness.ts'
import { inputOf, type InputOptions } from './inputs.ts'
import { createGroup, sendText } from './rooms.ts'

/** The same run every time; another seed, or more of it, by the environment. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_121)
const runs = Number(process.env.FUZZ_RUNS ?? 24)

/** Endpoints that spend tens of milliseconds on a password by design. */
const hashing = new Set(['POST /api/register', 'POST /api/login', 'POST /api/password'])

const atOnce = 6

/** What an answer never holds: a stack, a statement, a place on the machine, the words of a driver. */
const inside =
  /node_modules|\.ts:\d+|\bat [\w.<>]+ \(|\bER_[A-Z_]+|E(CONN|NOENT|ACCES)\w*|SQLSTATE|SQL syntax|Duplicate entry|Incorrect \w+ value|Unknown column|\b(SELECT|INSERT INTO|UPDATE|DELETE FROM) [`\w]|\/(tmp|work|home|usr|var)\/|parley_test_|DrizzleQuery|is not a function|Cannot read propert/

let api: TestApi
let member: TestUser
let options: InputOptions
beforeAll(async () => {
  api = await startApi()
  await arrive()
})
afterAll(() => api.close())

let arrivals = 0

/** Somebody who may do everything, with rooms, messages and files to do it to. */
async function arrive(): Promise<void> {
  arrivals += 1
  member = await createUser(api, { username: `fuzz${arrivals}` })
  const other = await createUser(api, { username: `other${arrivals}` })
  await api.sql.query("UPDATE users SET role = 'admin' WHERE id = ?", [member.id])
  await api.sql.query('UPDATE accounts SET super_admin = 1 WHERE username = ?', [member.username])
  const room = await createGroup(api, member, { memberIds: [other.id] })
  await sendText(api, member, room.id)
  const file = await upload(api, member, { bytes: 'words' })
  options = { ids: [room.id, other.id, file.id], hostileShare: 8 }
}

/** Fuzzing may have closed the workspace or the account; the next endpoint begins on sound ground. */
async function recover(): Promise<void> {
  await api.sql.query("UPDATE workspaces SET status = 'active', members_max = NULL, storage_bytes_max = NULL")
  const response = await fetch(`${api.url}/api/userInfo`, {
    headers: { authorization: `Bearer ${member.accessToken}` },
  })
  if (response.ok) return
  await expect.poll(async () => (await fetch(`${api.url}/readyz`)).status).toBe(200)
  await arrive()
}

const partsOf = ({ params, query, body }: Endpoint): fc.Arbitrary<Parts> =>
  fc.record({
    ...(params && { params: inputOf(params, options) }),
    ...(query && { query: inputOf(query, options) }),
    ...(body && { body: inputOf(body, options) }),
  })

/** What is wrong with an answer; undefined for a sound one. */
async function faultOf(response: Response): Promise<string | undefined> {
  const text = await response.text()
  const leak = inside.exec(text)
  if (leak) return `${response.status} shows ${JSON.stringify(leak[0])}: ${text.slice(0, 300)}`
  if (response.status < 400) return undefined
  const isJson = response.headers.get('content-type')?.includes('application/json') ?? false
  const body: unknown = isJson ? JSON.parse(text) : undefined
  if (!Value.Check(ErrorEnvelope, body)) return `${response.status} is not in the envelope: ${text.slice(0, 300)}`
  const isDeclared = body.error.code === 'OVERLOADED' || body.error.code === 'AI_UNAVAILABLE'
  return response.status >= 500 && !isDeclared ? `${response.status} ${text.slice(0, 300)}` : undefined
}

async function faultsOf<Input>(
  inputs: Input[],
  send: (input: Input) => Promise<string | undefined>,
): Promise<string[]> {
  const faults: string[] = []
  const queue = [...inputs]
  const work = async () => {
    for (let input = queue.shift(); input !== undefined; input = queue.shift()) {
      const fault = await send(input)
      if (fault !== undefined) faults.push(`${JSON.stringify(input).slice(0, 500)} -> ${fault}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return faults
}

const endpoints = readEndpoints()

describe('whatever is sent, no endpoint breaks, and none shows its inside', () => {
  test.each(endpoints.map((endpoint) => [endpoint.name, endpoint] as const))('%s', async (name, endpoint) => {
    await recover()
    const inputs = fc.sample(partsOf(endpoint), { seed, numRuns: hashing.has(name) ? runs / 2 : runs })
    const asMember = await faultsOf(inputs, async (parts) =>
      faultOf(await request(api.url, endpoint, parts, member.accessToken)),
    )
    const asNobody = await faultsOf(inputs.slice(0, 4), async (parts) => {
      const response = await request(api.url, endpoint, parts)
      if (!endpoint.isPublic && response.status < 400) return `${response.status} without a token`
      return faultOf(response)
    })
    expect([...asMember, ...asNobody]).toEqual([])
  })

  test('POST /api/upload, as forms', async () => {
    await recover()
    const chunk = fc.constantFrom(
      '--b\r\n',
      '--b--\r\n',
      '\r\n',
      'Content-Disposition: form-data; name="scene"\r\n\r\nmessage\r\n',
      'Content-Disposition: form-data; name="scene"\r\n\r\navatar\r\n',
      'Content-Disposition: form-data; name="file"; filename="../../a.txt"\r\n\r\nwords\r\n',
      'Content-Disposition: form-data; name="file"; filename="a\0b.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n',
      'Content-Disposition: form-data; name="__proto__"\r\n\r\nx\r\n',
      'Content-Disposition: form-data\r\n\r\nx\r\n',
      'Content-Transfer-Encoding: base64\r\n',
      'x'.repeat(9_000),
    )
    const forms = fc.sample(
      fc.array(chunk, { maxLength: 12 }).map((chunks) => `--b\r\n${chunks.join('')}`),
      { seed, numRuns: runs * 4 },
    )
    const headers = {
      authorization: `Bearer ${member.accessToken}`,
      'content-type': 'multipart/form-data; boundary=b',
    }
    const post = (body: string) => fetch(`${api.url}/api/upload`, { method: 'POST', body, headers })
    expect(await faultsOf(forms, async (form) => faultOf(await post(form)))).toEqual([])
  })
})

const ackMs = 5_000

async function openSocket(): Promise<Socket> {
  const socket = io(api.url, {
    path: realtimePath,
    transports: ['websocket'],
    auth: { token: member.accessToken },
    reconnection: false,
    forceNew: true,
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('session.ready', () => resolve())
    socket.once('connect_error', reject)
  })
  return socket
}

async function commandFault(socket: Socket, name: string, args: unknown[]): Promise<string | undefined> {
  const ack: unknown = await socket.timeout(ackMs).emitWithAck(name, ...args)
  const text = JSON.stringify(ack)
  const leak = inside.exec(text)
  if (leak) return `shows ${JSON.stringify(leak[0])}: ${text.slice(0, 300)}`
  if (typeof ack !== 'object' || ack === null || !('ok' in ack)) return `answered ${text.slice(0, 300)}`
  if (ack.ok === true) return undefined
  if (!('error' in ack) || !Value.Check(WireError, ack.error)) return `is not in the envelope: ${text.slice(0, 300)}`
  return ack.error.code === 'INTERNAL_ERROR' ? text.slice(0, 300) : undefined
}

describe('whatever is sent, no command breaks, and none shows its inside', () => {
  test.each(readCommands().map((command) => [command.name, command] as const))('%s', async (name, { input }) => {
    await recover()
    const socket = await openSocket()
    const fitting = fc.sample(inputOf(input, options), { seed, numRuns: runs })
    const odd: unknown[][] = [
      [],
      [null],
      ['text'],
      [1, 2, 3],
      [{}, {}],
      [[[[[]]]]],
      [JSON.parse('{"__proto__":{"a":1}}')],
    ]
    const faults = await faultsOf([...fitting.map((each) => [each]), ...odd], (args) =>
      commandFault(socket, name, args),
    )
    socket.disconnect()
    expect(faults).toEqual([])
  })

  test('nor one that does not exist', async () => {
    await recover()
    const socket = await openSocket()
    const names = ['room.fly', '__proto__', 'constructor', 'toString', '', 'x'.repeat(5_000), 'session.ready']
    expect(await faultsOf(names, (name) => commandFault(socket, name, [{}]))).toEqual([])
    socket.disconnect()
  })
})

test('the server lives, and works', async () => {
  await recover()
  expect((await fetch(`${api.url}/readyz`)).status).toBe(200)
  const room = await createGroup(api, member)
  expect(await sendText(api, member, room.id)).toBeGreaterThan(0)
})
