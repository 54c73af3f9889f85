import { WireError } from '@parley/protocol/errors'
import {
  events,
  realtimePath,
  type CommandAnswer,
  type CommandInput,
  type CommandName,
  type EventName,
  type EventPayload,
} from '@parley/protocol/realtime'
import { io, type Socket } from 'socket.io-client'
import Value from 'typebox/value'

/** A socket of somebody that remembers every event until it is asked for. */
export interface TestSocket {
  id: string
  /** Resolves with the answer of a command; throws if it is refused. */
  command<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandAnswer<N>>
  /** Sends anything as a command that must be refused; answers the error. */
  refused(name: string, ...input: unknown[]): Promise<WireError>
  /** The first event of a name, heard already or yet to come, that satisfies `predicate`; each is answered once. */
  next<N extends EventName>(name: N, predicate?: (payload: EventPayload<N>) => boolean): Promise<EventPayload<N>>
  /** Events heard of a name that nobody has asked for yet. */
  heard<N extends EventName>(name: N): EventPayload<N>[]
  /** Resolves when the socket is closed, whoever closed it. */
  closed: Promise<void>
  close(): void
}

const patienceMs = 5_000

interface Heard {
  name: string
  payload: unknown
}

type Ack<N extends CommandName> = ({ ok: true } & CommandAnswer<N>) | { ok: false; error: WireError }

const keepsProtocol = <N extends EventName>(name: N, payload: unknown): payload is EventPayload<N> =>
  Value.Check(events[name], payload)

const isOf =
  <N extends EventName>(name: N, predicate: (payload: EventPayload<N>) => boolean) =>
  (event: Heard): event is Heard & { payload: EventPayload<N> } => {
    if (event.name !== name) return false
    if (keepsProtocol(name, event.payload)) return predicate(event.payload)
    throw new Error(`the event ${name} broke its protocol: ${JSON.stringify(event.payload)}`)
  }

/** Keeps what a socket hears, and lets each event be asked for once. */
function createInbox(socket: Socket) {
  const inbox: Heard[] = []
  const waiting = new Set<() => void>()
  socket.onAny((name: string, payload: unknown) => {
    inbox.push({ name, payload })
    for (const look of [...waiting]) look()
  })

  const next: TestSocket['next'] = (name, predicate = () => true) =>
    new Promise((resolve, reject) => {
      const matches = isOf(name, predicate)
      const timer = setTimeout(() => {
        waiting.delete(look)
        const heard = inbox.map((event) => event.name).join(', ')
        reject(new Error(`no event ${name} within ${patienceMs} ms; heard: ${heard}`))
      }, patienceMs)
      const look = () => {
        const event = inbox.find(matches)
        if (!event) return
        clearTimeout(timer)
        waiting.delete(look)
        inbox.splice(inbox.indexOf(event), 1)
        resolve(event.payload)
      }
      waiting.add(look)
      look()
    })
  const heard: TestSocket['heard'] = (name) => inbox.filter(isOf(name, () => true)).map((event) => event.payload)
  return { next, heard }
}

/** Opens a socket as somebody; resolves once it is welcomed, throws with the code of the refusal otherwise. */
export async function connect(api: { url: string }, { accessToken }: { accessToken: string }): Promise<TestSocket> {
  const socket = io(api.url, {
    path: realtimePath,
    transports: ['websocket'],
    auth: { token: accessToken },
    reconnection: false,
    forceNew: true,
  })
  const { next, heard } = createInbox(socket)
  const closed = new Promise<void>((resolve) => socket.on('disconnect', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve)
    socket.on('connect_error', (error) => {
      socket.disconnect()
      const data: unknown = 'data' in error ? error.data : undefined
      reject(Value.Check(WireError, data) ? new Error(data.code) : error)
    })
  })
  await next('session.ready')

  return {
    id: socket.id ?? '',
    next,
    heard,
    closed,
    async command<N extends CommandName>(name: N, input: CommandInput<N>) {
      const ack: Ack<N> = await socket.timeout(patienceMs).emitWithAck(name, input)
      if (!ack.ok) throw new Error(`${name} was refused: ${ack.error.code} ${ack.error.message}`)
      return ack
    },
    async refused(name, ...input) {
      const ack: unknown = await socket.timeout(patienceMs).emitWithAck(name, ...input)
      if (typeof ack === 'object' && ack && 'error' in ack && Value.Check(WireError, ack.error)) return ack.error
      throw new Error(`${name} was not refused`)
    },
    close: () => void socket.disconnect(),
  }
}
