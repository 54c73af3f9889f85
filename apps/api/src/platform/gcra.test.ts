import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPrivateRedis, type PrivateRedis } from '../../../../scripts/redis.ts'
import { gcra, intervalUsOf, type Limit } from './gcra.ts'
import { createMemoryStore, createRedisStore } from './rate-limit-stores.ts'

const limits = fc.record({ perMinute: fc.integer({ min: 1, max: 40 }) })

/** Pauses between requests: bursts, about the even pace, and long rests. */
const pauses = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000_000 }), fc.constant(90_000_000)), {
  maxLength: 120,
})

/**
 * The model: a list of when requests were allowed. One more may come if, since whichever of them, no more came than the whole
 * limit and what has trickled in since.
 */
function mayCome(allowedUs: number[], nowUs: number, limit: Limit): boolean {
  const intervalUs = intervalUsOf(limit)
  return [...allowedUs, nowUs].every((sinceUs, index) => {
    const came = allowedUs.length - index + 1
    return came * intervalUs <= limit.perMinute * intervalUs + (nowUs - sinceUs)
  })
}

describe('the algorithm', () => {
  test('allows exactly what the list of earlier requests allows', () => {
    fc.assert(
      fc.property(limits, pauses, (limit, steps) => {
        const allowedUs: number[] = []
        let arrivalUs = 0
        let nowUs = 1_000_000_000
        for (const step of steps) {
          nowUs += step
          const outcome = gcra(arrivalUs, nowUs, { limit })
          expect(outcome.isAllowed).toBe(mayCome(allowedUs, nowUs, limit))
          arrivalUs = outcome.arrivalUs
          if (outcome.isAllowed) allowedUs.push(nowUs)
        }
      }),
    )
  })

  test('says how many more may come, and when, to the microsecond', () => {
    fc.assert(
      fc.property(limits, pauses, (limit, steps) => {
        const model: number[] = []
        let arrivalUs = 0
        let nowUs = 1_000_000_000
        for (const step of steps) {
          nowUs += step
          const outcome = gcra(arrivalUs, nowUs, { limit })
          arrivalUs = outcome.arrivalUs
          if (outcome.isAllowed) model.push(nowUs)
          const nextUs = nowUs + outcome.retryAfterUs
          expect(outcome.isAllowed || mayCome(model, nextUs, limit)).toBe(true)
          expect(outcome.isAllowed || !mayCome(model, nextUs - 1, limit)).toBe(true)
          const more = Array.from({ length: outcome.remaining }, () => nowUs)
          expect(outcome.remaining === 0 || mayCome([...model, ...more.slice(1)], nowUs, limit)).toBe(true)
          expect(mayCome([...model, ...more], nowUs, limit)).toBe(false)
          const restedUs = nowUs + outcome.resetUs
          expect(gcra(arrivalUs, restedUs, { limit }).remaining).toBe(limit.perMinute - 1)
        }
      }),
    )
  })

  test('several at once are so many one by one, or none of them', () => {
    const costs = fc.array(
      fc.record({ pauseUs: fc.integer({ min: 0, max: 20_000_000 }), cost: fc.integer({ min: 1, max: 45 }) }),
      {
        maxLength: 60,
      },
    )
    fc.assert(
      fc.property(limits, costs, (limit, steps) => {
        let arrivalUs = 0
        let nowUs = 1_000_000_000
        for (const { pauseUs, cost } of steps) {
          nowUs += pauseUs
          const atOnce = gcra(arrivalUs, nowUs, { limit, cost })
          let singly = arrivalUs
          let allowed = 0
          while (allowed < cost) {
            const one = gcra(singly, nowUs, { limit })
            if (!one.isAllowed) break
            singly = one.arrivalUs
            allowed += 1
          }
          expect(atOnce.isAllowed).toBe(allowed === cost)
          expect(atOnce.arrivalUs).toBe(atOnce.isAllowed ? singly : Math.max(arrivalUs, nowUs))
          const isAllowedAfter = (waitUs: number) => gcra(arrivalUs, nowUs + waitUs, { limit, cost }).isAllowed
          const mayEver = cost <= limit.perMinute
          expect(isAllowedAfter(atOnce.retryAfterUs)).toBe(mayEver)
          expect(!atOnce.isAllowed && isAllowedAfter(atOnce.retryAfterUs - 1)).toBe(false)
          arrivalUs = atOnce.arrivalUs
        }
      }),
    )
  })

  test('what is forced beyond the limit is waited for by the next one; what is given back may be used', () => {
    const limit = { perMinute: 10 }
    const nowUs = 1_000_000_000
    const forced = gcra(0, nowUs, { limit, cost: 25 }, true)
    expect(forced).toMatchObject({ isAllowed: true, remaining: 0, retryAfterUs: 0, resetUs: 150_000_000 })
    expect(gcra(forced.arrivalUs, nowUs, { limit })).toMatchObject({ isAllowed: false, retryAfterUs: 96_000_000 })
    expect(gcra(forced.arrivalUs, nowUs, { limit, cost: -20 }, true)).toMatchObject({ remaining: 5 })
    expect(gcra(forced.arrivalUs, nowUs, { limit, cost: -90 }, true)).toMatchObject({ remaining: 10, resetUs: 0 })
  })

  test('counts under no limit what one of several refuses', async () => {
    const take = createMemoryStore(() => 0)
    const [one, two] = [
      { key: 'one', limit: { perMinute: 1 } },
      { key: 'two', limit: { perMinute: 2 } },
    ]
    await take([one, two])
    expect((await take([one, two])).map(({ isAllowed }) => isAllowed)).toEqual([false, true])
    expect((await take([two]))[0]).toMatchObject({ isAllowed: true, remaining: 0 })
  })
})

describe('in Redis', () => {
  let privateRedis: PrivateRedis | undefined
  let nodes: Redis[]
  beforeAll(async () => {
    privateRedis = process.env.REDIS_URL ? undefined : await startPrivateRedis()
    const url = privateRedis?.url ?? process.env.REDIS_URL ?? ''
    nodes = [new Redis(url), new Redis(url)]
  })
  afterAll(async () => {
    for (const node of nodes) node.disconnect()
    await privateRedis?.stop()
  })
  const storesOf = (run: string) => nodes.map((redis) => createRedisStore(redis, (name) => `test:{${run}}:${name}`))

  test('two nodes together allow what one would', async () => {
    const stores = storesOf(crypto.randomUUID())
    const counted = [{ key: 'lin', limit: { perMinute: 30 } }]
    const startedAtMs = Date.now()
    const outcomes = await Promise.all(Array.from({ length: 200 }, async (_, index) => stores[index % 2]?.(counted)))
    const trickledIn = Math.floor((Date.now() - startedAtMs) / 2_000)
    const allowed = outcomes.filter((outcome) => outcome?.[0]?.isAllowed).length
    expect(allowed).toBeGreaterThanOrEqual(30)
    expect(allowed).toBeLessThanOrEqual(30 + trickledIn)
  })

  test('the answers are those of the memory store on the same clock', async () => {
    const requests = fc.array(
      fc.record({
        keys: fc.subarray(['lin', 'wei', 'office'], { minLength: 1 }),
        cost: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
        isForced: fc.boolean(),
        isGivenBack: fc.boolean(),
      }),
      { minLength: 1, maxLength: 25 },
    )
    await fc.assert(
      fc.asyncProperty(requests, limits, async (steps, limit) => {
        const [inRedis] = storesOf(crypto.randomUUID())
        let nowUs = 0
        const inMemory = createMemoryStore(() => nowUs)
        for (const { keys, cost = 1, isForced, isGivenBack } of steps) {
          const wanted = isForced && isGivenBack ? -cost : cost
          const counted = keys.map((key) => ({ key, limit, ...(wanted !== 1 && { cost: wanted }) }))
          const outcomes = (await inRedis?.(counted, isForced)) ?? []
          nowUs = outcomes[0]?.nowUs ?? 0
          expect(outcomes).toEqual(await inMemory(counted, isForced))
        }
      }),
      { numRuns: 40 },
    )
  })

  test('keys leave when nothing is held against them any more', async () => {
    const run = crypto.randomUUID()
    const [take] = storesOf(run)
    await take?.([{ key: 'lin', limit: { perMinute: 600 } }])
    const leftMs = await nodes[0]?.pttl(`test:{${run}}:limit:lin`)
    expect(leftMs).toBeGreaterThan(0)
    expect(leftMs).toBeLessThanOrEqual(100)
  })
})
