import { createServer, type Server as HttpServer } from 'node:http'
import { login } from '@parley/protocol/identity'
import { getHistory } from '@parley/protocol/messages'
import { Server } from 'socket.io'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createParleyClient, type ParleyClient } from './client.ts'
import { createModelServer } from './testing/model-server.ts'

const inFuture = '2099-01-01T00:00:00.000Z'
let http: HttpServer
let io: Server
let client: ParleyClient
let model: ReturnType<typeof createModelServer>
let wakeTarget: EventTarget
let user: { id: string }
/** Acks the server keeps to itself, as if the connection broke between commit and ack. */
let acksToLose: number

beforeEach(async () => {
  model = createModelServer(['1'])
  user = { id: '9' }
  acksToLose = 0
  http = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://parley.test')
    const answers: Record<string, () => unknown> = {
      [login.path]: () => ({ accessToken: 'token', expiresAt: inFuture, user }),
      '/api/refresh': () => ({ accessToken: 'token', expiresAt: inFuture, user }),
      [getHistory.path]: () => model.window({ roomId: '1', limit: 50 }),
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answers[url.pathname]?.()))
  })
  io = new Server(http, { path: '/ws', transports: ['websocket'], serveClient: false })
  io.on('connection', (socket) => {
    socket.on('room.sendMessage', (input, ack) => {
      const { written, packet } = model.send('9', input)
      if (packet) io.emit('messages', packet)
      if (acksToLose-- > 0) socket.conn.close()
      else ack({ ok: true, ...written })
    })
    socket.on('session.heads', (_input, ack) => ack({ ok: true, heads: model.heads() }))
    const serverTime = new Date(Date.now() - 7_200_000).toISOString()
    socket.emit('session.ready', { userId: '9', heartbeatMs: 25_000, serverTime, heads: model.heads() })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  wakeTarget = new EventTarget()
  client = createParleyClient({ origin: `http://127.0.0.1:${address.port}`, wakeTarget })
  await client.session.signIn({ login: 'ann', password: 'a password' })
})

afterEach(async () => {
  client.stop()
  await io.close()
})

const rows = () => client.engine.view('1')?.rows.map(({ body }) => (body.kind === 'text' ? body.text : body.kind))
const say = (text: string) => client.outbox.send({ roomId: '1', body: { kind: 'text', text } })

test('what is sent becomes a row, once, and leaves the outbox', async () => {
  await client.engine.open('1')
  say('one')
  say('two')
  await vi.waitFor(() => expect([rows(), client.outbox.entries('1')]).toEqual([['one', 'two'], []]))
})

test('a connection cut between commit and ack leaves one message', async () => {
  await client.engine.open('1')
  await vi.waitFor(() => expect(client.socket.state()).toBe('online'))
  acksToLose = 1
  say('one')
  await vi.waitFor(() => expect([rows(), client.outbox.entries('1')]).toEqual([['one'], []]), { timeout: 5_000 })
})

test('a lost packet is caught up with when the person comes back to the page', async () => {
  await client.engine.open('1')
  await vi.waitFor(() => expect(client.socket.state()).toBe('online'))
  model.commit('1', [{ kind: 'send', senderId: '8', clientId: 'c1', text: 'missed' }])
  await vi.waitFor(() => {
    wakeTarget.dispatchEvent(new Event('focus'))
    expect(client.engine.view('1')?.head?.seq).toBe(1)
  })
})

test("the clock follows the server's", async () => {
  await vi.waitFor(() => expect(Math.round(client.clock.offsetMs() / 60_000)).toBe(-120))
})

test("another person's session shows nothing of the one before", async () => {
  await client.engine.open('1')
  user = { id: '8' }
  await client.session.refresh()
  expect(client.engine.view('1')).toBeUndefined()
  expect(client.outbox.entries('1')).toEqual([])
})

test('an ended session stops the socket and forgets the rooms', async () => {
  await client.engine.open('1')
  client.session.end()
  expect(client.socket.state()).toBe('stopped')
  expect(client.engine.view('1')).toBeUndefined()
})
