import { randomUUID } from 'node:crypto'
import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocketServer, type WebSocket } from 'ws'
import { connections } from '../../../platform/metrics.ts'
import { costOf } from '../accounting/price.ts'
import type { Reservation } from '../accounting/settlement.ts'
import { refusalBody, refusalHeaders, RelayRefusal } from '../refusals.ts'
import type { AllowedHosts } from '../upstream/addresses.ts'
import { upstreamRequestIdOf } from '../upstream/providers.ts'
import { beginCall, createAdmission, endingOf } from './admission.ts'
import { authenticateKey, keyOf } from './authenticate.ts'
import type { Call, Ending } from './call.ts'
import type { ServeDependencies } from './dependencies.ts'
import type { Endpoint } from './endpoints.ts'
import { createSessionBudget } from './realtime-budget.ts'
import { createConnect, type Connected } from './realtime-connect.ts'
import { frameBytesMax } from './realtime-dial.ts'
import { createRealtimeMeter } from './realtime-meter.ts'
import { startSession, type Session, type SessionEnd } from './realtime-session.ts'
import { requestIdHeaders, toRefusal } from './refuse.ts'
import { clientLeft } from './send.ts'

interface RealtimeDependencies extends ServeDependencies {
  /** Hosts that may be called, as the setting says now. */
  hosts: () => AllowedHosts
  /** Tells the address a connection came from. */
  addressOf: (request: IncomingMessage) => string
  log: { info(context: object, message: string): void; error(context: object, message: string): void }
}

/** A handshake that asks for a session. */
interface Handshake {
  request: IncomingMessage
  socket: Duplex
  head: Buffer
  requestId: string
  key: string | undefined
  /** Subprotocols that mean something to an upstream. */
  protocols: string[]
}

const endpoint: Endpoint = { name: 'realtime', path: '/v1/realtime', envelope: 'openai', body: 'json' }

/** Browsers cannot set headers, and send their key as a subprotocol. */
const keyProtocol = 'openai-insecure-api-key.'
/** Others name accounts that the upstream's key does not belong to. */
const passedProtocol = /^(realtime|openai-beta\.[\w.-]+)$/

/** How long clients have to agree to the end when the process ends. */
const goodbyeMs = 1_000

const nothing = Buffer.alloc(0)

const endings: Record<SessionEnd, Pick<Ending, 'status' | 'error'>> = {
  closed: { status: 200 },
  client_lost: clientLeft,
  upstream_lost: { status: 200, error: { code: 'stream_broken', message: 'The connection to the provider was lost.' } },
}

const modelOf = ({ url = '' }: IncomingMessage): string | null => new URL(url, 'http://relay').searchParams.get('model')

function readHandshake(request: IncomingMessage, socket: Duplex, head: Buffer): Handshake {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim())
  const key = offered.find((protocol) => protocol.startsWith(keyProtocol))?.slice(keyProtocol.length)
  return {
    request,
    socket,
    head,
    requestId: randomUUID(),
    key: keyOf(request.headers) ?? key,
    protocols: [...new Set(offered.filter((protocol) => passedProtocol.test(protocol)))],
  }
}

/** Refuses a handshake as any other call is refused. */
function refuse({ socket, requestId }: Handshake, refusal: RelayRefusal): void {
  const body = JSON.stringify(refusalBody(refusal, 'openai', requestId))
  const headers = {
    connection: 'close',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...requestIdHeaders(requestId, 'openai'),
    ...refusalHeaders(refusal),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n${lines.join('')}\r\n${body}`)
}

/** Makes what answers handshakes that were found good. */
function createDoor() {
  const answers = new WeakMap<IncomingMessage, { requestId: string; protocol: string }>()
  const door = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: frameBytesMax,
    perMessageDeflate: false,
    handleProtocols: (_, request) => answers.get(request)?.protocol || false,
  })
  door.on('headers', (lines, request) => lines.push(`x-request-id: ${answers.get(request)?.requestId ?? ''}`))

  /** Null if the client has gone, or did not mean it. */
  return function accept({ request, socket, head, requestId }: Handshake, protocol: string): WebSocket | null {
    const accepted: WebSocket[] = []
    answers.set(request, { requestId, protocol })
    door.handleUpgrade(request, socket, head, (client) => accepted.push(client))
    return accepted[0] ?? null
  }
}

/** Makes the endpoint for realtime sessions: WebSockets that are connected with an upstream's, metered, and billed once. */
export function createRealtime(dependencies: RealtimeDependencies) {
  const { ledger, credentials, addressOf, log } = dependencies
  const { enter, reserve, settle } = createAdmission(dependencies)
  const connect = createConnect(dependencies)
  const accept = createDoor()
  const sessions = new Map<WebSocket, Session>()
  const running = new Set<Promise<void>>()
  let isClosing = false

  /** Whether the key of a session still opens one; the refusal if not. */
  async function recheck(key: string | undefined, address: string): Promise<RelayRefusal | null> {
    try {
      await authenticateKey({ credentials, limitGuesses: async () => undefined }, key, address)
      return null
    } catch (error) {
      if (error instanceof RelayRefusal) return error
      // Whoever was let in stays while the database is away.
      log.error({ err: error }, 'the key of a realtime session could not be checked')
      return null
    }
  }

  /** Lets both sides talk, within what the quotas allow, and answers how that ended. */
  async function converse(
    call: Call,
    { client, upstream, key }: { client: WebSocket; upstream: WebSocket; key: string | undefined },
    reservation: Reservation,
  ): Promise<Ending> {
    const meter = createRealtimeMeter()
    const budget = createSessionBudget(ledger, call, reservation)
    const ended: { refusal: RelayRefusal | null } = { refusal: null }
    const spentMicros = () => costOf(call.price?.price ?? null, meter.usage(), null)

    async function endIf(judging: Promise<RelayRefusal | null>): Promise<void> {
      const refusal = await judging.catch((error: unknown) => {
        log.error({ err: error, requestId: call.requestId }, 'a realtime session could not go on')
        return toRefusal(error)
      })
      if (!refusal || ended.refusal) return
      ended.refusal = refusal
      session.end(1008, refusal)
    }
    const session = startSession({
      client,
      upstream,
      meter,
      onAnswered: () => void endIf(budget.cover(spentMicros())),
      onTick: () => void endIf(recheck(key, call.address)),
    })
    sessions.set(client, session)
    connections.inc({ type: 'relay' })
    const how = await session.ended
    connections.dec({ type: 'relay' })
    sessions.delete(client)
    budget.release()
    const usage = meter.usage()
    return { ...(ended.refusal ? { status: 200, error: ended.refusal } : endings[how]), usage }
  }

  /** Sets aside, connects and accepts, in this order: whatever fails on the way is a status. */
  async function open(call: Call, handshake: Handshake): Promise<void> {
    const { reservation, reserved } = reserve(call)
    let connected: Connected | null = null
    try {
      await reserved
      connected = await connect(call, handshake.protocols)
      const { socket: upstream, channel, model, headers } = connected
      const client = isClosing ? null : accept(handshake, upstream.protocol)
      const part = {
        channel: { id: channel.id, name: channel.name, model },
        upstreamRequestId: upstreamRequestIdOf(headers),
      }
      if (!client) upstream.terminate()
      const { key } = handshake
      const ending = client ? await converse(call, { client, upstream, key }, reservation) : clientLeft
      if ('usage' in ending && ending.usage) call.tokensUsed = ending.usage.inputTokens + ending.usage.outputTokens
      settle(call, { ...part, ...ending })
    } catch (error) {
      connected?.socket.terminate()
      const refusal = toRefusal(error)
      settle(call, endingOf(refusal))
      throw refusal
    } finally {
      connected?.entered.leave(call.tokensUsed)
    }
  }

  async function serve(handshake: Handshake): Promise<void> {
    const { request, requestId, key } = handshake
    const startedAtMs = performance.now()
    if (isClosing) throw new RelayRefusal('overloaded', 'The relay is about to restart. Try again shortly.')
    const address = addressOf(request)
    const credential = await authenticateKey(dependencies, key, address)
    const body = { model: modelOf(request), stream: true }
    const { headers } = request
    const call = beginCall({ requestId, endpoint, credential, address, startedAtMs, headers, body, raw: nothing })
    const entered = await enter(call)
    try {
      await open(call, handshake)
    } finally {
      entered.leave(call.tokensUsed)
    }
  }

  async function run(handshake: Handshake): Promise<void> {
    try {
      await serve(handshake)
    } catch (error) {
      const refusal = toRefusal(error)
      const context = { requestId: handshake.requestId, code: refusal.code }
      if (refusal.status >= 500) log.error({ ...context, err: refusal }, refusal.message)
      else log.info(context, 'refused')
      refuse(handshake, refusal)
    }
  }

  return {
    /** Takes a handshake over. */
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      const serving = run(readHandshake(request, socket, head)).finally(() => running.delete(serving))
      running.add(serving)
    },
    /** Ends all sessions, and resolves once they are on their way to be billed. */
    async close(): Promise<void> {
      isClosing = true
      for (const session of sessions.values()) session.end(1001)
      const clients = [...sessions.keys()]
      await Promise.race([Promise.all(running), delay(goodbyeMs * 2, undefined, { ref: false })])
      await Promise.race([Promise.all(clients.map(closed)), delay(goodbyeMs, undefined, { ref: false })])
      for (const client of clients) client.terminate()
    },
  }
}

const closed = (client: WebSocket): Promise<void> =>
  new Promise((resolve) => {
    if (client.readyState === client.CLOSED) resolve()
    else client.once('close', () => resolve())
  })
