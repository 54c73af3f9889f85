import { randomUUID } from 'node:crypto'
import { cpuUs, repeatFor } from '../measure.ts'
import { inParallel, openRawSocket, type RawSocket } from '../raw-socket.ts'
import { interleave, medianOf, microseconds, rate, type Effort, type Line } from '../report.ts'
import { insertRoom, messageText, startProduct, startReference, type Target } from '../target.ts'

const onlineCount = 1_000
const inFlightMax = 200

interface Result {
  deliveriesPerSecond: number
  cpuPerDelivery: number
}

interface Audience {
  target: Target
  sockets: RawSocket[]
  /** Rows heard by everybody together so far. */
  heard(): number
  untilHeard(count: number): Promise<void>
}

const rowMark = '"clientId":'

/** Rows in a packet, counted without parsing it: the generator hears a thousand copies of each. */
function rowsIn(packet: string): number {
  let rows = 0
  for (let at = packet.indexOf(rowMark); at >= 0; at = packet.indexOf(rowMark, at + rowMark.length)) rows += 1
  return rows
}

async function gather(target: Target, tokens: readonly string[]): Promise<Audience> {
  const sockets = await inParallel(tokens, 50, (token) => openRawSocket(target.origin, token))
  let rows = 0
  let wanted = Number.POSITIVE_INFINITY
  let wake = (): void => undefined
  for (const socket of sockets) {
    socket.onEvent('messages', (packet) => {
      rows += rowsIn(packet)
      if (rows >= wanted) wake()
    })
  }
  return {
    target,
    sockets,
    heard: () => rows,
    // Woken by the last packet: a generator that looks again and again would take the servers' processor.
    untilHeard: (count) =>
      new Promise((resolve) => {
        if (rows >= count) return resolve()
        wanted = count
        wake = resolve
      }),
  }
}

async function measure(audience: Audience, roomId: string, seconds: number, inFlight: number): Promise<Result> {
  const { target, sockets, heard, untilHeard } = audience
  const [sender] = sockets
  if (!sender) throw new Error('nobody is online')
  const before = heard()
  let sent = 0
  const cpuBefore = cpuUs(target.pids)
  const beganMs = performance.now()
  await repeatFor(seconds, inFlight, async (worker) => {
    const body = { kind: 'text', text: messageText(worker) }
    await sender.command('room.sendMessage', { roomId, clientId: randomUUID(), body })
    sent += 1
    if (inFlight === 1) await untilHeard(before + sent * onlineCount)
  })
  await untilHeard(before + sent * onlineCount)
  const deliveries = heard() - before
  return {
    deliveriesPerSecond: (deliveries / (performance.now() - beganMs)) * 1_000,
    cpuPerDelivery: (cpuUs(target.pids) - cpuBefore) / deliveries,
  }
}

/** One room with 1,000 people online: one message at a time, and as many as go. */
export async function fanoutJob({ rounds, seconds }: Effort): Promise<Line[]> {
  const product = await startProduct(onlineCount)
  const roomId = await insertRoom(
    product.sql,
    product.people.map(({ id }) => id),
  )
  const bare = await startReference('socketio.ts')
  const barest = await startReference('bare-ws.ts')
  const nobody = product.people.map(() => 'nobody')
  const audiences = [
    await gather(
      product,
      product.people.map(({ token }) => token),
    ),
    await gather(bare, nobody),
    await gather(barest, nobody),
  ]
  const results = async (inFlight: number) =>
    interleave(
      rounds,
      audiences.map((audience) => () => measure(audience, roomId, seconds, inFlight)),
    )
  const one = await results(1)
  const full = await results(inFlightMax)
  for (const { sockets } of audiences) for (const socket of sockets) socket.close()
  for (const target of [barest, bare, product]) await target.stop()

  const lines = (what: string, [ours, ...references]: Result[][], least: number): Line[] =>
    references.flatMap((reference, index) => {
      const name = index === 0 ? 'Socket.IO' : 'ws'
      const pick = ({ deliveriesPerSecond }: Result) => deliveriesPerSecond
      const cpu = ({ cpuPerDelivery }: Result) => cpuPerDelivery
      const ratio = medianOf(ours, pick) / medianOf(reference, pick)
      return [
        {
          job: 'fan-out',
          what: `${what}, deliveries, beside bare ${name}`,
          ours: `${rate(medianOf(ours, pick))}, ${microseconds(medianOf(ours, cpu))}`,
          reference: `${rate(medianOf(reference, pick))}, ${microseconds(medianOf(reference, cpu))}`,
          ratio,
          ...(index === 0 && { aim: { least } }),
        },
      ]
    })
  return [...lines('one in flight', one, 0.9), ...lines('saturation', full, 2)]
}
