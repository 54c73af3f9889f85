import { once } from 'node:events'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { startGateway, type Gateway } from '../../scripts/gateway.ts'
import { ask, dial, echoes, json, open, startUpstream, upgrade, type TestUpstream } from './upstream.ts'

let upstream: TestUpstream
let gateway: Gateway

beforeAll(async () => {
  upstream = await startUpstream()
  gateway = await startGateway({ api: [upstream.origin], webDir: import.meta.dirname })
})
afterAll(async () => {
  await gateway.stop()
  await upstream.stop()
})
afterEach(() => upstream.answer())

/** The headers with which a request arrives. */
async function arrivingHeaders(path: string, headers: Record<string, string>): Promise<Record<string, unknown>> {
  const answer = json(await ask(gateway, path, { headers }))
  if (typeof answer !== 'object' || answer === null || !('headers' in answer)) throw new Error('no headers')
  return { ...Object(answer.headers) }
}

describe('what the API is told', () => {
  test('is the address a request came from, whatever it says itself', async () => {
    const given = {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-host': 'elsewhere.example',
      'x-forwarded-proto': 'http',
      forwarded: 'for=203.0.113.9',
    }
    for (const path of ['/api/x', '/v1/models', '/ws/', '/readyz']) {
      const arriving = await arrivingHeaders(path, given)
      expect(arriving).toMatchObject({
        host: 'localhost',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'https',
      })
      expect(arriving).not.toHaveProperty('x-forwarded-host')
      expect(arriving).not.toHaveProperty('forwarded')
    }
  })

  test('is the name of a request, unless it is no sane one', async () => {
    expect(await arrivingHeaders('/api/x', { 'x-request-id': 'mine-42' })).toMatchObject({ 'x-request-id': 'mine-42' })
    const renamed = await arrivingHeaders('/api/x', { 'x-request-id': 'a b"c' })
    expect(renamed['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
  })

  test('is no wish to speak anything but WebSocket', async () => {
    const arriving = await arrivingHeaders('/api/x', { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' })
    expect(arriving).not.toHaveProperty('upgrade')
    expect(arriving.connection).toBeUndefined()
  })
})

describe('a socket', () => {
  test.each(['/ws/?EIO=4&transport=websocket', '/v1/realtime?model=m', '/api/v2/voice/stream'])(
    'is upgraded at %s',
    async (path) => {
      const socket = await upgrade(gateway, path)
      expect(await echoes(socket, 'hello')).toBe(true)
      socket.destroy()
    },
  )
})

describe('a stream', () => {
  test.each([
    ['/v1/chat/completions', {}],
    ['/api/v2/chat/stream', {}],
    ['/api/anything', { 'x-accel-buffering': 'no' }],
  ])('of %s arrives as it comes', async (path, headers) => {
    const { promise: arrived, resolve: goOn } = Promise.withResolvers<void>()
    upstream.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
      response.write('data: first\n\n')
      void arrived.then(() => response.end('data: last\n\n'))
    })
    const response = await open(gateway, path, { headers: { 'accept-encoding': 'br, gzip' } })
    const [first]: Buffer[] = await once(response, 'data')
    expect(first?.toString()).toBe('data: first\n\n')
    goOn()
    expect(Buffer.concat(await response.toArray()).toString()).toBe('data: last\n\n')
  })

  test.each(['/api/upload', '/v1/audio/transcriptions', '/v1/audio/translations', '/v1/images/edits'])(
    'to %s goes on before all of it is there',
    async (path) => {
      const { promise: begun, resolve } = Promise.withResolvers<string>()
      upstream.answer((message, response) => {
        message.once('data', (chunk: Buffer) => {
          resolve(chunk.toString())
          message.resume()
        })
        message.once('end', () => response.end())
      })
      const socket = await dial(gateway)
      socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nConnection: close\r\n\r\nfirst`)
      expect(await begun).toBe('first')
      socket.write('-last')
      expect(Buffer.concat(await socket.toArray()).toString()).toMatch(/^HTTP\/1.1 200/)
    },
  )

  test('of JSON goes on only when all of it is there: who is slow keeps no worker of the API waiting', async () => {
    const seen = upstream.arrived.length
    const socket = await dial(gateway)
    socket.write('POST /api/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nConnection: close\r\n\r\nfirst')
    await ask(gateway, '/api/quick')
    expect(upstream.arrived.slice(seen)).toEqual(['GET /api/quick'])
    socket.write('-last')
    await once(socket, 'data')
    expect(upstream.arrived.slice(seen)).toEqual(['GET /api/quick', 'POST /api/slow'])
    socket.destroy()
  })
})

describe('an answer of the API', () => {
  const long = JSON.stringify({ rows: Array.from({ length: 200 }, (_, id) => ({ id, text: 'the same again' })) })

  test('is compressed as the client likes it', async () => {
    upstream.answer((_, response) => response.setHeader('content-type', 'application/json; charset=utf-8').end(long))
    const get = (accepted: string) => ask(gateway, '/api/x', { headers: { 'accept-encoding': accepted } })
    const [br, gzip, plain] = [await get('gzip, deflate, br, zstd'), await get('gzip'), await get('identity')]
    expect(br.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' })
    expect(brotliDecompressSync(br.body).toString()).toBe(long)
    expect(gzip.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(gzip.body).toString()).toBe(long)
    expect(plain.headers).not.toHaveProperty('content-encoding')
  })

  test('keeps its headers, and says once that the site is HTTPS only', async () => {
    const own = {
      'content-security-policy': "default-src 'none'",
      'strict-transport-security': 'max-age=1',
      'set-cookie': ['a=1', 'b=2'],
      'x-request-id': 'named-by-the-api',
    }
    upstream.answer((_, response) => response.writeHead(418, own).end('{}'))
    const { status, headers } = await ask(gateway, '/api/x')
    expect(status).toBe(418)
    expect(headers).toMatchObject({ ...own, 'strict-transport-security': 'max-age=31536000; includeSubDomains' })
  })

  test('that refuses is passed on as it is', async () => {
    for (const status of [404, 413, 429, 500, 502, 503, 504]) {
      upstream.answer((_, response) => response.writeHead(status).end('the words of the API'))
      const answer = await ask(gateway, '/api/x')
      expect([answer.status, answer.body.toString()]).toEqual([status, 'the words of the API'])
    }
  })
})

test('the log names every request, and holds neither queries nor invitations nor keys', async () => {
  const headers = { authorization: 'Bearer of.a.secret', cookie: 'refresh=secret', 'x-request-id': 'to-be-found' }
  await ask(gateway, '/api/room/invite?token=secret', { headers })
  await ask(gateway, '/join/secret', { headers: { ...headers, 'x-request-id': 'invited' } })
  // A request is logged once it was answered.
  const readLines = async () => {
    const all = (await gateway.log()).split('\n').filter((line) => line.startsWith('{'))
    return all.some((line) => line.includes('invited')) && all
  }
  const lines = await vi.waitUntil(readLines, { timeout: 10_000 })
  const logged = (name: string): unknown => JSON.parse(lines.find((line) => line.includes(name)) ?? '{}')
  expect(logged('to-be-found')).toMatchObject({
    ...{ requestId: 'to-be-found', address: '127.0.0.1', method: 'GET', path: '/api/room/invite', status: 200 },
    upstream: new URL(upstream.origin).host,
  })
  expect(logged('invited')).toMatchObject({ path: '/join/-' })
  expect(lines.join()).not.toContain('secret')
})
