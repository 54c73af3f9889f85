import { measureLoad, type LoadResult } from '../http-load.ts'
import { interleave, medianOf, microseconds, milliseconds, rate, type Effort, type Line } from '../report.ts'
import { requireAccounted } from './relay-accounts.ts'
import { measureMemory } from './relay-memory.ts'
import { measureOpenStreams } from './relay-streams.ts'
import { asks, startRelayTargets, type Ask, type RelayTargets } from './relay-targets.ts'

/** What the machine does meanwhile moves a few rounds too much. */
const roundsMin = 5
/** Length of a turn, of the seconds asked for: twenty-four of them make a round. */
const turnShare = 0.3
const warmUp = { connections: 32, seconds: 1 }

interface Load {
  what: string
  ask: Ask
  connections: number
  /** Least rate, of that of the bare pipe. */
  pipeShare?: number
}

const loads: Load[] = [
  { what: 'whole, 32 connections', ask: asks.whole, connections: 32, pipeShare: 0.35 },
  { what: 'streams, 32 connections', ask: asks.stream, connections: 32, pipeShare: 0.5 },
  { what: 'streams in one write, 32 connections', ask: asks.burst, connections: 32, pipeShare: 0.5 },
  { what: 'whole, 1 connection', ask: asks.whole, connections: 1 },
  { what: 'streams, 1 connection', ask: asks.stream, connections: 1 },
]
const portkeyFactor = 5
const addedMsMost = 1

type Results = LoadResult[] | undefined

const perSecond = (results: Results) => medianOf(results, (result) => result.perSecond)
const wholeMs = (results: Results) => medianOf(results, (result) => result.wholeMs)
const say = (results: Results) =>
  `${rate(perSecond(results))}, ${microseconds(medianOf(results, ({ cpuEach }) => cpuEach))}`

async function measure(targets: RelayTargets, load: Load, { rounds, seconds }: Effort): Promise<Line[]> {
  const { product, straight, pipe, portkey, question } = targets
  const { what, ask, connections, pipeShare } = load
  const [ours, direct, piped, theirs] = await interleave(
    rounds,
    [product, straight, pipe, portkey].map(
      (target) => () => measureLoad(target, question(target, ask), { connections, seconds: seconds * turnShare }),
    ),
  )
  const beside = (name: string, results: Results, least?: number): Line => ({
    job: 'relay',
    what: `${what}, beside ${name}`,
    ours: say(ours),
    reference: say(results),
    ratio: perSecond(ours) / perSecond(results),
    ...(least !== undefined && { aim: { least } }),
  })
  const addedMs = (results: Results) => wholeMs(results) - wholeMs(direct)
  if (connections > 1)
    return [
      beside('the upstream itself', direct),
      beside('a bare pipe', piped, pipeShare),
      beside('Portkey', theirs, portkeyFactor),
    ]
  return [
    beside('Portkey', theirs),
    {
      job: 'relay',
      what: `${what}, added to the median`,
      ours: milliseconds(addedMs(ours)),
      reference: `pipe ${milliseconds(addedMs(piped))}, Portkey ${milliseconds(addedMs(theirs))}`,
      ratio: addedMs(ours) / addedMsMost,
      aim: { most: 1 },
    },
  ]
}

/** The relay between a client and a test upstream, beside the upstream alone, a bare pipe and Portkey's gateway. */
export async function relayJob({ rounds, seconds }: Effort): Promise<Line[]> {
  const targets = await startRelayTargets()
  const { product, straight, pipe, portkey, question } = targets
  const effort = { rounds: Math.max(rounds, roundsMin), seconds }
  // Whoever is measured first would pay for the compiler.
  for (const target of [product, straight, pipe, portkey])
    for (const ask of [asks.whole, asks.stream, asks.burst]) await measureLoad(target, question(target, ask), warmUp)
  const lines = await measureOpenStreams(targets)
  for (const load of loads) lines.push(...(await measure(targets, load, effort)))
  lines.push(await measureMemory(targets))
  await requireAccounted(product)
  await targets.stop()
  return lines
}
