import type { Redis } from 'ioredis'
import type { Cluster } from './cluster.ts'
import { gcra, intervalUsOf, type Outcome, type Wanted } from './gcra.ts'

/** One thing that is counted: a key, how often it may come and how much of that is wanted. */
export interface Counted extends Wanted {
  key: string
}

/**
 * Counts a request under several limits at once: under all of them, or, if one refuses, under none. With `isForced` none
 * refuses.
 */
export type LimitStore = (counted: Counted[], isForced?: boolean) => Promise<Outcome[]>

const keysMax = 200_000

/** Counts in this process. */
export function createMemoryStore(now: () => number = () => Math.round(performance.now() * 1_000)): LimitStore {
  const arrivals = new Map<string, number>()

  /** Set anew, a key moves to the end, so the first keys are those longest unused. */
  function keep(key: string, arrivalUs: number, nowUs: number): void {
    arrivals.delete(key)
    arrivals.set(key, arrivalUs)
    for (const [oldest, oldestUs] of arrivals) {
      if (oldestUs > nowUs && arrivals.size <= keysMax) return
      arrivals.delete(oldest)
    }
  }

  return async (counted, isForced = false) => {
    const nowUs = now()
    const outcomes = counted.map((wanted) => gcra(arrivals.get(wanted.key) ?? 0, nowUs, wanted, isForced))
    if (outcomes.every(({ isAllowed }) => isAllowed)) {
      for (const [index, { arrivalUs }] of outcomes.entries()) keep(counted[index]?.key ?? '', arrivalUs, nowUs)
    }
    return outcomes
  }
}

/**
 * The same as `gcra` on the clock of Redis, in one step for all nodes. It answers that clock and what was remembered, from
 * which the outcome is worked out as it is in memory.
 */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local before, after, isAllowed = {}, {}, true
for i, key in ipairs(KEYS) do
  local interval = tonumber(ARGV[3 * i - 1])
  before[i] = tonumber(redis.call('GET', key) or '0')
  after[i] = math.max(before[i], now) + interval * tonumber(ARGV[3 * i + 1])
  if after[i] - interval * tonumber(ARGV[3 * i]) > now then isAllowed = false end
end
if isAllowed or ARGV[1] == '1' then
  for i, key in ipairs(KEYS) do
    if after[i] > now then
      redis.call('SET', key, string.format('%.0f', after[i]), 'PX', math.ceil((after[i] - now) / 1000))
    else
      redis.call('DEL', key)
    end
  end
end
return { now, unpack(before) }
`

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number')

/** Counts in Redis, for all nodes together. Throws while Redis is away. */
export function createRedisStore(redis: Redis, keyOf: (name: string) => string): LimitStore {
  redis.defineCommand('takeOfLimits', { lua: script })
  const take: unknown = Reflect.get(redis, 'takeOfLimits')
  if (typeof take !== 'function') throw new Error('ioredis did not define the command')
  return async (counted, isForced = false) => {
    const keys = counted.map(({ key }) => keyOf(`limit:${key}`))
    const wanted = counted.flatMap(({ limit, cost = 1 }) => [intervalUsOf(limit), limit.perMinute, cost])
    const answer: unknown = await Reflect.apply(take, redis, [keys.length, ...keys, isForced ? 1 : 0, ...wanted])
    if (!isNumbers(answer)) throw new Error('Redis answered no numbers to the script of limits')
    const [nowUs = 0, ...before] = answer
    return counted.map((each, index) => gcra(before[index] ?? 0, nowUs, each, isForced))
  }
}

/** After a failure of Redis, limits are counted on this node alone for so long before it is tried again. */
const alonePauseMs = 1_000

interface SharedStoreDependencies {
  cluster: Pick<Cluster, 'redis' | 'key'> | null
  log: { warn(context: object, message: string): void }
}

/** Counts in Redis with a cluster, so that all nodes together allow what one would; in memory without, or while it is away. */
export function createSharedStore({ cluster, log }: SharedStoreDependencies): LimitStore {
  const inMemory = createMemoryStore()
  if (!cluster) return inMemory
  const inRedis = createRedisStore(cluster.redis, cluster.key)
  let aloneUntilMs = 0
  let isAlone = false

  return async (counted, isForced) => {
    if (performance.now() < aloneUntilMs) return inMemory(counted, isForced)
    try {
      const outcomes = await inRedis(counted, isForced)
      isAlone = false
      return outcomes
    } catch (error) {
      // Open rather than closed: a team that cannot talk because a counter is away has lost more than a limit.
      if (!isAlone) log.warn({ err: error }, 'limits are counted on this node alone until Redis is back')
      isAlone = true
      aloneUntilMs = performance.now() + alonePauseMs
      return inMemory(counted, isForced)
    }
  }
}
