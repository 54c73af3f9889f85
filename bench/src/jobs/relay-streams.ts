import { setTimeout as delay } from 'node:timers/promises'
import { openConnection } from '../http-load.ts'
import { percentile, residentBytes } from '../measure.ts'
import { inParallel } from '../raw-socket.ts'
import { milliseconds, type Line } from '../report.ts'
import type { Target } from '../target.ts'
import { asks, type RelayTargets } from './relay-targets.ts'

const streamCount = 1_000
const openedAtOnce = 50
const sampleEveryMs = 200

interface OpenStreams {
  firstByteMs: number[]
  /** Memory of the server's for each stream, at its highest while they were open. */
  bytesEach: number
}

/** Opens many slow streams at once and reads each to its end. */
async function openStreams(target: Target, { question }: RelayTargets): Promise<OpenStreams> {
  const slow = question(target, asks.slowStream)
  const before = residentBytes(target.serverPid)
  const connections = await inParallel(
    Array.from({ length: streamCount }, () => slow),
    openedAtOnce,
    openConnection,
  )
  let most = 0
  let isDone = false
  const answers = Promise.all(connections.map((connection) => connection.ask())).finally(() => (isDone = true))
  while (!isDone) {
    most = Math.max(most, residentBytes(target.serverPid))
    await delay(sampleEveryMs)
  }
  const timings = await answers
  for (const connection of connections) connection.close()
  return { firstByteMs: timings.map(({ firstByteMs }) => firstByteMs), bytesEach: (most - before) / streamCount }
}

const say = ({ firstByteMs, bytesEach }: OpenStreams) =>
  `${(bytesEach / 1024).toFixed(0)} KB, first byte p50 ${milliseconds(percentile(firstByteMs, 0.5))}, p99 ${milliseconds(percentile(firstByteMs, 0.99))}`

/** Memory and patience for a thousand open streams, all of which must end well. */
export async function measureOpenStreams(targets: RelayTargets): Promise<Line[]> {
  const ours = await openStreams(targets.product, targets)
  const piped = await openStreams(targets.pipe, targets)
  return [{ job: 'relay', what: '1,000 open streams, each', ours: say(ours), reference: `pipe ${say(piped)}` }]
}
