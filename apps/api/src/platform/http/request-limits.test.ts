import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { ErrorEnvelope } from '@parley/protocol/errors'
import { register } from '@parley/protocol/identity'
import { updateProfile } from '@parley/protocol/people'
import Value from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUser, send, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'
import { isWithinBounds } from './request-limits.ts'

let api: TestApi
let ann: TestUser
beforeAll(async () => {
  api = await startApi()
  ann = await createUser(api)
})
afterAll(() => api.close())

/** What came back to bytes that no client would send. */
async function raw(bytes: string): Promise<{ status: number; body: unknown }> {
  const socket = connectTcp(Number(new URL(api.url).port), '127.0.0.1')
  const answer: Buffer[] = []
  socket.on('data', (data: Buffer) => answer.push(data))
  socket.on('error', () => undefined)
  socket.write(bytes)
  await once(socket, 'close')
  const [head = '', body = ''] = Buffer.concat(answer).toString().split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), body: JSON.parse(body) }
}

const post = (body: string, type = 'application/json') =>
  fetch(`${api.url}${updateProfile.path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': type, authorization: `Bearer ${ann.accessToken}` },
  })

const envelope = async (response: Response) => {
  const body: unknown = await response.json()
  if (!Value.Check(ErrorEnvelope, body)) throw new Error('not the envelope of errors')
  return { status: response.status, code: body.error.code }
}

const invalid = { status: 400, code: 'VALIDATION_FAILED' }

describe('a body', () => {
  test.each([
    ['lists in lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects in objects', '{"a":'.repeat(40_000) + '1' + '}'.repeat(40_000)],
    ['a deep value in a known field', `{"displayName":${'['.repeat(17)}${']'.repeat(17)}}`],
    ['more fields than anything has', `{${Array.from({ length: 6_000 }, (_, at) => `"f${at}":1`).join()}}`],
    ['a deep text that never closes', '['.repeat(200_000)],
  ])('with %s is refused quickly', async (_, body) => {
    const beganMs = performance.now()
    expect(await envelope(await post(body))).toEqual(invalid)
    expect(performance.now() - beganMs).toBeLessThan(1_000)
  })

  test.each([
    '{"__proto__":{"admin":true},"displayName":"Ann"}',
    '{"displayName":"Ann","constructor":{"prototype":{"admin":true}}}',
    '{"\\u005f_proto__":{"admin":true},"displayName":"Ann"}',
  ])('that would poison a prototype is refused: %s', async (body) => {
    expect(await envelope(await post(body))).toEqual(invalid)
    expect(Reflect.get({}, 'admin')).toBeUndefined()
  })

  test.each([
    ['is no JSON', '{"displayName":', 'application/json', 400],
    ['is empty', '', 'application/json', 400],
    ['is text', 'displayName=Ann', 'text/plain', 415],
    ['is a form', 'displayName=Ann', 'application/x-www-form-urlencoded', 415],
    ['is XML', '<displayName>Ann</displayName>', 'application/xml', 415],
    ['has a type that is none', '{}', 'application', 415],
    ['is larger than allowed', `{"bio":"${'x'.repeat(300_000)}"}`, 'application/json', 413],
  ])('that %s is answered as a mistake of the sender', async (_, body, type, status) => {
    expect((await envelope(await post(body, type))).status).toBe(status)
  })

  test('may hold brackets and quotes in its texts', () => {
    expect(isWithinBounds(JSON.stringify({ text: '[{'.repeat(500) + '"\\":'.repeat(10_000) }))).toBe(true)
  })
})

describe('a request', () => {
  test('with an address longer than allowed is refused', async () => {
    const response = await fetch(`${api.url}/api/user?query=${'x'.repeat(9_000)}`)
    expect(await envelope(response)).toEqual({ status: 413, code: 'PAYLOAD_TOO_LARGE' })
  })

  test.each(['/api/files/%ff', '/api/files/%', '/%E0%A4%A'])(
    'to an address that is none is refused: %s',
    async (path) => {
      expect(await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatchObject({
        status: 400,
        body: { error: { code: 'VALIDATION_FAILED' } },
      })
    },
  )

  test('with a parameter longer than any is not found', async () => {
    const response = await fetch(`${api.url}/api/files/${'1'.repeat(500)}`)
    expect(await envelope(response)).toEqual({ status: 404, code: 'NOT_FOUND' })
  })

  test('with too many or too large headers is refused in the same envelope', async () => {
    const many = Array.from({ length: 150 }, (_, at) => `x-${at}: 1`).join('\r\n')
    expect(await raw(`GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${many}\r\n\r\n`)).toMatchObject({
      status: 413,
      body: { error: { code: 'PAYLOAD_TOO_LARGE' } },
    })
    expect(await raw(`GET /healthz HTTP/1.1\r\nHost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatchObject({
      status: 431,
      body: { error: { code: 'PAYLOAD_TOO_LARGE' } },
    })
  })

  test.each(['nonsense\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', 'POST /api/login HTTP/1.1\r\nContent-Length: -1\r\n\r\n'])(
    'that is no HTTP is refused in the same envelope: %j',
    async (bytes) => {
      expect(await raw(bytes)).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_FAILED' } } })
    },
  )

  test('that says its length in two ways is not believed', async () => {
    const smuggled =
      'POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
      'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'
    expect((await raw(smuggled)).status).toBe(400)
  })

  test('naming a field twice in its query is refused, not guessed at', async () => {
    const response = await fetch(`${api.url}/api/user?query=a&query=b`, {
      headers: { authorization: `Bearer ${ann.accessToken}` },
    })
    expect(await envelope(response)).toEqual(invalid)
    const poison = await fetch(`${api.url}/api/user?__proto__[admin]=1&query=a`, {
      headers: { authorization: `Bearer ${ann.accessToken}` },
    })
    expect(await envelope(poison)).toEqual(invalid)
  })
})

test('the server still serves after all that', async () => {
  expect(
    (await send(api, register, { body: { email: 'bo@example.com', username: 'bo', password: 'long enough' } })).ok,
  ).toBe(true)
})
