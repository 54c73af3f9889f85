import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket as ServerSocket } from 'socket.io'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSocket, type RealtimeSocket, type SocketOptions } from './socket.ts'

let http: HttpServer
let io: Server
let origin: string
let socket: RealtimeSocket | undefined

async function listen(port = 0) {
  http = createServer()
  io = new Server(http, { path: '/ws', transports: ['websocket'], serveClient: false })
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve))
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  origin = `http://127.0.0.1:${(address satisfies AddressInfo).port}`
}

beforeEach(() => listen())
afterEach(async () => {
  socket?.stop()
  await io.close()
})

function connect(options: Partial<SocketOptions> = {}) {
  socket = createSocket({
    origin,
    accessToken: () => 'token',
    refresh: async () => 'token',
    onEnded: () => undefined,
    ...options,
  })
  socket.start()
  return socket
}

const online = (client: RealtimeSocket) => vi.waitFor(() => expect(client.state()).toBe('online'), { timeout: 5_000 })

/** What the server does with each connection. */
const onConnection = (listener: (connection: ServerSocket) => void) => io.on('connection', listener)

test('it connects by WebSocket, with the token of the moment', async () => {
  const seen: unknown[] = []
  onConnection((connection) => seen.push(connection.handshake.auth.token, connection.conn.transport.name))
  await online(connect())
  expect(seen).toEqual(['token', 'websocket'])
})

test('a command resolves to its answer, and a refused one throws its error', async () => {
  onConnection((connection) => {
    connection.on('session.heads', (_input, ack) => ack({ ok: true, heads: [] }))
    connection.on('room.leave', (_input, ack) =>
      ack({ ok: false, error: { code: 'NOT_FOUND', message: 'No room.', requestId: 'r1' } }),
    )
  })
  const client = connect()
  await online(client)
  expect(await client.command('session.heads', {})).toMatchObject({ heads: [] })
  await expect(client.command('room.leave', { id: '1' })).rejects.toMatchObject({ code: 'NOT_FOUND', requestId: 'r1' })
})

test('without a connection a command fails at once and is not sent later', async () => {
  const client = createSocket({ origin, accessToken: () => 't', refresh: async () => 't', onEnded: () => undefined })
  await expect(client.command('session.heads', {})).rejects.toMatchObject({ code: 'NETWORK' })
})

test('a connection cut before the ack ends the command as a network failure', async () => {
  onConnection((connection) => connection.on('session.heads', () => connection.conn.close()))
  const client = connect()
  await online(client)
  await expect(client.command('session.heads', {})).rejects.toMatchObject({ code: 'NETWORK' })
})

test('a refused token is refreshed, and the next try carries the new one', async () => {
  let token = 'old'
  io.use((connection, next) => {
    if (connection.handshake.auth.token === 'new') return next()
    const data = { code: 'TOKEN_EXPIRED', message: 'Expired.', requestId: 'r1' }
    next(Object.assign(new Error('expired'), { data }))
  })
  const refresh = vi.fn<() => Promise<string>>(async () => (token = 'new'))
  await online(connect({ accessToken: () => token, refresh }))
  expect(refresh).toHaveBeenCalledTimes(1)
})

test('a server that comes back is found again', async () => {
  const client = connect()
  await online(client)
  const { port } = new URL(origin)
  await io.close()
  await vi.waitFor(() => expect(client.state()).toBe('offline'))
  await listen(Number(port))
  client.wake()
  await online(client)
})

test('a revoked session stops the socket for good and is told', async () => {
  onConnection((connection) => connection.emit('session.ending', { reason: 'revoked' }))
  const onEnded = vi.fn<(reason: string) => void>()
  const client = connect({ onEnded })
  await vi.waitFor(() => expect(onEnded).toHaveBeenCalledExactlyOnceWith('revoked'))
  expect(client.state()).toBe('stopped')
})

test('a server that shuts down is reconnected to', async () => {
  onConnection((connection) => {
    connection.emit('session.ending', { reason: 'shutdown' })
    connection.disconnect(true)
  })
  const states: string[] = []
  const client = connect()
  client.onState((state) => states.push(state))
  await vi.waitFor(() => expect(states.filter((state) => state === 'online').length).toBeGreaterThan(1), {
    timeout: 5_000,
  })
})

test('clients that a shutdown cut off together come back soon, and not at once', async () => {
  const cameBackMs: number[] = []
  let cutAtMs = 0
  onConnection(() => {
    if (cutAtMs > 0) cameBackMs.push(performance.now() - cutAtMs)
  })
  const sockets = Array.from({ length: 20 }, () => connect())
  await Promise.all(sockets.map(online))
  cutAtMs = performance.now()
  io.emit('session.ending', { reason: 'shutdown' })
  io.disconnectSockets(true)
  await vi.waitFor(() => expect(cameBackMs).toHaveLength(20), { timeout: 5_000 })
  for (const each of sockets) each.stop()
  expect(Math.max(...cameBackMs) - Math.min(...cameBackMs)).toBeGreaterThan(100)
  expect(Math.min(...cameBackMs)).toBeLessThan(500)
})

test('events are heard until their listener is taken away', async () => {
  const heard: string[] = []
  onConnection((connection) => {
    connection.on('room.leave', (_input, ack) => {
      connection.emit('typing', { roomId: '1', userId: '2' })
      ack({ ok: true })
    })
  })
  const client = connect()
  const stop = client.on('typing', ({ userId }) => heard.push(userId))
  await online(client)
  await client.command('room.leave', { id: '1' })
  stop()
  await client.command('room.leave', { id: '1' })
  expect(heard).toEqual(['2'])
})

test('a session switched elsewhere is taken up, and connects as the new user', async () => {
  let switched = false
  onConnection((connection) => {
    if (switched) return
    switched = true
    connection.emit('session.ending', { reason: 'switched' })
    connection.disconnect(true)
  })
  const refresh = vi.fn<() => Promise<string>>(async () => 't2')
  const onEnded = vi.fn<(reason: string) => void>()
  const client = connect({ refresh, onEnded })
  await vi.waitFor(() => expect(refresh).toHaveBeenCalledTimes(1))
  await online(client)
  expect(onEnded).not.toHaveBeenCalled()
})
