import { randomUUID } from 'node:crypto'
import { cpuUs, percentile, repeatFor } from '../measure.ts'
import { inParallel, openRawSocket, type RawSocket } from '../raw-socket.ts'
import { interleave, medianOf, microseconds, milliseconds, rate, type Effort, type Line } from '../report.ts'
import { insertRoom, messageText, startProduct, startReference, type Target } from '../target.ts'

const roomCount = 50
const senderCount = 50
const roomSize = 10
const offeredPerSecond = 200
const inFlightPerSender = 16

interface Result {
  perSecond: number
  cpuPerAck: number
  ackMs: number[]
  deliveryMs: number[]
}

/** Room `index` has the ten people from its own number on, so everybody is in ten rooms and sends into their first. */
const membersOf = (index: number): number[] =>
  Array.from({ length: roomSize }, (_, offset) => (index + offset) % senderCount)

const sentAt = new Map<string, number>()
const delivered: number[] = []

function hear(packet: string): void {
  const now = performance.now()
  for (const [, clientId = ''] of packet.matchAll(/"clientId":"([^"]+)"/g)) {
    const at = sentAt.get(clientId)
    if (at !== undefined) delivered.push(now - at)
  }
}

async function send(socket: RawSocket, roomId: string, index: number, ackMs: number[]): Promise<void> {
  const clientId = randomUUID()
  const at = performance.now()
  sentAt.set(clientId, at)
  const answer = await socket.command('room.sendMessage', {
    roomId,
    clientId,
    body: { kind: 'text', text: messageText(index) },
  })
  if (typeof answer !== 'object' || answer === null || !('ok' in answer) || answer.ok !== true)
    throw new Error(`a send was refused: ${JSON.stringify(answer)}`)
  ackMs.push(performance.now() - at)
}

async function measure(target: Target, run: (ackMs: number[]) => Promise<void>): Promise<Result> {
  sentAt.clear()
  delivered.length = 0
  const ackMs: number[] = []
  const cpuBefore = cpuUs(target.pids)
  const beganMs = performance.now()
  await run(ackMs)
  const seconds = (performance.now() - beganMs) / 1_000
  return {
    perSecond: ackMs.length / seconds,
    cpuPerAck: (cpuUs(target.pids) - cpuBefore) / ackMs.length,
    ackMs,
    deliveryMs: [...delivered],
  }
}

const saturate = (target: Target, sockets: RawSocket[], rooms: string[], seconds: number) =>
  measure(target, async (ackMs) => {
    await repeatFor(seconds, senderCount * inFlightPerSender, async (worker) => {
      const sender = worker % senderCount
      const [socket, roomId] = [sockets[sender], rooms[sender]]
      if (socket && roomId) await send(socket, roomId, worker, ackMs)
    })
  })

const offer = (target: Target, sockets: RawSocket[], rooms: string[], seconds: number) =>
  measure(target, async (ackMs) => {
    const total = offeredPerSecond * seconds
    const beganMs = performance.now()
    await inParallel(
      Array.from({ length: total }, (_, index) => index),
      total,
      async (index) => {
        const dueMs = beganMs + (index / offeredPerSecond) * 1_000
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())))
        const [socket, roomId] = [sockets[index % senderCount], rooms[index % senderCount]]
        if (socket && roomId) await send(socket, roomId, index, ackMs)
      },
    )
  })

/** Durable sends: 50 senders into 50 rooms of 10, at a steady rate and as fast as it goes. */
export async function sendJob({ rounds, seconds }: Effort): Promise<Line[]> {
  const product = await startProduct(senderCount)
  const reference = await startReference(
    'socketio-commit.ts',
    { REFERENCE_DATABASE_URL: product.databaseUrl },
    product.databasePid,
  )
  const rooms = await inParallel(
    Array.from({ length: roomCount }, (_, index) => index),
    1,
    (index) =>
      insertRoom(
        product.sql,
        membersOf(index).flatMap((member) => product.people[member]?.id ?? []),
      ),
  )
  const ours = await inParallel(product.people, 10, ({ token }) => openRawSocket(product.origin, token))
  const theirs = await inParallel(product.people, 10, (_, person) =>
    openRawSocket(reference.origin, rooms.filter((__, index) => membersOf(index).includes(person)).join(',')),
  )
  for (const socket of [...ours, ...theirs]) socket.onEvent('messages', hear)
  const steady = await interleave(rounds, [
    () => offer(product, ours, rooms, seconds),
    () => offer(reference, theirs, rooms, seconds),
  ])
  const full = await interleave(rounds, [
    () => saturate(product, ours, rooms, seconds),
    () => saturate(reference, theirs, rooms, seconds),
  ])
  for (const socket of [...ours, ...theirs]) socket.close()
  await reference.stop()
  await product.stop()

  const line = (
    what: string,
    results: Result[][],
    say: (result: Result[] | undefined) => string,
    pick?: (result: Result) => number,
    aim?: Line['aim'],
  ): Line => ({
    job: 'send',
    what,
    ours: say(results[0]),
    reference: say(results[1]),
    ...(pick && { ratio: medianOf(results[0], pick) / medianOf(results[1], pick) }),
    ...(aim && { aim }),
  })
  const quantiles = (pick: (result: Result) => number[]) => (results: Result[] | undefined) =>
    `p50 ${milliseconds(medianOf(results, (result) => percentile(pick(result), 0.5)))}, p99 ${milliseconds(medianOf(results, (result) => percentile(pick(result), 0.99)))}`
  return [
    line(
      'saturation, CPU per acknowledged message',
      full,
      (results) => microseconds(medianOf(results, ({ cpuPerAck }) => cpuPerAck)),
      ({ cpuPerAck }) => cpuPerAck,
      { most: 1 },
    ),
    line(
      'saturation, acknowledged',
      full,
      (results) => rate(medianOf(results, ({ perSecond }) => perSecond)),
      ({ perSecond }) => perSecond,
    ),
    line(
      'saturation, ack',
      full,
      quantiles(({ ackMs }) => ackMs),
    ),
    line(
      'saturation, delivery',
      full,
      quantiles(({ deliveryMs }) => deliveryMs),
    ),
    line(
      '200/s offered, ack',
      steady,
      quantiles(({ ackMs }) => ackMs),
    ),
    line(
      '200/s offered, delivery',
      steady,
      quantiles(({ deliveryMs }) => deliveryMs),
    ),
    line(
      '200/s offered, CPU per acknowledged message',
      steady,
      (results) => microseconds(medianOf(results, ({ cpuPerAck }) => cpuPerAck)),
      ({ cpuPerAck }) => cpuPerAck,
    ),
  ]
}
