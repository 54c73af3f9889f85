import { io } from 'socket.io-client'
import type { SessionEnding } from '@parley/protocol/identity'
import {
  realtimePath,
  type Ack,
  type CommandAnswer,
  type CommandInput,
  type CommandName,
  type EventName,
  type EventPayload,
} from '@parley/protocol/realtime'
import { endReasonOf, isTokenFailure, networkError, refusal, type EndReason } from './api-error.ts'
import { backoffMs } from './backoff.ts'
import type { Tracing } from './tracing.ts'
import { createListeners } from './listeners.ts'

const commandTimeoutMs = 10_000
const connectTimeoutMs = 10_000
const reconnectBackoff = { baseMs: 500, maxMs: 15_000 }
/** A connection that lived this long was a good one: the next reconnect starts from a short wait again. */
const steadyMs = 5_000

/** `offline` waits for the next attempt. */
export type SocketState = 'stopped' | 'offline' | 'connecting' | 'online'

export interface SocketOptions {
  origin: string
  accessToken: () => string | null
  /** Renews the token; null when the session is over. */
  refresh: () => Promise<string | null>
  /** The session was ended by the server. */
  onEnded: (reason: EndReason) => void
  tracing?: Tracing
}

export interface RealtimeSocket {
  state: () => SocketState
  onState: (listener: (state: SocketState) => void) => () => void
  /** Hears an event for as long as the answer is not called. */
  on: <N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void) => () => void
  /** Sends a command; throws ApiError, with code NETWORK when no ack came within ten seconds. */
  command: <N extends CommandName>(name: N, input: CommandInput<N>) => Promise<CommandAnswer<N>>
  /** Connects, and reconnects for ever. */
  start: () => void
  stop: () => void
  /** The network or the device is back: tries at once. */
  wake: () => void
  /** Drops a connection that no longer answers and makes a new one. */
  reconnect: () => void
}

/** The one connection to the server. Socket.IO carries it; when to reconnect is decided here. */
export function createSocket(options: SocketOptions): RealtimeSocket {
  const socket = io(options.origin, {
    path: realtimePath,
    transports: ['websocket'],
    auth: (send) => send({ token: options.accessToken() }),
    autoConnect: false,
    reconnection: false,
    multiplex: false,
    timeout: connectTimeoutMs,
  })
  const states = createListeners<SocketState>()
  let state: SocketState = 'stopped'
  let attempt = 0
  let onlineSince = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function set(next: SocketState) {
    if (state === next) return
    state = next
    states.emit(next)
  }

  function connect() {
    clearTimeout(timer)
    set('connecting')
    socket.connect()
  }

  function connectLater() {
    if (state === 'stopped') return
    set('offline')
    clearTimeout(timer)
    timer = setTimeout(connect, backoffMs(attempt++, reconnectBackoff))
  }

  async function renewThenConnect() {
    try {
      const token = await options.refresh()
      if (token === null || state !== 'connecting') return
      // A token that is refused fresh from the server waits its turn like any other failure.
      if (attempt++ === 0) connect()
      else connectLater()
    } catch {
      // The refresh found no server, which is for the backoff as well.
      connectLater()
    }
  }

  function start() {
    if (state === 'stopped') connect()
  }

  function stop() {
    set('stopped')
    clearTimeout(timer)
    attempt = 0
    socket.disconnect()
  }

  socket.on('connect', () => {
    onlineSince = Date.now()
    set('online')
  })
  socket.on('disconnect', () => {
    if (state === 'stopped') return
    if (Date.now() - onlineSince > steadyMs) attempt = 0
    connectLater()
  })
  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    if (state === 'stopped') return
    const refused = refusal(error.data)
    // The refresh finds out for certain, and ends the session if that is so.
    if (isTokenFailure(refused) || endReasonOf(refused)) void renewThenConnect()
    else connectLater()
  })
  socket.on('session.ending', ({ reason }: SessionEnding) => {
    if (reason === 'shutdown' || reason === 'slow') return
    stop()
    if (reason !== 'switched') options.onEnded(reason)
    // Another tab brought a session of the new workspace; this one takes it up and starts anew as that user.
    else
      options.refresh().then((token) => {
        if (token !== null) start()
      }, start)
  })

  // The overload states what the protocol promises: the gateway answers by the same schema.
  function command<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandAnswer<N>>
  async function command(name: CommandName, input: unknown): Promise<unknown> {
    // Not left to Socket.IO's buffer, which would send it some time later, after its sender gave up.
    if (!socket.connected) throw networkError('There is no connection.')
    let ack: Ack<CommandName>
    const span = options.tracing?.open(name)
    const traced = span ? [{ traceparent: span.traceparent }] : []
    try {
      ack = await socket.timeout(commandTimeoutMs).emitWithAck(name, input, ...traced)
    } catch (cause) {
      throw networkError('The server did not answer.', cause)
    } finally {
      span?.close()
    }
    if (ack.ok) return ack
    throw refusal(ack.error) ?? networkError('The answer could not be read.')
  }

  return {
    state: () => state,
    onState: states.add,
    on(name, listener) {
      const heard: (payload: EventPayload<typeof name>) => void = listener
      socket.on<string>(name, heard)
      return () => void socket.off<string>(name, heard)
    },
    command,
    start,
    stop,
    wake() {
      if (state !== 'offline') return
      attempt = 0
      connect()
    },
    reconnect() {
      if (state === 'stopped') return
      socket.disconnect()
      connect()
    },
  }
}
