import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { request } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { setImmediate as immediate } from 'node:timers/promises'
import type { Gateway } from '../../scripts/gateway.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface TestUpstream {
  origin: string
  /** The requests that arrived, as `GET /path`. */
  arrived: string[]
  /** Sockets that were upgraded. What comes on them goes back. */
  upgraded: Duplex[]
  /** From now on answers this way; without an argument, says again what it was asked. */
  answer: (handler?: Handler) => void
  stop: () => Promise<void>
}

/** Says what it was asked, once the body is there. */
const mirror: Handler = (message, response) => {
  let bytes = 0
  message.on('data', (chunk: Buffer) => (bytes += chunk.length))
  message.on('end', () => {
    const { method, url, headers } = message
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ method, url, headers, bytes }))
  })
}

/** A server in the place of the API. */
export async function startUpstream(): Promise<TestUpstream> {
  let handler = mirror
  const arrived: string[] = []
  const upgraded: Duplex[] = []
  const server = createServer((message, response) => {
    arrived.push(`${message.method} ${message.url}`)
    handler(message, response)
  })
  server.on('upgrade', (message, socket) => {
    arrived.push(`${message.method} ${message.url}`)
    upgraded.push(socket)
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.pipe(socket)
    socket.on('error', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the upstream has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    arrived,
    upgraded,
    answer(given = mirror) {
      handler = given
    },
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      for (const socket of upgraded) socket.destroy()
      await closed
    },
  }
}

export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  body: Buffer
}

interface Question {
  method?: string
  headers?: Record<string, string | number>
  /** Without it, a `content-length` promises a body that never comes. */
  body?: string | Buffer
}

/** Asks a gateway on a connection of its own; resolves with the head of the answer. */
export async function open(gateway: Gateway, path: string, question: Question = {}): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, body } = question
  const { port } = new URL(gateway.origin)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const asking = request(
    { host: '127.0.0.1', port, path, method, headers: { host: 'localhost', ...headers }, ...tlsOf(gateway) },
    resolve,
  )
  asking.on('error', reject)
  if (body === undefined && 'content-length' in headers) asking.flushHeaders()
  else asking.end(body)
  return promise
}

const tlsOf = ({ certificateAuthority }: Gateway) => ({
  ca: certificateAuthority,
  servername: 'localhost',
  agent: false as const,
})

/** Asks a gateway and reads the whole answer, which stays compressed if it came so. */
export async function ask(gateway: Gateway, path: string, question?: Question): Promise<Answer> {
  const response = await open(gateway, path, question)
  const chunks: Buffer[] = await response.toArray()
  response.destroy()
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }
}

export const json = ({ body }: Answer): unknown => JSON.parse(body.toString())

/** A connection to a gateway on which bytes are said as they are. */
export async function dial(gateway: Gateway): Promise<TLSSocket> {
  const { port } = new URL(gateway.origin)
  const socket = connectTls({ host: '127.0.0.1', port: Number(port), ...tlsOf(gateway) })
  await once(socket, 'secureConnect')
  return socket
}

/** Upgrades at a path; answers a socket on which what is sent comes back. */
export async function upgrade(gateway: Gateway, path: string): Promise<TLSSocket> {
  const socket = await dial(gateway)
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n`,
  )
  const [head]: Buffer[] = await once(socket, 'data')
  if (!head?.toString().startsWith('HTTP/1.1 101')) throw new Error(`not upgraded: ${head?.toString()}`)
  return socket
}

/** Whether what is sent on an upgraded socket comes back. */
export async function echoes(socket: Duplex, text: string): Promise<boolean> {
  // What closed in the meantime says so first.
  await immediate()
  if (socket.destroyed) return false
  const heard = once(socket, 'data')
  socket.write(text)
  const [answer]: Buffer[] = await heard
  return answer?.toString() === text
}
