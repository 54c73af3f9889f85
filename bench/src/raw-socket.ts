import { WebSocket, type RawData } from 'ws'

/** A Socket.IO connection reduced to what a load generator needs; thousands of them fit into one process. */
export interface RawSocket {
  /** Emits an event and resolves with its ack. */
  command(name: string, input: object): Promise<unknown>
  /** Hears every packet of this event as text, not parsed: the generator must cost less than what it measures. */
  onEvent(name: string, listener: (packet: string) => void): void
  close(): void
}

/** ws hands text over as bytes, in one piece or several. */
export const textOf = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? Buffer.from(data) : data).toString()

const patienceMs = 30_000

/** Opens a connection by the Socket.IO protocol, version 5, over Engine.IO, version 4: https://socket.io/docs/v4/socket-io-protocol/ */
export function openRawSocket(origin: string, token: string): Promise<RawSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
    })
    const listeners = new Map<string, (packet: string) => void>()
    const acks = new Map<number, (answer: unknown) => void>()
    let commands = 0
    const timer = setTimeout(() => reject(new Error('a socket was not connected in time')), patienceMs)

    const api: RawSocket = {
      command: (name, input) =>
        new Promise((answer) => {
          commands += 1
          acks.set(commands, answer)
          socket.send(`42${commands}${JSON.stringify([name, input])}`)
        }),
      onEvent: (name, listener) => void listeners.set(name, listener),
      close: () => socket.terminate(),
    }
    const onPacket = (packet: string) => {
      if (packet === '2') socket.send('3')
      else if (packet.startsWith('0')) socket.send(`40${JSON.stringify({ token })}`)
      else if (packet.startsWith('40')) {
        clearTimeout(timer)
        resolve(api)
      } else if (packet.startsWith('44')) reject(new Error(`refused: ${packet}`))
      else if (packet.startsWith('42')) {
        const end = packet.indexOf('"', 4)
        listeners.get(packet.slice(4, end))?.(packet)
      } else if (packet.startsWith('43')) {
        const start = packet.indexOf('[')
        const id = Number(packet.slice(2, start))
        const [answer]: unknown[] = JSON.parse(packet.slice(start))
        acks.get(id)?.(answer)
        acks.delete(id)
      }
    }
    socket.on('message', (data) => onPacket(textOf(data)))
    socket.on('error', reject)
  })
}

/** Runs `work` for each item, `atOnce` at a time. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index]
      if (item !== undefined) results[index] = await work(item, index)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
