import type { Redis } from 'ioredis'
import { gcra, intervalUsOf, type Limit, type Outcome } from './gcra.ts'

/** One thing that is counted: a key, and how often it may come. */
export interface Counted {
  key: string
  limit: Limit
}

/** Counts a request under several limits at once: under all of them, or, if one refuses, under none. */
export type LimitStore = (counted: Counted[]) => Promise<Outcome[]>

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

  return async (counted) => {
    const nowUs = now()
    const outcomes = counted.map(({ key, limit }) => gcra(arrivals.get(key) ?? 0, nowUs, limit))
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
  local interval = tonumber(ARGV[2 * i - 1])
  before[i] = tonumber(redis.call('GET', key) or '0')
  after[i] = math.max(before[i], now) + interval
  if after[i] - interval * tonumber(ARGV[2 * i]) > now then isAllowed = false end
end
if isAllowed then
  for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.0f', after[i]), 'PX', math.ceil((after[i] - now) / 1000))
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
  return async (counted) => {
    const keys = counted.map(({ key }) => keyOf(`limit:${key}`))
    const limits = counted.flatMap(({ limit }) => [intervalUsOf(limit), limit.perMinute])
    const answer: unknown = await Reflect.apply(take, redis, [keys.length, ...keys, ...limits])
    if (!isNumbers(answer)) throw new Error('Redis answered no numbers to the script of limits')
    const [nowUs = 0, ...before] = answer
    return counted.map(({ limit }, index) => gcra(before[index] ?? 0, nowUs, limit))
  }
}
