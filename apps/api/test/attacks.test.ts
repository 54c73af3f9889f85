import { login, register } from '@parley/protocol/identity'
import { searchMessages } from '@parley/protocol/messages'
import { addFriend, removeFriend, updateProfile } from '@parley/protocol/people'
import { commands, events, realtimePath } from '@parley/protocol/realtime'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readCommands, readEndpoints, request, type Schema } from './endpoints.ts'
import { getFile, upload } from './files.ts'
import { befriend, block, call, connect, createUser, send, startApi, type TestApi, type TestUser } from './harness.ts'
import { createGroup, sendText } from './rooms.ts'

let api: TestApi
let ann: TestUser
let bob: TestUser
let eve: TestUser
beforeAll(async () => {
  api = await startApi()
  ;[ann, bob, eve] = await Promise.all([createUser(api), createUser(api), createUser(api)])
})
afterAll(() => api.close())

describe('a sign-in', () => {
  const typed: unknown[] = [
    { $ne: null },
    { $gt: '' },
    [],
    ['admin'],
    0,
    1,
    true,
    null,
    { toString: 'x' },
    { length: 5 },
    "' OR '1'='1",
    "admin' -- ",
    '" OR ""="',
    '%',
    '_____',
    '\\',
    'x\0',
  ]

  test.each(typed.map((value) => [JSON.stringify(value), value]))(
    'with %s is refused, whatever it is typed as',
    async (_, value) => {
      const attempts = [
        { login: value, password: value },
        { login: ann.username, password: value },
        { login: value, password: ann.password },
      ]
      for (const body of attempts) {
        const response = await send(api, login, { body })
        expect([400, 401]).toContain(response.status)
        expect(response.headers.getSetCookie()).toEqual([])
      }
    },
  )

  test('cannot be had by registering somebody else in another writing', async () => {
    const writings = [ann.username.toUpperCase(), `${ann.username} `, `${ann.username}\0`, `${ann.username}\u200b`]
    for (const username of writings) {
      const body = { email: 'other@example.com', username, password: 'long enough' }
      expect([400, 409]).toContain((await send(api, register, { body })).status)
    }
  })
})

describe('a file named', () => {
  test.each([
    '../../../etc/passwd',
    '..\\..\\windows\\system32\\config',
    '/etc/shadow',
    'a/../../b.txt',
    '%2e%2e%2fetc%2fpasswd',
    'CON',
    '.htaccess',
    'a\r\nSet-Cookie: x=1.txt',
    'x".html',
    '\u202etxt.exe',
    'a'.repeat(5_000),
  ])('%j lands where all files do, and says no path', async (name) => {
    const file = await upload(api, ann, { bytes: 'words', name })
    expect(file.name).not.toMatch(/[/\\\r\n\0\u202e]/)
    expect(file.name.length).toBeLessThanOrEqual(255)
    const response = await getFile(api, file.id, ann)
    expect(await response.text()).toBe('words')
    expect(response.headers.getSetCookie()).toEqual([])
  })
})

/** Every pattern in a schema. */
const patternsOf = (schema: Schema): string[] => [
  ...(schema.pattern === undefined ? [] : [schema.pattern]),
  ...[
    ...Object.values(schema.properties ?? {}),
    ...(schema.anyOf ?? []),
    ...(schema.items ? [schema.items] : []),
  ].flatMap(patternsOf),
]

describe('a pattern of the protocol', () => {
  const schemas: Schema[] = [
    ...readEndpoints().flatMap(({ params, query, body }) => [params, query, body].flatMap((schema) => schema ?? [])),
    ...readCommands().map(({ input }) => input),
    ...[...Object.values(events), ...Object.values(commands).map(({ answer }) => answer)].map((schema): Schema =>
      JSON.parse(JSON.stringify(schema)),
    ),
  ]
  const patterns = [...new Set(schemas.flatMap(patternsOf))]
  const length = 60_000
  const atOnceMs = 100
  /** What makes a pattern go back over and over: long runs of what it takes, with an end it does not. */
  const bombs = [
    'a',
    '1',
    '.',
    '-',
    '@',
    ' ',
    '1,',
    'a.',
    'a@',
    'a-',
    'rooms:',
    '*',
    '\t',
    '0a',
    'é',
    '-a-a',
    'a@a.',
  ].flatMap((unit) => {
    const run = unit.repeat(length / unit.length)
    return [run, `${run}!`, `a${run}\n`, `a@${run}`, `1${run}\0`]
  })

  /** How long a pattern takes at best: on a busy machine any single time may be the machine's. */
  function quickest(expression: RegExp, text: string): number {
    let bestMs = Infinity
    for (let time = 0; time < 3 && bestMs > atOnceMs; time += 1) {
      const beganMs = performance.now()
      expression.test(text)
      bestMs = Math.min(bestMs, performance.now() - beganMs)
    }
    return bestMs
  }

  test.each(patterns)('%s answers any text at once', (pattern) => {
    const expression = new RegExp(pattern, 'u')
    for (const bomb of bombs) expect(quickest(expression, bomb)).toBeLessThan(atOnceMs)
  })
})

describe('a cursor that was tampered with', () => {
  const lists = readEndpoints().filter(({ query }) => query?.properties?.cursor)
  let foundCursor: string

  beforeAll(async () => {
    const { id } = await createGroup(api, ann, { name: 'Archive' })
    for (let text = 0; text < 22; text += 1) await sendText(api, ann, id, { text: `wombat ${text}` })
    const find = () => call(api, ann, searchMessages, { query: { query: 'wombat' } })
    foundCursor = await vi.waitUntil(async () => (await find()).nextCursor, { timeout: 10_000, interval: 100 })
    const secret = await createGroup(api, eve, { name: 'Eves' })
    await sendText(api, eve, secret.id, { text: 'wombat of eve' })
  }, 30_000)

  const forged = [
    ...[null, [], {}, '', 'zz', 0, -1, 1e300, true, [[]], ['a', 'b'], ['', ''], ['a', '-1'], ['a', '1 OR 1=1']],
    ...[
      { seq: 0 },
      { seq: -5 },
      { seq: 1.5 },
      { seq: '1' },
      { userId: '0' },
      { userId: '1 OR 1=1' },
      { id: '9'.repeat(40) },
    ],
    ...[
      '0000-00-00T00:00:00Z',
      '+275760-09-13T00:00:00.000Z',
      '-000001-01-01T00:00:00Z',
      '1',
      'Sat',
      '9999-12-31T23:59:59Z',
    ].flatMap((at) => [
      { createdAt: at, roomId: '1', seq: 1 },
      { pinnedAt: at, seq: 1 },
      { createdAt: at, id: '1' },
      [at, '1'],
    ]),
  ].map((position) => Buffer.from(JSON.stringify(position)).toString('base64url'))

  test.each(lists.map((endpoint) => [endpoint.name, endpoint]))(
    'is refused by %s, or answers a page like any other',
    async (_, endpoint) => {
      const { id } = await createGroup(api, ann)
      const fields = { roomId: id, seq: 1, query: 'wombat' }
      const known = Object.fromEntries(
        Object.entries(fields).filter(([name]) => endpoint.query?.properties?.[name] !== undefined),
      )
      const raw = fc.sample(fc.base64String({ maxLength: 80 }), { seed: 7, numRuns: 20 })
      for (const cursor of [...forged, ...raw, '%00', 'x'.repeat(700)]) {
        const response = await request(api.url, endpoint, { query: { ...known, cursor } }, api.operator.accessToken)
        const own = await request(api.url, endpoint, { query: { ...known, cursor } }, ann.accessToken)
        for (const { status } of [response, own]) expect([200, 400, 403, 404]).toContain(status)
        expect(await own.text()).not.toContain('of eve')
      }
    },
  )

  test('bit by bit never fails, and never shows what is somebody else’s', async () => {
    const bytes = Buffer.from(foundCursor, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const query = { query: 'wombat', cursor: flipped.toString('base64url') }
      const response = await send(api, searchMessages, { query }, ann)
      expect([200, 400]).toContain(response.status)
      expect(await response.text()).not.toContain('of eve')
    }
  }, 60_000)
})

describe('an event tells no more than a request would', () => {
  test('of a room to who is not in it', async () => {
    const { id } = await createGroup(api, ann, { memberIds: [bob.id] })
    const [bobs, eves] = await Promise.all([connect(api, bob), connect(api, eve)])
    await eves.refused('room.typing', { roomId: id })
    await eves.refused('room.sync', { roomId: id, change: 0, epoch: 1 })
    await sendText(api, ann, id, { text: 'for members', mentions: [eve.id] })
    await bobs.next('messages', ({ rows }) => rows.some(({ body }) => body.kind === 'text'))
    const own = await createGroup(api, eve)
    await sendText(api, eve, own.id)
    await eves.next('messages', ({ roomId }) => roomId === own.id)
    expect(eves.heard('messages').filter(({ roomId }) => roomId === id)).toEqual([])
    expect(
      eves
        .heard('heads')
        .flat()
        .filter(({ roomId }) => roomId === id),
    ).toEqual([])
    expect(eves.heard('notification')).toEqual([])
    bobs.close()
    eves.close()
  })

  test('of who is there to whom they have blocked', async () => {
    const [blocker, blocked] = await Promise.all([createUser(api), createUser(api)])
    await block(api, blocker, blocked)
    const watching = await connect(api, blocked)
    const present = await connect(api, blocker)
    await present.command('presence.set', { state: 'online' })
    const { people } = await watching.command('presence.watch', { userIds: [blocker.id] })
    expect(people.filter(({ state }) => state !== 'offline')).toEqual([])
    expect(people.filter(({ lastSeenAt }) => lastSeenAt !== null)).toEqual([])
    expect(watching.heard('presence').filter(({ userId }) => userId === blocker.id)).toEqual([])
    watching.close()
    present.close()
  })

  test('of addresses and contacts, to friends and others alike', async () => {
    const [one, friend, fellow] = await Promise.all([createUser(api), createUser(api), createUser(api)])
    await befriend(api, one, friend)
    await createGroup(api, one, { memberIds: [fellow.id] })
    const sockets = await Promise.all([connect(api, friend), connect(api, fellow)])
    for (const socket of sockets) await socket.command('presence.watch', { userIds: [one.id] })
    await call(api, one, updateProfile, { body: { displayName: 'Renamed', qq: '10001', wechat: 'secret-wechat' } })
    for (const socket of sockets) {
      const heard = await socket.next('user.updated', ({ user }) => user.id === one.id)
      expect(JSON.stringify(heard)).not.toMatch(/@example\.com|10001|secret-wechat/)
      socket.close()
    }
  })

  test('of a request that was withdrawn', async () => {
    const [one, other] = await Promise.all([createUser(api), createUser(api)])
    const socket = await connect(api, other)
    await call(api, one, addFriend, { body: { userId: other.id } })
    await call(api, one, removeFriend, { fields: { userId: other.id } })
    expect(await socket.next('friend.changed', ({ relation }) => relation === 'none')).toEqual({
      userId: one.id,
      relation: 'none',
    })
    socket.close()
  })
})

describe('by socket', () => {
  /** The answer to one command in the very bytes of the protocol: no client would send such an input. */
  async function rawAck(name: string, input: string): Promise<string> {
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}${realtimePath}/?EIO=4&transport=websocket`)
    const ack = await new Promise<string>((resolve, reject) => {
      socket.addEventListener('close', () => reject(new Error('the socket was closed')))
      socket.addEventListener('message', ({ data }) => {
        const text = String(data)
        if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token: ann.accessToken })}`)
        if (text.startsWith('40')) socket.send(`421["${name}",${input}]`)
        if (text.startsWith('431')) resolve(text.slice(3))
      })
    })
    socket.close()
    return ack
  }

  const deep = '['.repeat(50_000) + ']'.repeat(50_000)
  test.each([
    deep,
    `{"roomId":"1","clientId":"x","body":${deep}}`,
    `{"roomId":"1","clientId":"01890a5d-ac96-774b-bcce-b302099a8057","body":{"kind":"text","text":${deep}}}`,
    `{"roomId":"1","clientId":"01890a5d-ac96-774b-bcce-b302099a8057","body":{"kind":"media","fileIds":[${deep}]}}`,
  ])('a value nested too deep to be looked at is refused, and the server goes on: %#', async (input) => {
    expect(await rawAck('room.sendMessage', input)).toContain('VALIDATION_FAILED')
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200)
  })

  test('a prototype is not poisoned', async () => {
    const socket = await connect(api, ann)
    const poison = JSON.parse('{"__proto__":{"admin":true},"state":"online"}')
    expect((await socket.refused('presence.set', poison)).code).toBe('VALIDATION_FAILED')
    expect(Reflect.get({}, 'admin')).toBeUndefined()
    socket.close()
  })
})
