import { measureLoad } from '../http-load.ts'
import { residentBytes } from '../measure.ts'
import type { Line } from '../report.ts'
import { asks, type RelayTargets } from './relay-targets.ts'

const marks = [20_000, 60_000] as const
const turnSeconds = 2
const patienceMs = 180_000

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`

/** Memory of the API after some calls and after three times as many, whole answers and streams in turn. */
export async function measureMemory({ product, question }: RelayTargets): Promise<Line> {
  const untilMs = performance.now() + patienceMs
  let calls = 0
  async function memoryAfter(mark: number): Promise<number> {
    while (calls < mark) {
      if (performance.now() > untilMs) throw new Error(`${mark} calls were not answered in time`)
      for (const ask of [asks.whole, asks.burst]) {
        const load = { connections: 32, seconds: turnSeconds }
        const { perSecond } = await measureLoad(product, question(product, ask), load)
        calls += perSecond * turnSeconds
      }
    }
    return residentBytes(product.serverPid)
  }
  const before = await memoryAfter(marks[0])
  const after = await memoryAfter(marks[1])
  return {
    job: 'relay',
    what: 'memory after 60,000 calls, beside after 20,000',
    ours: megabytes(after),
    reference: megabytes(before),
    ratio: after / before,
    aim: { most: 1.1 },
  }
}
