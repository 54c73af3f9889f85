import { setTimeout as delay } from 'node:timers/promises'
import { residentBytes } from '../measure.ts'
import { inParallel, openRawSocket } from '../raw-socket.ts'
import { interleave, medianOf, rate, type Effort, type Line } from '../report.ts'
import { insertRoom, startProduct, startReference, type Target } from '../target.ts'

const connectionCount = 5_000
const roomSize = 100
const settleMs = 2_000

interface Result {
  bytesEach: number
  connectsPerSecond: number
}

async function measure(target: Target, tokens: readonly string[]): Promise<Result> {
  const before = residentBytes(target.serverPid)
  const beganMs = performance.now()
  const sockets = await inParallel(tokens, 100, (token) => openRawSocket(target.origin, token))
  const connectsPerSecond = (tokens.length / (performance.now() - beganMs)) * 1_000
  await delay(settleMs)
  const bytesEach = (residentBytes(target.serverPid) - before) / tokens.length
  for (const socket of sockets) socket.close()
  return { bytesEach, connectsPerSecond }
}

/** 5,000 people connected, each in a room of a hundred, saying nothing. A fresh server each round: memory once taken is not given back. */
export async function connectionsJob({ rounds }: Effort): Promise<Line[]> {
  const ours = async (): Promise<Result> => {
    const product = await startProduct(connectionCount)
    for (let start = 0; start < connectionCount; start += roomSize)
      await insertRoom(
        product.sql,
        product.people.slice(start, start + roomSize).map(({ id }) => id),
      )
    const result = await measure(
      product,
      product.people.map(({ token }) => token),
    )
    await product.stop()
    return result
  }
  const bare = async (): Promise<Result> => {
    const reference = await startReference('socketio.ts')
    const result = await measure(
      reference,
      Array.from({ length: connectionCount }, () => 'nobody'),
    )
    await reference.stop()
    return result
  }
  const [mine, theirs] = await interleave(rounds, [ours, bare])
  const bytes = ({ bytesEach }: Result) => bytesEach
  const connects = ({ connectsPerSecond }: Result) => connectsPerSecond
  const kilobytes = (results: Result[] | undefined) => `${(medianOf(results, bytes) / 1_024).toFixed(1)} KB`
  return [
    {
      job: 'connections',
      what: 'memory of an idle one, of 5,000',
      ours: kilobytes(mine),
      reference: kilobytes(theirs),
      ratio: medianOf(mine, bytes) / medianOf(theirs, bytes),
      aim: { most: 1.3 },
    },
    {
      job: 'connections',
      what: 'connects',
      ours: rate(medianOf(mine, connects)),
      reference: rate(medianOf(theirs, connects)),
      ratio: medianOf(mine, connects) / medianOf(theirs, connects),
      aim: { least: 0.6 },
    },
  ]
}
