import { getHistory, syncRoom } from '@parley/protocol/messages'
import type { FileEntity } from '@parley/protocol/files'
import { reportSpans } from '@parley/protocol/traces'
import { toApiError } from './api-error.ts'
import { createClock, type Clock } from './clock.ts'
import { createEngine, type Engine } from './engine.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { memoryOutboxStore, type OutboxStore } from './outbox-store.ts'
import { createRest, type Rest } from './rest.ts'
import type { RoomSource } from './room.ts'
import { createSession, type Session } from './session.ts'
import { createSocket, type RealtimeSocket } from './socket.ts'
import type { Locks, TabChannel } from './tabs.ts'
import { createTracing, type Tracing } from './tracing.ts'
import { fetchUpload, upload, type Upload, type UploadOptions, type UploadTransport } from './upload.ts'

/*
 * Everything needed to talk to Parley.
 *
 *   const client = createParleyClient({ origin })
 *   await client.session.restore()                       // a reload; or signIn, register
 *   await client.rest.call(listFriends, { query: {} })   // any contract of @parley/protocol
 *   client.socket.on('typing', …)                        // any event; `command` for any command
 *   client.engine.on(…); client.engine.open(roomId)      // rooms that stay right; `view(roomId)` to show them
 *   client.outbox.send({ roomId, body })                 // never lost; `entries(roomId)` are not rows yet
 *   client.stop()
 *
 * Signing in starts the socket and the outbox, signing out stops them. A browser hands over what Node lacks:
 *
 *   outboxStore: indexedDbOutboxStore(), locks: navigator.locks, openChannel: (name) => new BroadcastChannel(name),
 *   wakeTarget: window, uploadTransport: progressUpload(() => new XMLHttpRequest())
 *
 * A process that outlives its access token passes `fetch: cookieFetch()`, as Node's fetch keeps no cookies.
 */
export interface ParleyClientOptions {
  origin: string
  fetch?: typeof fetch
  /** Where unsent messages survive a reload; in memory when absent. */
  outboxStore?: OutboxStore
  /** With several tabs: refreshes take turns, and one tab sends. */
  locks?: Locks
  openChannel?: (name: string) => TabChannel
  /** Dispatches `online`, `focus`, `pageshow` and `visibilitychange`. */
  wakeTarget?: EventTarget
  uploadTransport?: UploadTransport
  /** Something went wrong that nobody waits for an answer to. */
  onError?: (error: unknown) => void
}

export interface ParleyClient {
  rest: Rest
  session: Session
  socket: RealtimeSocket
  engine: Engine
  outbox: Outbox
  clock: Clock
  tracing: Tracing
  upload: (file: Upload, options?: UploadOptions) => Promise<FileEntity>
  /** Ends timers and connections; the session lives on in its cookie. */
  stop: () => void
}

const questionTimeoutMs = 20_000
const wakeEvents = ['online', 'focus', 'pageshow', 'visibilitychange']

export function createParleyClient(options: ParleyClientOptions): ParleyClient {
  const { origin, locks, openChannel, wakeTarget, onError = uncaught } = options
  const clock = createClock()
  const tracing = createTracing({
    report: (spans) => rest.call(reportSpans, { body: { spans } }),
    now: clock.now,
  })
  const rest: Rest = createRest({
    origin,
    fetch: options.fetch,
    accessToken: () => session.accessToken(),
    onExpired: () => session.refresh(),
    tracing,
  })
  const session: Session = createSession({ rest, clock, locks })
  const socket = createSocket({
    origin,
    accessToken: session.accessToken,
    refresh: session.refresh,
    onEnded: session.end,
    tracing,
  })
  const engine = createEngine(restSource(rest))
  const outbox = createOutbox({
    store: options.outboxStore ?? memoryOutboxStore(),
    send: async (message) => {
      const written = await socket.command('room.sendMessage', message)
      engine.written(written)
      return written
    },
    locks,
    openChannel,
    onStoreError: onError,
  })
  const transport = options.uploadTransport ?? fetchUpload(options.fetch)

  connect({ session, socket, engine, outbox, clock, onError })

  let asking = false
  /** The person or the network is back. Asleep, the connection may have died without a word. */
  function wake() {
    socket.wake()
    if (socket.state() !== 'online' || asking) return
    asking = true
    socket
      .command('session.heads', {})
      .then(({ heads }) => engine.heads(heads))
      .catch((error: unknown) => {
        if (toApiError(error).code === 'NETWORK') socket.reconnect()
        else onError(error)
      })
      .finally(() => {
        asking = false
      })
  }
  for (const name of wakeEvents) wakeTarget?.addEventListener(name, wake)

  return {
    rest,
    session,
    socket,
    engine,
    outbox,
    clock,
    tracing,
    upload: (file, uploadOptions) => upload(rest, transport, file, uploadOptions),
    stop() {
      for (const name of wakeEvents) wakeTarget?.removeEventListener(name, wake)
      session.stop()
      tracing.stop()
      socket.stop()
      outbox.stop()
      engine.clear()
    },
  }
}

/** Nobody asked to hear of errors, so they go where uncaught ones do. */
function uncaught(error: unknown) {
  queueMicrotask(() => {
    throw error
  })
}

/** Rows travel by REST: compressed, and never in the way of live packets. */
const restSource = (rest: Rest): RoomSource => ({
  window: (query) => rest.call(getHistory, { query }, { signal: AbortSignal.timeout(questionTimeoutMs) }),
  sync: (query) => rest.call(syncRoom, { query }, { signal: AbortSignal.timeout(questionTimeoutMs) }),
})

/** Lets each part hear what it needs of the others. */
function connect(
  parts: Pick<ParleyClient, 'session' | 'socket' | 'engine' | 'outbox' | 'clock'> & {
    onError: (error: unknown) => void
  },
) {
  const { session, socket, engine, outbox, clock, onError } = parts
  let userId: string | null = null
  session.onChange(({ user }) => {
    if (user?.id === userId) return
    // Another person's cookie may have come by another tab: nothing of the one before may show.
    if (userId !== null) {
      socket.stop()
      outbox.stop()
      engine.clear()
    }
    userId = user?.id ?? null
    if (userId === null) return
    outbox.start(userId).catch(onError)
    socket.start()
  })
  socket.onState((state) => outbox.setOnline(state === 'online'))
  socket.on('session.ready', ({ serverTime, heads }) => {
    clock.observe(serverTime)
    engine.ready(heads)
  })
  socket.on('messages', engine.packet)
  socket.on('heads', engine.heads)
  socket.on('room.removed', ({ roomId }) => engine.remove(roomId))
  engine.on((event) => {
    if (event.type === 'advanced') outbox.advanced(event.roomId, event.known, event.rows)
  })
}
