import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Cluster } from '../../../platform/cluster.ts'

/** Something of which so many calls may be under way. */
export interface Place {
  key: string
  max: number
}

/** Counts the calls under way, on all nodes together. */
export interface Concurrency {
  /** Enters all places, or none: then it answers the key of the one that is full. Who entered leaves, once. */
  enter(places: readonly Place[]): Promise<{ leave: () => void } | { full: string }>
  close(): void
}

interface ConcurrencyDependencies {
  cluster: Pick<Cluster, 'redis' | 'key'> | null
  log: { warn(context: object, message: string): void }
}

/** What a node that vanished has entered is free again after this. */
const leaseMs = 60_000
const renewEveryMs = 20_000

/**
 * A sorted set for each place holds who is in it, by when their leases end. Entering empties it of leases that ran out,
 * and adds to all of them or to none.
 */
const enterScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  if redis.call('ZCARD', key) >= tonumber(ARGV[i + 2]) then return i end
end
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', key, ARGV[2])
end
return 0
`

/** Prolongs leases; where Redis has lost them, they are made anew. */
const renewScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + ARGV[1], ARGV[i + 1])
  redis.call('PEXPIRE', key, ARGV[1])
end
`

type Script = (keys: string[], values: (string | number)[]) => Promise<unknown>

function defineScript(redis: Redis, name: string, lua: string): Script {
  redis.defineCommand(name, { lua })
  const run: unknown = Reflect.get(redis, name)
  if (typeof run !== 'function') throw new Error('ioredis did not define the command')
  return async (keys, values) => Reflect.apply(run, redis, [keys.length, ...keys, ...values])
}

/** The count of this node alone: all there is without a cluster, and what is left while Redis is away. */
function createLocalCount() {
  const counts = new Map<string, number>()
  return {
    enter(places: readonly Place[]): string | null {
      const full = places.find(({ key, max }) => (counts.get(key) ?? 0) >= max)
      if (full) return full.key
      for (const { key } of places) counts.set(key, (counts.get(key) ?? 0) + 1)
      return null
    },
    leave(places: readonly Place[]): void {
      for (const { key } of places) {
        const left = (counts.get(key) ?? 0) - 1
        if (left > 0) counts.set(key, left)
        else counts.delete(key)
      }
    },
  }
}

export function createConcurrency({ cluster, log }: ConcurrencyDependencies): Concurrency {
  const here = createLocalCount()
  const shared = cluster && createSharedCount({ cluster, log })

  return {
    async enter(places) {
      const full = here.enter(places)
      if (full !== null) return { full }
      if (!shared || places.length === 0) return { leave: () => here.leave(places) }
      const entry = await shared.enter(places)
      if ('full' in entry) {
        here.leave(places)
        return entry
      }
      return {
        leave() {
          here.leave(places)
          entry.leave()
        },
      }
    },
    close: () => shared?.close(),
  }
}

/** The count of all nodes, in Redis. While that is away everybody may enter. */
function createSharedCount({
  cluster: { redis, key: keyOf },
  log,
}: { cluster: Pick<Cluster, 'redis' | 'key'> } & Pick<ConcurrencyDependencies, 'log'>) {
  const enterAll = defineScript(redis, 'enterPlaces', enterScript)
  const renewAll = defineScript(redis, 'renewPlaces', renewScript)
  /** Who of this node is in, and where. */
  const inside = new Map<string, string[]>()
  let isAway = false

  function noteAway(error: unknown): void {
    if (!isAway) log.warn({ err: error }, 'calls under way are counted on this node alone until Redis is back')
    isAway = true
  }

  function leave(member: string): void {
    const keys = inside.get(member) ?? []
    inside.delete(member)
    // A place that cannot be given back is free when its lease ends.
    for (const key of keys) redis.zrem(key, member).catch(noteAway)
  }

  async function enter(places: readonly Place[]): Promise<{ leave: () => void } | { full: string }> {
    const member = randomUUID()
    const keys = places.map(({ key }) => keyOf(`concurrency:${key}`))
    try {
      const answer = await enterAll(keys, [member, leaseMs, ...places.map(({ max }) => max)])
      isAway = false
      if (answer !== 0) return { full: places[Number(answer) - 1]?.key ?? '' }
    } catch (error) {
      noteAway(error)
    }
    // Also where Redis did not answer: the next renewal tells it.
    inside.set(member, keys)
    return { leave: () => leave(member) }
  }

  const renewing = setInterval(() => {
    const held = [...inside].flatMap(([member, keys]) => keys.map((key) => ({ key, member })))
    if (held.length === 0) return
    renewAll(
      held.map(({ key }) => key),
      [leaseMs, ...held.map(({ member }) => member)],
    ).then(() => (isAway = false), noteAway)
  }, renewEveryMs)
  renewing.unref()

  return { enter, close: () => clearInterval(renewing) }
}
