import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { startApi, type TestApi } from '../../../../test/harness.ts'
import { logOf, makeChannel, makeDoor, setPrice, type Door } from '../../../../test/relay-calls.ts'

let api: TestApi
let door: Door
let upstream: Awaited<ReturnType<typeof startUpstream>>

beforeAll(async () => {
  api = await startApi({ RELAY_UPSTREAM_HOSTS: '127.0.0.1' })
  upstream = await startUpstream()
  await makeChannel(api, { models: ['talk', 'dear'] })
  await makeChannel(api, { base_url: 'failures', models: ['status-503', 'status-429-x', 'die-after-2'] })
  await makeChannel(api, {
    base_url: 'failures',
    models: ['either'],
    model_mapping: { either: 'status-500' },
    priority: 1,
  })
  await makeChannel(api, { models: ['either'], model_mapping: { either: 'talk' } })
  await makeChannel(api, { type: 'openai', base_url: upstream.url, key: 'provider-key', models: ['own'] })
  await setPrice(api, 'talk')
  await setPrice(api, 'own')
  // Of sound nothing is set aside beforehand.
  await setPrice(api, 'dear', { input: 0, output: 0, audio_input: 1_000_000_000 })
  door = await makeDoor(api)
})
afterAll(async () => {
  await api.close()
  upstream.stop()
})

/** An upstream that does what a test tells it. */
async function startUpstream() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'realtime' })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on no port')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    connection: async (): Promise<{ socket: WebSocket; request: IncomingMessage }> => {
      const [socket, request]: [WebSocket, IncomingMessage] = await once(server, 'connection').then(([a, b]) => [a, b])
      return { socket, request }
    },
    stop() {
      for (const socket of server.clients) socket.terminate()
      server.close()
    },
  }
}

interface RealtimeEvent {
  type: string
  error?: { type: string; code: string; message: string }
  response?: { usage: { input_tokens: number; output_tokens: number } }
}

const endpointOf = ({ url }: Pick<TestApi, 'url'>, model: string): string =>
  `${url.replace('http', 'ws')}/v1/realtime?model=${model}`

/** A client that hears everything. */
async function talk(model: string, { key = door.key, on = api }: { key?: string; on?: TestApi } = {}) {
  const socket = new WebSocket(endpointOf(on, model), { headers: { authorization: `Bearer ${key}` } })
  const heard: RealtimeEvent[] = []
  let requestId: string | null = null
  socket.on('upgrade', ({ headers }) => (requestId = String(headers['x-request-id'])))
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString())))
  const closed = once(socket, 'close').then(([code]) => Number(code))
  await once(socket, 'open')
  const hear = (type: string, count = 1) =>
    vi.waitFor(() => expect(heard.filter((event) => event.type === type)).toHaveLength(count), 5_000)
  const say = (...events: object[]) => events.forEach((event) => socket.send(JSON.stringify(event)))
  return { socket, heard, hear, say, closed, requestId }
}

const message = (words: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: words }] },
})
const sound = (bytes: number) => ({
  type: 'input_audio_buffer.append',
  audio: Buffer.alloc(bytes).toString('base64'),
})
const commit = { type: 'input_audio_buffer.commit' }
const answer = { type: 'response.create' }

/** The status and body with which a handshake is refused. */
async function refusalOf(model: string, key = door.key): Promise<{ status?: number; code?: string; headers: object }> {
  const socket = new WebSocket(endpointOf(api, model), { headers: { authorization: `Bearer ${key}` } })
  const [, response]: [unknown, IncomingMessage] = await once(socket, 'unexpected-response').then(([a, b]) => [a, b])
  const { error }: { error: { code: string } } = JSON.parse(await text(response))
  return { status: response.statusCode ?? 0, code: error.code, headers: response.headers }
}

test('a conversation is one bill over all its answers', async () => {
  const { say, hear, heard, socket, closed, requestId } = await talk('talk')
  say(message('Hello'), answer)
  await hear('response.done')
  say(message('And again'), answer)
  await hear('response.done', 2)
  socket.close(1000)
  expect(await closed).toBe(1000)
  const usages = heard.flatMap(({ response, type }) => (type === 'response.done' && response ? [response.usage] : []))
  const row = await logOf(api, requestId)
  expect(row).toMatchObject({
    status: 200,
    error_code: null,
    endpoint: 'realtime',
    input_tokens: usages.reduce((sum, usage) => sum + usage.input_tokens, 0),
    output_tokens: usages.reduce((sum, usage) => sum + usage.output_tokens, 0),
  })
  expect(row.cost_micros).toBe(row.input_tokens + row.output_tokens)
})

test('a browser sends its key as a subprotocol', async () => {
  const socket = new WebSocket(endpointOf(api, 'talk'), ['realtime', `openai-insecure-api-key.${door.key}`])
  await once(socket, 'open')
  expect(socket.protocol).toBe('realtime')
  socket.terminate()
})

test('who may not talk is told so before the connection is one', async () => {
  expect(await refusalOf('talk', 'nobody')).toMatchObject({ status: 401, code: 'key_unknown' })
  expect(await refusalOf('')).toMatchObject({ status: 400 })
  expect(await refusalOf('unheard-of')).toMatchObject({ status: 404, code: 'model_not_found' })
  expect(await refusalOf('status-503')).toMatchObject({ status: 503 })
  const narrow = await makeDoor(api, { token: { models: ['other'], concurrency: 1 } })
  expect(await refusalOf('talk', narrow.key)).toMatchObject({ status: 403, code: 'model_not_allowed' })
  const poor = await makeDoor(api, { token: { quota: 10 } })
  expect((await refusalOf('talk', poor.key)).status).toBe(403)
})

test('a session counts as a call under way until it ends', async () => {
  const one = await makeDoor(api, { token: { concurrency: 1 } })
  const first = await talk('talk', one)
  expect(await refusalOf('talk', one.key)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
  first.socket.close()
  await first.closed
  await vi.waitFor(async () => (await talk('talk', one)).socket.terminate(), 5_000)
})

test('another channel is connected where the first one fails', async () => {
  const { say, hear, socket, requestId } = await talk('either')
  say(message('Hello'), answer)
  await hear('response.done')
  socket.close()
  expect(await logOf(api, requestId)).toMatchObject({ status: 200, upstream_model: 'talk' })
})

test('an upstream that is lost is told of, and what it had said is billed', async () => {
  const { say, heard, closed, requestId } = await talk('die-after-2')
  say(message('Tell me a long story'), answer)
  expect(await closed).toBe(1011)
  expect(heard.at(-1)).toMatchObject({ type: 'error', error: { code: 'upstream_failed' } })
  const row = await logOf(api, requestId)
  expect(row).toMatchObject({ status: 200, error_code: 'stream_broken' })
  expect(row.output_tokens).toBeGreaterThan(0)
})

test('the upstream gets the key of the channel, and nothing of the client’s account', async () => {
  const connecting = upstream.connection()
  const socket = new WebSocket(endpointOf(api, 'own'), [
    'realtime',
    `openai-insecure-api-key.${door.key}`,
    'openai-organization.mine',
  ])
  const { request } = await connecting
  expect(request.headers.authorization).toBe('Bearer provider-key')
  expect(JSON.stringify(request.headers)).not.toContain(door.key)
  expect(request.headers['sec-websocket-protocol']).toBe('realtime')
  await once(socket, 'open')
  socket.terminate()
})

test('what a client hung up on is cut off, and billed as the upstream tells it', async () => {
  const connecting = upstream.connection()
  const talking = talkTo('own')
  const { socket: far } = await connecting
  const { socket, requestId } = await talking
  far.on('message', (data: Buffer) => {
    const { type }: { type: string } = JSON.parse(data.toString())
    const response = { id: 'resp_1', usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 } }
    if (type === 'response.create') far.send(JSON.stringify({ type: 'response.created', response: { id: 'resp_1' } }))
    if (type === 'response.cancel') far.send(JSON.stringify({ type: 'response.done', response }))
  })
  socket.send(JSON.stringify(answer))
  await once(socket, 'message')
  socket.terminate()
  await once(far, 'close')
  expect(await logOf(api, requestId())).toMatchObject({
    status: 499,
    input_tokens: 3,
    output_tokens: 4,
    cost_micros: 7,
  })
})

/** A client that offers the subprotocol its upstream answers with. */
async function talkTo(model: string) {
  const socket = new WebSocket(endpointOf(api, model), ['realtime'], {
    headers: { authorization: `Bearer ${door.key}` },
  })
  let requestId: string | null = null
  socket.on('upgrade', ({ headers }) => (requestId = String(headers['x-request-id'])))
  await once(socket, 'open')
  return { socket, requestId: () => requestId }
}

test('a reader that takes nothing holds the upstream back', async () => {
  const connecting = upstream.connection()
  const talking = talkTo('own')
  const { socket: far } = await connecting
  const { socket } = await talking
  socket.pause()
  const frame = Buffer.alloc(256 * 1024)
  // Far more than fits into what lies between.
  for (let sent = 0; sent < 200; sent += 1) far.send(frame)
  let before = -1
  await vi.waitUntil(
    () => {
      const isStill = far.bufferedAmount === before
      before = far.bufferedAmount
      return isStill
    },
    { interval: 300, timeout: 10_000 },
  )
  expect(far.bufferedAmount).toBeGreaterThan(30 * 1024 * 1024)
  let bytes = 0
  socket.on('message', (data: Buffer) => (bytes += data.length))
  socket.resume()
  await vi.waitFor(() => expect(bytes).toBe(200 * frame.length), 10_000)
  socket.terminate()
})

interface Balance extends RowDataPacket {
  used_micros: number
  reserved_micros: number
}

const balanceOf = async ({ tokenId }: Door): Promise<Balance | undefined> => {
  const [rows] = await api.sql.query<Balance[]>('SELECT * FROM relay_balances WHERE owner = ?', [`t${tokenId}`])
  return rows[0]
}

test('more is set aside as a session goes on, and given back at its end', async () => {
  const rich = await makeDoor(api, { token: { quota: 1_000_000 } })
  const { say, hear, socket, requestId } = await talk('dear', rich)
  for (let turn = 1; turn <= 3; turn += 1) {
    say(sound(4_800), commit, answer)
    await hear('response.done', turn)
  }
  await vi.waitFor(async () => expect((await balanceOf(rich))?.reserved_micros).toBeGreaterThan(5_000))
  socket.close()
  const row = await logOf(api, requestId)
  // Sound heard before is heard again with each answer: 1, 2 and 3 tokens.
  expect(row.cost_micros).toBe(6_000)
  await vi.waitFor(async () => expect(await balanceOf(rich)).toMatchObject({ used_micros: 6_000, reserved_micros: 0 }))
})

test('a session ends where its quota does', async () => {
  const poor = await makeDoor(api, { token: { quota: 500 } })
  const { say, heard, closed, requestId } = await talk('dear', poor)
  say(sound(4_800), commit, answer)
  expect(await closed).toBe(1008)
  expect(heard.at(-1)).toMatchObject({ type: 'error', error: { type: 'insufficient_quota' } })
  const row = await logOf(api, requestId)
  expect(row).toMatchObject({ status: 200, cost_micros: 1_000 })
  expect(row.error_code).not.toBeNull()
})

test('sessions end with the process, and are billed', async () => {
  const ending = await startApi()
  await makeChannel(ending, { models: ['talk'] })
  const { say, hear, closed, requestId } = await talk('talk', { ...(await makeDoor(ending)), on: ending })
  say(message('Hello'), answer)
  await hear('response.done')
  await ending.app.close()
  expect(await closed).toBe(1001)
  expect(await logOf(ending, requestId)).toMatchObject({ status: 200, endpoint: 'realtime' })
  await ending.close()
})
