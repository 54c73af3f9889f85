import type { IncomingMessage, Server as HttpServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Requirement } from '@parley/protocol/access'
import type { AnnouncedHead } from '@parley/protocol/messages'
import type { SessionEnding } from '@parley/protocol/identity'
import {
  packetBytesMax,
  realtimePath,
  type CommandName,
  type EventName,
  type EventPayload,
} from '@parley/protocol/realtime'
import { Server as Engine } from 'engine.io'
import { Server, type ServerOptions } from 'socket.io'
import type { Actor } from '../platform/http/actor.ts'
import { AppError, toAppError, toWire } from '../platform/http/errors.ts'
import { requireAllowance, type RateLimiter } from '../platform/rate-limit.ts'
import { createCommands, type CommandHandler } from './commands.ts'
import { roomChannel, sessionChannel, userChannel, workspaceChannel } from './channels.ts'
import { createRevisit } from './revisit.ts'
import type { Connection, RealtimeServer, RealtimeSocket } from './sockets.ts'
import { watchSlowConsumers } from './slow-consumers.ts'
import { dispatchUpgrades, refuseUpgrade, type UpgradeHandler } from './upgrade.ts'

/** How often heads are announced, so that a lost last event is noticed. */
export const heartbeatMs = 25_000

/** How long a socket has to take what it was sent when the server closes. */
const sendingMsMax = 1_000

/** The log of the gateway: what Fastify's logger offers of it. */
interface Log {
  warn(context: object, message: string): void
  error(context: object, message: string): void
}

/** The only door to the sockets: features declare their commands and say which event goes to which channel. */
export interface Gateway {
  /** Declares the handler of a command; its input is checked against the protocol before. */
  command<N extends CommandName>(name: N, handler: CommandHandler<N>): void
  /** Sends an event to every socket of a channel. `volatile`: not worth queueing for a slow reader. */
  emit<N extends EventName>(channel: string, name: N, payload: EventPayload<N>, options?: EmitOptions): void
  /** Puts every socket of `channel` into `into` too, on every node. */
  subscribe(channel: string, into: string): void
  unsubscribe(channel: string, from: string): void
  /** How many sockets of this node are in a channel. */
  size(channel: string): number
  onConnect(listener: (connection: Connection) => void): void
  onDisconnect(listener: (connection: Connection) => void): void
  /** Hears of each socket of this node after what concerns it may have been missed. */
  onRevisit(listener: (connection: Connection) => void): void
  /** Tells the sockets of a session on this node why it ends, and closes them. */
  endSession(sessionId: string, reason?: SessionEnding['reason']): void
  /** The same for all who are in a workspace. */
  endWorkspace(workspaceId: string, reason: SessionEnding['reason']): void
  /** Begins to accept connections; `headsOf` names the rooms a person hears of, `others` what else is upgraded, by path. */
  start(options: { headsOf: HeadsOf; others: ReadonlyMap<string, UpgradeHandler> }): void
  /** Something of the other nodes was missed; `isLast` if all is heard again. */
  missed(isLast: boolean): void
  close(): Promise<void>
}

type HeadsOf = (actor: Actor) => Promise<AnnouncedHead[]>

interface EmitOptions {
  volatile?: boolean
  /** A socket that needs no telling, by its id. */
  exceptSocketId?: string
}

interface GatewayDependencies {
  server: HttpServer
  /** Carries what is sent to sockets on other nodes; without it there is one node. */
  adapter?: ServerOptions['adapter']
  /** Tells the address a connection came from. */
  addressOf: (request: IncomingMessage) => string
  /** Whether a page of the web app asks, or a program. */
  isFromOwnPage: (request: IncomingMessage) => boolean
  authenticate: (token: string) => Promise<Actor>
  /** Throws PERMISSION_DENIED unless the actor is permitted what a command takes. */
  authorize: (actor: Actor, requirement: Requirement) => Promise<void>
  limitRate: RateLimiter
  /** Commands that take longer are logged. */
  slowCommandMs: () => number
  log: Log
}

/** Makes the Socket.IO gateway on `server`: WebSocket only, at one path, every command checked at the door. */
export function createGateway({
  server,
  adapter,
  addressOf,
  isFromOwnPage,
  authenticate,
  authorize,
  limitRate,
  slowCommandMs,
  log,
}: GatewayDependencies): Gateway {
  const engine = new Engine({
    transports: ['websocket'],
    pingInterval: 15_000,
    pingTimeout: 20_000,
    maxHttpBufferSize: packetBytesMax,
    perMessageDeflate: false,
  })
  const io: RealtimeServer = new Server({ serveClient: false, connectTimeout: 10_000, adapter })
  io.bind(engine)
  const commands = createCommands({ limitRate, authorize, slowMs: slowCommandMs, log })
  const connectListeners: ((connection: Connection) => void)[] = []
  const disconnectListeners: ((connection: Connection) => void)[] = []
  const revisitListeners: ((connection: Connection) => void)[] = []
  const stopWatching = watchSlowConsumers(io, log)

  async function admit(address: string, token: unknown): Promise<Actor> {
    requireAllowance(await limitRate('connect', { address }))
    if (typeof token !== 'string') throw new AppError('TOKEN_MISSING', 'Sign in first.')
    return authenticate(token)
  }

  io.use((socket, next) => {
    admit(addressOf(socket.request), socket.handshake.auth.token).then(
      (actor) => {
        socket.data.actor = actor
        next()
      },
      (error: unknown) => next(connectError(toAppError(error), socket.id)),
    )
  })

  /** A page of anybody else's may hold a token it was given, but has no business here. */
  const open: UpgradeHandler = (request, socket, head) => {
    if (isFromOwnPage(request)) return engine.handleUpgrade(request, socket, head)
    const { origin, host } = request.headers
    log.warn({ origin, host }, 'a socket from a page of another origin was refused; see WEB_ORIGINS and PUBLIC_URL')
    refuseUpgrade(socket, '403 Forbidden')
  }

  /** Channels emitted to while a socket is being welcomed, one set a socket. */
  const welcomes = new Set<Set<string>>()

  const emit: Gateway['emit'] = (channel, name, payload, { volatile = false, exceptSocketId } = {}) => {
    for (const missed of welcomes) missed.add(channel)
    let target = io.to(channel)
    if (exceptSocketId !== undefined) target = target.except(exceptSocketId)
    if (volatile) target = target.volatile
    target.emit(name, payload)
  }

  function end(channel: string, reason: SessionEnding['reason']): void {
    const ending: EventPayload<'session.ending'> = { reason }
    io.local.to(channel).emit('session.ending', ending)
    io.local.in(channel).disconnectSockets(true)
  }

  /** A socket of this node needs no other node to move it. */
  const across = (channel: string) => (io.of('/').sockets.has(channel) ? io.local.in(channel) : io.in(channel))

  const connectionOf = (socket: RealtimeSocket): Connection => ({
    id: socket.id,
    actor: socket.data.actor,
    address: addressOf(socket.request),
  })

  /** Closes every socket of this node once what it was sent is on its way: closing the engine would throw that away. */
  async function sendAll(): Promise<void> {
    io.local.disconnectSockets(true)
    const deadlineMs = performance.now() + sendingMsMax
    while (engine.clientsCount > 0 && performance.now() < deadlineMs) await delay(10)
  }

  let revisit: ReturnType<typeof createRevisit> | undefined

  /**
   * Heads name the rooms to join, so they are read first. What is emitted between the reading and the joining would be
   * missed; if anything was, the heads are read once more.
   */
  async function joinRooms(socket: RealtimeSocket, headsOf: HeadsOf): Promise<AnnouncedHead[]> {
    const missed = new Set<string>()
    welcomes.add(missed)
    try {
      const heads = await headsOf(socket.data.actor)
      const channels = heads.map(({ roomId }) => roomChannel(roomId))
      await socket.join(channels)
      return channels.some((channel) => missed.has(channel)) ? await headsOf(socket.data.actor) : heads
    } finally {
      welcomes.delete(missed)
    }
  }

  async function welcome(socket: RealtimeSocket, headsOf: HeadsOf): Promise<void> {
    const { userId, sessionId, workspaceId } = socket.data.actor
    await socket.join([userChannel(userId), sessionChannel(sessionId), workspaceChannel(workspaceId)])
    const heads = await joinRooms(socket, headsOf)
    const ready: EventPayload<'session.ready'> = { userId, heartbeatMs, serverTime: new Date().toISOString(), heads }
    socket.emit('session.ready', ready)
  }

  return {
    command: (name, handler) => commands.declare(name, handler),
    emit,
    subscribe: (channel, into) => across(channel).socketsJoin(into),
    unsubscribe: (channel, from) => across(channel).socketsLeave(from),
    size: (channel) => io.of('/').adapter.rooms.get(channel)?.size ?? 0,
    onConnect: (listener) => void connectListeners.push(listener),
    onDisconnect: (listener) => void disconnectListeners.push(listener),
    onRevisit: (listener) => void revisitListeners.push(listener),
    endSession: (sessionId, reason = 'revoked') => end(sessionChannel(sessionId), reason),
    endWorkspace: (workspaceId, reason) => end(workspaceChannel(workspaceId), reason),
    missed: (isLast) => revisit?.(isLast),
    start: ({ headsOf, others }) => {
      revisit = createRevisit({
        io,
        joinRooms: (socket) => joinRooms(socket, headsOf),
        onVisit: (socket) => revisitListeners.forEach((listener) => listener(connectionOf(socket))),
        onError: (error) => log.error({ err: error }, 'a socket could not be looked at anew'),
        everyMs: heartbeatMs,
      })
      io.on('connection', (socket) => {
        const connection = connectionOf(socket)
        commands.serve(socket, connection)
        // Whoever is told of a connection is told of its end, and of no other.
        let isAnnounced = false
        socket.on('disconnect', () => {
          if (isAnnounced) disconnectListeners.forEach((listener) => listener(connection))
        })
        welcome(socket, headsOf).then(
          () => {
            if (!socket.connected) return
            isAnnounced = true
            connectListeners.forEach((listener) => listener(connection))
          },
          (error: unknown) => {
            log.error({ err: error, socketId: socket.id }, 'a socket could not be welcomed')
            socket.disconnect(true)
          },
        )
      })
      dispatchUpgrades(server, new Map([...others, [realtimePath, open]]))
    },
    close: async () => {
      stopWatching()
      io.local.emit('session.ending', { reason: 'shutdown' })
      await commands.drain()
      await sendAll()
      await io.close()
      engine.close()
    },
  }
}

/** What a refused connection is told: Socket.IO hands `data` to the client's `connect_error`. */
const connectError = (error: AppError, requestId: string): Error =>
  Object.assign(new Error(error.message), { data: toWire(error, requestId) })
