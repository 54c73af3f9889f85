import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startPrivateRedis, type PrivateRedis } from '../../../../../../scripts/redis.ts'
import { createSharedStore } from '../../../platform/rate-limit-stores.ts'
import { createConcurrency } from './concurrency.ts'
import { createLimits, type Entered, type LimitRefusal, type Limits } from './limits.ts'
import { createRates, type Limited } from './rates.ts'

const owner = (key: string, limits: Partial<Limited>): Limited => ({
  rpm: null,
  tpm: null,
  concurrency: null,
  ...limits,
  key,
})

async function enter(limits: Limits, owners: Limited[], tokens = 0): Promise<Entered> {
  const entry = await limits.enter(owners, tokens)
  if ('refusal' in entry) throw new Error(`refused: ${entry.refusal.key} ${entry.refusal.limit}`)
  return entry
}

async function refusal(limits: Limits, owners: Limited[], tokens = 0): Promise<LimitRefusal | null> {
  const entry = await limits.enter(owners, tokens)
  return 'refusal' in entry ? entry.refusal : null
}

describe.each([
  ['in memory', false],
  ['in Redis', true],
])('limits %s', (_, withRedis) => {
  let privateRedis: PrivateRedis | undefined
  let url = ''
  const closing: (() => void)[] = []
  beforeAll(async () => {
    if (!withRedis) return
    privateRedis = process.env.REDIS_URL ? undefined : await startPrivateRedis()
    url = privateRedis?.url ?? process.env.REDIS_URL ?? ''
  })
  afterEach(() => {
    for (const close of closing.splice(0)) close()
  })
  afterAll(() => privateRedis?.stop())

  /** Limits of as many nodes of one installation; of one where there is no Redis. */
  function nodes(count = 1): Limits[] {
    const run = crypto.randomUUID()
    const log = {
      warn: (context: object) => {
        throw new Error('Redis is away', { cause: context })
      },
    }
    const made = Array.from({ length: withRedis ? count : 1 }, () => {
      const redis = withRedis ? new Redis(url) : null
      const cluster = redis && { redis, key: (name: string) => `test:{${run}}:${name}` }
      const concurrency = createConcurrency({ cluster, log })
      closing.push(() => {
        concurrency.close()
        redis?.disconnect()
      })
      return createLimits({ rates: createRates(createSharedStore({ cluster, log })), concurrency })
    })
    const [first] = made
    return withRedis || !first ? made : Array.from({ length: count }, () => first)
  }
  function node(): Limits {
    const [limits] = nodes()
    if (!limits) throw new Error('no limits')
    return limits
  }

  test('so many calls may be under way, on all nodes together, and who leaves makes room', async () => {
    const [one, other] = nodes(2)
    if (!one || !other) throw new Error('no nodes')
    const token = owner('t1', { concurrency: 3 })
    const entries = await Promise.all(
      Array.from({ length: 20 }, (__, index) => (index % 2 ? one : other).enter([token], 0)),
    )
    const inside = entries.filter((entry): entry is Entered => 'leave' in entry)
    expect(inside).toHaveLength(3)
    expect(await refusal(one, [token])).toEqual({ key: 't1', limit: 'concurrency', retryAfterMs: 1_000 })
    inside[0]?.leave(0)
    inside[0]?.leave(0)
    await enter(other, [token])
    expect(await refusal(one, [token])).not.toBeNull()
  })

  test('a call that one of its owners refuses is under way for none', async () => {
    const limits = node()
    const [token, group] = [owner('t1', { concurrency: 2 }), owner('g1', { concurrency: 1 })]
    const first = await enter(limits, [token, group])
    for (let time = 0; time < 5; time += 1) expect((await refusal(limits, [token, group]))?.key).toBe('g1')
    await enter(limits, [token])
    expect((await refusal(limits, [token]))?.key).toBe('t1')
    first.leave(0)
    await enter(limits, [token, group])
  })

  test('a call that a rate refuses is not under way', async () => {
    const limits = node()
    const token = owner('t1', { rpm: 1, concurrency: 1 })
    const first = await enter(limits, [token])
    first.leave(0)
    for (let time = 0; time < 3; time += 1) {
      const { limit, retryAfterMs } = (await refusal(limits, [token])) ?? {}
      expect(limit).toBe('rpm')
      expect(retryAfterMs).toBeGreaterThan(59_000)
    }
    await enter(limits, [owner('t1', { concurrency: 1 })])
  })

  test('calls a minute are counted for every owner or for none', async () => {
    const limits = node()
    const [one, other] = [owner('t1', { rpm: 5 }), owner('t2', { rpm: 5 })]
    const group = owner('g1', { rpm: 6 })
    for (let call = 0; call < 5; call += 1) await enter(limits, [one, group])
    expect(await refusal(limits, [one, group])).toMatchObject({ key: 't1', limit: 'rpm' })
    await enter(limits, [other, group])
    expect(await refusal(limits, [other, group])).toMatchObject({ key: 'g1', limit: 'rpm' })
    for (let call = 0; call < 4; call += 1) await enter(limits, [other])
  })

  test('tokens a minute are taken as expected and corrected to what was used', async () => {
    const limits = node()
    const token = owner('t1', { tpm: 1_000 })
    const first = await enter(limits, [token], 900)
    expect(await refusal(limits, [token], 200)).toMatchObject({ key: 't1', limit: 'tpm' })
    first.leave(100)
    const second = await enter(limits, [token], 800)
    second.leave(2_800)
    const { retryAfterMs = 0 } = (await refusal(limits, [token], 100)) ?? {}
    // 2,900 used of 1,000, and 100 wanted: 2,000 have to trickle in at 1,000 a minute.
    expect(retryAfterMs).toBeGreaterThan(115_000)
    expect(retryAfterMs).toBeLessThanOrEqual(120_000)
  })

  test('a call larger than the whole limit waits for an empty one instead of for ever', async () => {
    const limits = node()
    const token = owner('t1', { tpm: 1_000 })
    const large = await enter(limits, [token], 5_000)
    large.leave(5_000)
    const { retryAfterMs = 0 } = (await refusal(limits, [token], 0)) ?? {}
    expect(retryAfterMs).toBeGreaterThan(230_000)
  })

  test('who has no limit is not counted', async () => {
    const limits = node()
    const entries = await Promise.all(Array.from({ length: 500 }, () => limits.enter([owner('t1', {})], 1e9)))
    expect(entries.every((entry) => 'leave' in entry)).toBe(true)
  })
})

describe('a node that vanishes', () => {
  test('leaves its places free when its leases end', async () => {
    const privateRedis = process.env.REDIS_URL ? undefined : await startPrivateRedis()
    const redis = new Redis(privateRedis?.url ?? process.env.REDIS_URL ?? '')
    const run = crypto.randomUUID()
    const cluster = { redis, key: (name: string) => `test:{${run}}:${name}` }
    const concurrency = createConcurrency({ cluster, log: { warn: () => undefined } })
    const places = [{ key: 't1', max: 1 }]
    const other = createConcurrency({ cluster, log: { warn: () => undefined } })
    await concurrency.enter(places)
    const key = cluster.key('concurrency:t1')
    const [member = '', untilMs = '0'] = await redis.zrange(key, '0', '-1', 'WITHSCORES')
    expect(Number(untilMs) - Date.now()).toBeGreaterThan(55_000)
    expect(await other.enter(places)).toEqual({ full: 't1' })
    await redis.zadd(key, Date.now() - 1, member)
    expect(await other.enter(places)).toHaveProperty('leave')
    for (const each of [concurrency, other]) each.close()
    redis.disconnect()
    await privateRedis?.stop()
  })
})

describe('while Redis is away', () => {
  test('each node counts alone, and says so once', async () => {
    const redis = new Redis({
      host: '127.0.0.1',
      port: 1,
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    })
    redis.on('error', () => undefined)
    const warnings: string[] = []
    const cluster = { redis, key: (name: string) => name }
    const log = { warn: (_: object, message: string) => void warnings.push(message) }
    const concurrency = createConcurrency({ cluster, log })
    const limits = createLimits({ rates: createRates(createSharedStore({ cluster, log })), concurrency })
    const token = owner('t1', { rpm: 3, concurrency: 2 })
    const [one] = [await enter(limits, [token]), await enter(limits, [token])]
    expect((await refusal(limits, [token]))?.limit).toBe('concurrency')
    one.leave(0)
    await enter(limits, [token])
    expect(warnings).toEqual([
      'calls under way are counted on this node alone until Redis is back',
      'limits are counted on this node alone until Redis is back',
    ])
    concurrency.close()
    redis.disconnect()
  })
})
