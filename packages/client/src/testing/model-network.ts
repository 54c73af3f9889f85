import type { MessagesEvent } from '@parley/protocol/messages'
import { networkError } from '../api-error.ts'
import { createEngine } from '../engine.ts'
import { createOutbox } from '../outbox.ts'
import { memoryOutboxStore } from '../outbox-store.ts'
import type { RoomSource } from '../room.ts'
import type { ModelServer } from './model-server.ts'

/** Small, so that short runs scroll. */
const windowRows = 4

/** Something between a client and the server that has not arrived. */
interface InFlight {
  arrive: () => void
  /** A packet just vanishes; a question or command ends as a failure of the network. */
  lose: () => void
  /** Only packets come twice. */
  isPacket: boolean
}

/** One client on a network that does whatever the test says, and nothing by itself. */
export function createModelClient(server: ModelServer, userId: string, publish: (packet: MessagesEvent) => void) {
  const inFlight: InFlight[] = []
  let online = false
  /** How far behind the replica is that answers next. */
  let statesAgo = 0

  /** Travels to the server, is carried out there, and travels back: it may be lost on either way. */
  function request<T>(carryOut: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const lose = () => reject(networkError('lost'))
      inFlight.push({
        isPacket: false,
        lose,
        arrive: () => {
          try {
            const answer = carryOut()
            inFlight.push({ isPacket: false, lose, arrive: () => resolve(answer) })
          } catch (error) {
            inFlight.push({ isPacket: false, lose, arrive: () => reject(error) })
          }
        },
      })
    })
  }

  const source: RoomSource = {
    window: (query) => request(() => server.window({ ...query, limit: windowRows }, takeStatesAgo())),
    sync: (question) => request(() => server.sync(question, takeStatesAgo())),
  }
  const engine = createEngine(source)
  const outbox = createOutbox({
    store: memoryOutboxStore(),
    send: async (message) => {
      if (!online) throw networkError('offline')
      const written = await request(() => {
        const sent = server.send(userId, message)
        if (sent.packet) publish(sent.packet)
        return sent.written
      })
      engine.written(written)
      return written
    },
    onStoreError: (error) => {
      throw error
    },
  })
  engine.on((event) => {
    if (event.type === 'advanced') outbox.advanced(event.roomId, event.known, event.rows)
  })

  function takeStatesAgo() {
    const taken = statesAgo
    statesAgo = 0
    return taken
  }

  return {
    userId,
    engine,
    outbox,
    inFlight,
    hear(packet: MessagesEvent) {
      if (!online) return
      inFlight.push({ isPacket: true, lose: () => undefined, arrive: () => engine.packet(packet) })
    },
    announce() {
      const heads = server.heads()
      if (online) inFlight.push({ isPacket: true, lose: () => undefined, arrive: () => engine.heads(heads) })
    },
    answerNextFromThePast(states: number) {
      statesAgo = states
    },
    arrive: (index: number) => inFlight.splice(index, 1)[0]?.arrive(),
    lose: (index: number) => inFlight.splice(index, 1)[0]?.lose(),
    double(index: number) {
      const packet = inFlight[index]
      if (packet?.isPacket) inFlight.push(packet)
    },
    connect() {
      if (online) return
      online = true
      outbox.setOnline(true)
      engine.ready(server.heads())
    },
    /** The server went down: what it was asked gets no answer, what it sent is on its way. */
    loseRequests() {
      for (const lost of inFlight.filter(({ isPacket }) => !isPacket)) {
        inFlight.splice(inFlight.indexOf(lost), 1)
        lost.lose()
      }
    },
    disconnect() {
      online = false
      outbox.setOnline(false)
      for (const lost of inFlight.splice(0)) lost.lose()
    },
  }
}

export type ModelClient = ReturnType<typeof createModelClient>
