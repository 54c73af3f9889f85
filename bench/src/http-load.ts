import { connect } from 'node:net'
import { cpuUs, percentile, repeatFor } from './measure.ts'
import type { Target } from './target.ts'

/** A POST that is sent again and again. */
export interface Question {
  url: string
  headers: Record<string, string>
  body: string
  /** What must stand near the end of a good answer: a stream that broke off ends too. */
  endsWith: string
}

/** When an answer came, in milliseconds after it was asked for. */
interface Timing {
  firstByteMs: number
  wholeMs: number
}

/** One kept connection of HTTP/1.1 with one request at a time, reduced to what a load generator needs. */
export interface HttpConnection {
  ask(): Promise<Timing>
  close(): void
}

const headEnd = '\r\n\r\n'
/** How a body of chunks ends. As nothing is asked before the answer is there, nothing follows it. */
const lastChunk = '\r\n0\r\n\r\n'
/** Enough for the last event of a stream and the framing around it. */
const tailBytes = 256

function bytesOf({ url, headers, body }: Question): Buffer {
  const { host, pathname } = new URL(url)
  const lines = Object.entries({
    host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from([`POST ${pathname} HTTP/1.1`, ...lines, '', body].join('\r\n'))
}

/** The answer that is being read. */
interface Reading {
  askedAtMs: number
  firstByteMs: number
  head: string
  /** Bytes of the body that are still to come; null where it is written in chunks. */
  left: number | null
  tail: Buffer
  resolve(timing: Timing): void
}

/** Opens a connection. An answer that is not 200, or does not end as it must, rejects. */
export async function openConnection(question: Question): Promise<HttpConnection> {
  const { hostname, port } = new URL(question.url)
  const request = bytesOf(question)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let reading: Reading | undefined
  const lost = Promise.withResolvers<never>()
  lost.promise.catch(() => undefined)
  socket.on('error', lost.reject)
  socket.on('close', () => lost.reject(new Error(`${question.url}: the connection was closed`)))

  function readHead(state: Reading, chunk: Buffer): Buffer {
    state.head += chunk.toString('latin1')
    const end = state.head.indexOf(headEnd)
    if (end < 0) return chunk.subarray(chunk.length)
    const body = Buffer.from(state.head.slice(end + headEnd.length), 'latin1')
    state.head = state.head.slice(0, end)
    if (!state.head.startsWith('HTTP/1.1 200'))
      socket.destroy(new Error(`${question.url}: ${state.head} ${String(body)}`))
    const length = /^content-length: *(\d+)/im.exec(state.head)?.[1]
    state.left = length === undefined ? null : Number(length)
    state.firstByteMs = performance.now() - state.askedAtMs
    return body
  }

  function finish(state: Reading): void {
    reading = undefined
    if (!state.tail.includes(question.endsWith))
      return void socket.destroy(new Error(`${question.url}: an answer ended with ${String(state.tail)}`))
    state.resolve({ firstByteMs: state.firstByteMs, wholeMs: performance.now() - state.askedAtMs })
  }

  socket.on('data', (chunk) => {
    const state = reading
    if (!state) return
    const body = state.firstByteMs === 0 ? readHead(state, chunk) : chunk
    if (state.firstByteMs === 0) return
    state.tail =
      body.length >= tailBytes ? body.subarray(-tailBytes) : Buffer.concat([state.tail, body]).subarray(-tailBytes)
    if (state.left !== null) state.left -= body.length
    if (state.left === null ? state.tail.subarray(-lastChunk.length).equals(lastChunkBytes) : state.left <= 0)
      finish(state)
  })

  return {
    ask() {
      const asked = new Promise<Timing>((resolve) => {
        reading = {
          askedAtMs: performance.now(),
          firstByteMs: 0,
          head: '',
          left: null,
          tail: Buffer.alloc(0),
          resolve,
        }
      })
      socket.write(request)
      return Promise.race([asked, lost.promise])
    },
    close: () => void socket.destroy(),
  }
}

const lastChunkBytes = Buffer.from(lastChunk)

export interface LoadResult {
  perSecond: number
  /** CPU of the target for one request, in microseconds. */
  cpuEach: number
  /** Median time of a whole answer. */
  wholeMs: number
}

/** Asks a question on some connections for a time, one request after another on each. */
export async function measureLoad(
  { pids }: Pick<Target, 'pids'>,
  question: Question,
  { connections: count, seconds }: { connections: number; seconds: number },
): Promise<LoadResult> {
  const connections = await Promise.all(Array.from({ length: count }, () => openConnection(question)))
  const times: number[] = []
  const cpuBefore = cpuUs(pids)
  const answers = await repeatFor(seconds, count, async (worker) => {
    const timing = await connections[worker]?.ask()
    if (timing) times.push(timing.wholeMs)
  })
  const cpuEach = (cpuUs(pids) - cpuBefore) / answers
  for (const connection of connections) connection.close()
  return { perSecond: answers / seconds, cpuEach, wholeMs: percentile(times, 0.5) }
}
