import { connect, type ClientHttp2Session } from 'node:http2'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../apps/api/src/config.ts'
import { formBytesMax as uploadFormBytesMax } from '../../apps/api/src/features/files/upload.ts'
import { formBytesMax as relayFormBytesMax } from '../../apps/api/src/features/relay/serve/multipart-form.ts'
import { endpoints } from '../../apps/api/src/features/relay/serve/endpoints.ts'
import { bodyBytesMax as relayBodyBytesMax } from '../../apps/api/src/features/relay/serve/receive-body.ts'
import { bodyBytesMax } from '../../apps/api/src/platform/http/request-limits.ts'
import { startGateway, type Gateway } from '../../scripts/gateway.ts'
import { ask, dial, json, open, startUpstream, type TestUpstream } from './upstream.ts'

const secrets = { JWT_SECRET: 'x'.repeat(32), ENCRYPTION_KEY: 'x'.repeat(32), DATABASE_URL: 'mysql://nowhere' }
const { UPLOAD_BYTES_MAX } = loadConfig(secrets)
const uploads: [path: string, bytesMax: number][] = [['/api/upload', UPLOAD_BYTES_MAX + uploadFormBytesMax]]
for (const { path, body } of endpoints) if (body === 'multipart') uploads.push([path, relayFormBytesMax])

let upstream: TestUpstream
let gateway: Gateway
/** Who says too little, from the beginning of these tests on; it takes a while until they are sent away. */
let slow: Promise<string[]>

beforeAll(async () => {
  upstream = await startUpstream()
  gateway = await startGateway({ api: [upstream.origin], webDir: import.meta.dirname })
  slow = Promise.all([
    dawdle('GET /api/x HTTP/1.1\r\nHost: localhost\r\nX-Part:'),
    dawdle('POST /api/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\npart'),
  ])
})
afterAll(async () => {
  await gateway.stop()
  await upstream.stop()
})
beforeEach(() => upstream.answer())

/** Says the beginning of a request and nothing more; resolves with what it is answered once it is hung up on. */
async function dawdle(beginning: string): Promise<string> {
  const socket = await dial(gateway)
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  socket.on('error', () => socket.destroy())
  socket.write(beginning)
  await new Promise((resolve) => socket.once('close', resolve))
  return answer.split('\r\n')[0] ?? ''
}

describe('a body', () => {
  test.each([
    ['/api/room/message', bodyBytesMax],
    ['/v1/chat/completions', relayBodyBytesMax],
    ['/v1/messages', relayBodyBytesMax],
  ])('of %s may be as large as the API allows', async (path, bytes) => {
    const { status, body } = await ask(gateway, path, { method: 'POST', body: Buffer.alloc(bytes) })
    expect([status, JSON.parse(body.toString())]).toMatchObject([200, { bytes }])
  })

  test.each(uploads)('of %s may be as large as the API allows, and goes on at once', async (path, bytes) => {
    upstream.answer((_, response) => response.end('come in'))
    const answer = await open(gateway, path, { method: 'POST', headers: { 'content-length': bytes } })
    expect(answer.statusCode).toBe(200)
    answer.destroy()
  })

  test.each([
    ['/api/room/message', bodyBytesMax, { error: { code: 'PAYLOAD_TOO_LARGE' } }],
    ['/api/upload', UPLOAD_BYTES_MAX + uploadFormBytesMax, { error: { code: 'PAYLOAD_TOO_LARGE' } }],
    [
      '/v1/chat/completions',
      relayBodyBytesMax,
      { error: { code: 'request_too_large', type: 'invalid_request_error' } },
    ],
    ['/v1/messages', relayBodyBytesMax, { type: 'error', error: { type: 'request_too_large' } }],
    ['/v1/audio/transcriptions', relayFormBytesMax, { error: { code: 'request_too_large' } }],
  ])('of %s that is larger is refused before it is sent', async (path, bytes, body) => {
    const seen = upstream.arrived.length
    const refused = await ask(gateway, path, { method: 'POST', headers: { 'content-length': bytes + 1 } })
    expect(refused.status).toBe(413)
    expect(json(refused)).toMatchObject(body)
    expect(upstream.arrived).toHaveLength(seen)
  })

  test('that does not say how large it is, is refused where it becomes too large', async () => {
    const headers = { 'transfer-encoding': 'chunked' }
    const refused = await ask(gateway, '/api/x', { method: 'POST', headers, body: Buffer.alloc(bodyBytesMax + 1) })
    expect([refused.status, json(refused)]).toMatchObject([413, { error: { code: 'PAYLOAD_TOO_LARGE' } }])
  })
})

test('an address or headers that no honest client sends are refused', async () => {
  const long = await ask(gateway, `/api/x?query=${'x'.repeat(20_000)}`)
  expect([long.status, json(long)]).toMatchObject([413, { error: { code: 'PAYLOAD_TOO_LARGE' } }])
  const wide = await ask(gateway, '/api/x', { headers: { 'x-wide': 'x'.repeat(20_000) } })
  expect(wide.status).toBe(413)
})

test('who asks without end is told to wait, and when', async () => {
  upstream.answer((_, response) => response.end('{}'))
  // As many as one connection may ask, all at once.
  const flood = async () => {
    const socket = await dial(gateway)
    const last = 'GET /api/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
    socket.write('GET /api/x HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(999) + last)
    return Buffer.concat(await socket.toArray()).toString()
  }
  const answers = (await Promise.all(Array.from({ length: 6 }, flood))).join('')
  const [, refusal = ''] = /(HTTP\/1\.1 429 [^]*?\})(?=HTTP|$)/.exec(answers) ?? []
  expect(refusal).toMatch(/\r\nRetry-After: 1\r\n/i)
  expect(refusal).toMatch(/"code":"RATE_LIMITED"/)
  // Most of a flood this short is let through: an office that opens the app at nine is none.
  expect(answers.match(/HTTP\/1\.1 200 /g)?.length).toBeGreaterThan(1_000)
  await expect.poll(async () => (await ask(gateway, '/api/x')).status).toBe(200)
})

test('an address may hold a thousand requests open, and no more', async () => {
  upstream.answer(() => undefined)
  const sessions: ClientHttp2Session[] = []
  const { promise: refused, resolve } = Promise.withResolvers<unknown>()
  for (let connection = 0; connection < 9; connection += 1) {
    const session = connect(gateway.origin, { ca: gateway.certificateAuthority })
    session.on('error', () => session.destroy())
    sessions.push(session)
    for (let count = 0; count < 120; count += 1) {
      const stream = session.request({ ':path': '/api/held' })
      stream.on('response', (headers) => resolve(headers[':status']))
      stream.on('error', () => stream.destroy())
    }
  }
  expect(await refused).toBe(429)
  for (const session of sessions) session.destroy()
})

test('who says too little for too long is hung up on', async () => {
  const outcome = await Promise.race([slow, delay(19_000, 'they are still there', { ref: false })])
  expect(outcome).toEqual(['', ''])
})
