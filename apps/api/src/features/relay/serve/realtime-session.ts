import { randomUUID } from 'node:crypto'
import type { RawData, WebSocket } from 'ws'
import { refusalBody, type RelayRefusal } from '../refusals.ts'
import type { RealtimeMeter } from './realtime-meter.ts'

/** How a session ended. `closed`: one side closed it in good order. */
export type SessionEnd = 'closed' | 'client_lost' | 'upstream_lost'

/** A conversation between a client and an upstream. */
export interface Session {
  /** Resolves once nothing more can be used. */
  ended: Promise<SessionEnd>
  /** Closes it from here, for a reason that the client is told. */
  end(code: number, refusal?: RelayRefusal): void
}

interface SessionOptions {
  client: WebSocket
  /** Paused. */
  upstream: WebSocket
  meter: RealtimeMeter
  /** The upstream has told what a response used. */
  onAnswered: () => void
  /** A quarter of a minute has passed. */
  onTick: () => void
}

/** Who of the two does not take what it is sent holds the other back from here on, and until here. */
const bufferedBytes = { high: 1024 * 1024, low: 256 * 1024 }
const tickMs = 15_000
/** Who takes nothing for so long holds the other side for nobody. */
const stuckMsMax = 120_000
/** How long the upstream has to say what a response used that was cut off. */
const lastWordMs = 1_000

const upstreamLost = { type: 'server_error', code: 'upstream_failed', param: null }

/** Codes that a side may send. https://www.rfc-editor.org/rfc/rfc6455#section-7.4 */
const isSendable = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999)

function closeAs(socket: WebSocket, code: number, reason?: Buffer): void {
  // What is paused does not hear that the other side has closed too.
  if (socket.isPaused) socket.resume()
  if (isSendable(code)) socket.close(code, reason)
  else socket.close()
}

const bytesOf = (data: RawData): Buffer =>
  Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)

/** One of the two, and whether it still answers. */
interface Side {
  socket: WebSocket
  isAlive: boolean
  /** Since when it takes nothing; null while it does. */
  stuckSinceMs: number | null
}

function createSide(socket: WebSocket): Side {
  const side: Side = { socket, isAlive: true, stuckSinceMs: null }
  socket.on('pong', () => (side.isAlive = true))
  return side
}

/** Hands frames on, as fast as the other side takes them. */
function pump(from: Side, to: Side, hear: (frame: Buffer) => void): void {
  function proceed(): void {
    if (to.stuckSinceMs === null || to.socket.bufferedAmount > bufferedBytes.low) return
    to.stuckSinceMs = null
    from.socket.resume()
  }
  from.socket.on('message', (data, isBinary) => {
    from.isAlive = true
    const frame = bytesOf(data)
    if (!isBinary) hear(frame)
    if (to.socket.readyState !== to.socket.OPEN) return
    to.socket.send(frame, { binary: isBinary }, proceed)
    if (to.stuckSinceMs !== null || to.socket.bufferedAmount <= bufferedBytes.high) return
    to.stuckSinceMs = performance.now()
    from.socket.pause()
  })
}

/** Ends a side that no longer answers, or takes nothing; else asks it whether it is there. */
function check(side: Side): void {
  const { socket } = side
  const isStuck = side.stuckSinceMs !== null && performance.now() - side.stuckSinceMs > stuckMsMax
  // What is paused cannot have answered.
  if (isStuck || (!side.isAlive && !socket.isPaused)) return socket.terminate()
  side.isAlive = false
  if (socket.readyState === socket.OPEN) socket.ping()
}

const sendError = (client: WebSocket, error: object): void => {
  if (client.readyState === client.OPEN)
    client.send(JSON.stringify({ type: 'error', event_id: `event_${randomUUID()}`, error }))
}

/** Connects a client that was let in with the upstream that was found for it. */
export function startSession({ client, upstream, meter, onAnswered, onTick }: SessionOptions): Session {
  const { promise: ended, resolve } = Promise.withResolvers<SessionEnd>()
  const sides = [createSide(client), createSide(upstream)] as const
  let isEnding = false
  let onLastWord: (() => void) | undefined

  const timer = setInterval(() => {
    for (const side of sides) check(side)
    onTick()
  }, tickMs)
  timer.unref()

  /** A response under way is cut off, but not before the upstream was asked what it used. */
  function finish(end: SessionEnd, closeUpstream: () => void): void {
    isEnding = true
    clearInterval(timer)
    const leave = () => {
      clearTimeout(waiting)
      closeUpstream()
      resolve(end)
    }
    const waiting = setTimeout(leave, lastWordMs)
    if (!meter.isAnswering() || upstream.readyState !== upstream.OPEN) return leave()
    onLastWord = leave
    if (upstream.isPaused) upstream.resume()
    upstream.send(JSON.stringify({ type: 'response.cancel' }))
  }

  pump(sides[0], sides[1], () => undefined)
  pump(sides[1], sides[0], (frame) => {
    if (!meter.hear(frame)) return
    if (isEnding) onLastWord?.()
    else onAnswered()
  })
  client.on('close', (code, reason) => {
    if (!isEnding) finish(code === 1006 ? 'client_lost' : 'closed', () => closeAs(upstream, code, reason))
  })
  upstream.on('close', (code, reason) => {
    if (isEnding) return onLastWord?.()
    const isLost = code === 1006
    if (isLost) sendError(client, { ...upstreamLost, message: 'The answer broke off: the model’s provider was lost.' })
    closeAs(client, isLost ? 1011 : code, isLost ? Buffer.from('upstream lost') : reason)
    finish(isLost ? 'upstream_lost' : 'closed', () => undefined)
  })
  // What is wrong with a connection is followed by its end.
  for (const { socket } of sides) socket.on('error', () => socket.terminate())
  upstream.resume()

  return {
    ended,
    end(code, refusal) {
      if (isEnding) return
      if (refusal) sendError(client, { ...errorOf(refusal), event_id: null })
      finish('closed', () => closeAs(upstream, 1000))
      closeAs(client, code)
    },
  }
}

const errorOf = (refusal: RelayRefusal): object => {
  const body = refusalBody(refusal, 'openai', '')
  return 'error' in body && typeof body.error === 'object' && body.error !== null ? body.error : {}
}
