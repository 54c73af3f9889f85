import { readFileSync } from 'node:fs'
import { listSessions } from '@parley/protocol/identity'
import { getProfile } from '@parley/protocol/people'
import { realtimePath } from '@parley/protocol/realtime'
import { io } from 'socket.io-client'
import { afterEach, describe, expect, test } from 'vitest'
import { connect, createUser, refusal, send, startApi, type RawRequest, type TestApi } from '../../test/harness.ts'
import { startNodes } from '../../test/nodes.ts'
import { namedEndpoints } from './rate-classes.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function start(settings: Record<string, string>): Promise<TestApi> {
  const api = await startApi(settings)
  closing.push(api.close)
  return api
}

/** As a client that claims to be somewhere else. */
const from = (address: string): RawRequest => ({ headers: { 'x-forwarded-for': address } })

/** How many of `count` requests at once are answered. */
async function answered(ask: () => Promise<Response>, count: number): Promise<number> {
  const responses = await Promise.all(Array.from({ length: count }, ask))
  return responses.filter(({ ok }) => ok).length
}

/** Opens a socket that claims to come from somewhere else; answers its id or the code of the refusal. */
function openFrom(api: TestApi, accessToken: string, address: string): Promise<string> {
  const socket = io(api.url, {
    path: realtimePath,
    transports: ['websocket'],
    auth: { token: accessToken },
    extraHeaders: { 'x-forwarded-for': address },
    reconnection: false,
    forceNew: true,
  })
  closing.push(async () => void socket.disconnect())
  return new Promise((resolve) => {
    socket.on('connect', () => resolve('open'))
    socket.on('connect_error', (error) => resolve(JSON.stringify('data' in error ? error.data : error.message)))
  })
}

describe('a person who asks too often', () => {
  test('is told so, when to come back, and what the limit is; others go on', async () => {
    const api = await start({ RATE_READ: '3' })
    const [lin, wei] = [await createUser(api), await createUser(api)]
    const first = await send(api, getProfile, {}, lin)
    expect(first.headers.get('x-ratelimit-limit')).toBe('3')
    expect(first.headers.get('x-ratelimit-remaining')).toBe('2')
    expect(first.headers.get('x-ratelimit-reset')).toBe('20')
    expect(await answered(() => send(api, getProfile, {}, lin), 5)).toBe(2)
    const refused = await send(api, listSessions, {}, lin)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0')
    const waitSeconds = Number(refused.headers.get('retry-after'))
    expect(waitSeconds).toBeGreaterThanOrEqual(19)
    expect(waitSeconds).toBeLessThanOrEqual(20)
    const { code, details } = await refusal(api, lin, getProfile)
    expect(code).toBe('RATE_LIMITED')
    expect(details?.retryAfterMs).toBeGreaterThan(18_000)
    expect((await send(api, getProfile, {}, wei)).status).toBe(200)
  })

  test('still may do what is counted apart', async () => {
    const api = await start({ RATE_READ: '1' })
    const lin = await createUser(api)
    expect(await answered(() => send(api, getProfile, {}, lin), 3)).toBe(1)
    const socket = await connect(api, lin)
    expect(await socket.command('session.heads', {})).toMatchObject({ ok: true })
    socket.close()
  })
})

describe('an address', () => {
  test('that guesses tokens is limited like one that has some', async () => {
    const api = await start({ RATE_READ: '2', RATE_ADDRESS_FACTOR: '2' })
    const guess = () => send(api, getProfile, {}, { accessToken: crypto.randomUUID() })
    const statuses = (await Promise.all(Array.from({ length: 6 }, guess))).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(4)
    expect(statuses.filter((status) => status === 429)).toHaveLength(2)
  })

  test('is not what a client says it is', async () => {
    const api = await start({ RATE_READ: '1', RATE_ADDRESS_FACTOR: '2' })
    const people = [await createUser(api), await createUser(api), await createUser(api)]
    const statuses = []
    for (const [index, person] of people.entries()) {
      statuses.push((await send(api, getProfile, from(`203.0.113.${index}`), person)).status)
    }
    expect(statuses).toEqual([200, 200, 429])
  })

  test('is what a trusted proxy says it is, whatever the client wrote before it', async () => {
    const api = await start({ RATE_READ: '1', RATE_ADDRESS_FACTOR: '2', TRUSTED_PROXIES: '127.0.0.1' })
    const people = [await createUser(api), await createUser(api), await createUser(api)]
    const statuses = []
    for (const [index, person] of people.entries()) {
      statuses.push((await send(api, getProfile, from(`198.51.100.${index}, 203.0.113.9`), person)).status)
    }
    expect(statuses).toEqual([200, 200, 429])
    const elsewhere = await createUser(api)
    expect((await send(api, getProfile, from('203.0.113.10'), elsewhere)).status).toBe(200)
  })

  test('of a socket comes from the same chain', async () => {
    const plain = await start({ RATE_CONNECT: '1', RATE_ADDRESS_FACTOR: '1' })
    const lin = await createUser(plain)
    expect(await openFrom(plain, lin.accessToken, '203.0.113.1')).toBe('open')
    expect(await openFrom(plain, lin.accessToken, '203.0.113.2')).toContain('RATE_LIMITED')

    const proxied = await start({ RATE_CONNECT: '1', RATE_ADDRESS_FACTOR: '1', TRUSTED_PROXIES: '127.0.0.1' })
    const wei = await createUser(proxied)
    expect(await openFrom(proxied, wei.accessToken, '198.51.100.1, 203.0.113.1')).toBe('open')
    expect(await openFrom(proxied, wei.accessToken, '198.51.100.2, 203.0.113.1')).toContain('RATE_LIMITED')
    expect(await openFrom(proxied, wei.accessToken, '203.0.113.2')).toBe('open')
  })
})

test('two nodes together answer no more than one would', async () => {
  const nodes = await startNodes({ RATE_READ: '10', RATE_COMMAND: '10' })
  closing.push(nodes.close)
  const lin = await createUser(nodes.a)
  const startedAtMs = Date.now()
  /** What the limit allows anew on a slow machine. */
  const allowed = () => 10 + Math.floor((Date.now() - startedAtMs) / 6_000)
  let turn = 0
  const ask = () => send([nodes.a, nodes.b][turn++ % 2] ?? nodes.a, getProfile, {}, lin)
  const requests = await answered(ask, 40)
  expect(requests).toBeGreaterThanOrEqual(10)
  expect(requests).toBeLessThanOrEqual(allowed())

  const [here, there] = [await connect(nodes.a, lin), await connect(nodes.b, lin)]
  const outcomes = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) => (index % 2 ? here : there).command('session.heads', {})),
  )
  const commands = outcomes.filter(({ status }) => status === 'fulfilled').length
  expect(commands).toBeGreaterThanOrEqual(10)
  expect(commands).toBeLessThanOrEqual(allowed())
  here.close()
  there.close()
})

test('every endpoint that is counted apart exists', () => {
  const document: { paths: Record<string, Record<string, unknown>> } = JSON.parse(
    readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'),
  )
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  )
  expect(namedEndpoints.filter((endpoint) => !documented.includes(endpoint))).toEqual([])
})
