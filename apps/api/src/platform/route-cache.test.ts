import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPrivateRedis, type PrivateRedis } from '../../../../scripts/redis.ts'
import { AppError } from './http/errors.ts'
import { createRouteCache, type RouteCache } from './route-cache.ts'

const onError = (error: unknown) => {
  throw error
}

const question = { route: '/api/things', scope: { userId: '1' }, input: { query: 'a' }, tags: ['things'] }

/** A question to the database that counts how often it was asked. */
function createLoad() {
  let count = 0
  return { load: async () => ({ answer: (count += 1) }), count: () => count }
}

describe.each([
  ['in memory', false],
  ['with Redis', true],
])('a route cache %s', (_, withRedis) => {
  let privateRedis: PrivateRedis | undefined
  const connections: Redis[] = []
  let url = ''
  beforeAll(async () => {
    if (!withRedis) return
    privateRedis = process.env.REDIS_URL ? undefined : await startPrivateRedis()
    url = privateRedis?.url ?? process.env.REDIS_URL ?? ''
  })
  afterAll(async () => {
    for (const connection of connections) connection.disconnect()
    await privateRedis?.stop()
  })

  /** Caches of as many nodes. */
  function createCaches(count: number): RouteCache[] {
    const run = crypto.randomUUID()
    return Array.from({ length: count }, () => {
      if (!withRedis) return createRouteCache({ cluster: null, onError })
      const redis = new Redis(url)
      connections.push(redis)
      return createRouteCache({ cluster: { redis, key: (name) => `test:${run}:${name}` }, onError })
    })
  }
  function createCache(): RouteCache {
    const [cache] = createCaches(1)
    if (!cache) throw new Error('no cache')
    return cache
  }

  test('asks once, however many ask at the same time', async () => {
    const cache = createCache()
    const { load, count } = createLoad()
    const answers = await Promise.all(Array.from({ length: 50 }, () => cache.get(question, load)))
    expect(new Set(answers.map(({ answer }) => answer))).toEqual(new Set([1]))
    expect((await cache.get(question, load)).answer).toBe(1)
    expect(count()).toBe(1)
  })

  test('keeps answers apart by route, input and whom they are for', async () => {
    const cache = createCache()
    const { load } = createLoad()
    const questions = [
      question,
      { ...question, route: '/api/others' },
      { ...question, input: { query: 'b' } },
      { ...question, input: { query: 'a', cursor: 'x' } },
      { ...question, input: {} },
      { ...question, scope: { userId: '2' } },
      { ...question, scope: { workspaceId: '1' } },
      { ...question, scope: 'everybody' as const },
    ]
    const answers = []
    for (const each of [...questions, ...questions]) answers.push((await cache.get(each, load)).answer)
    expect(answers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8])
    const sameInput = { ...question, input: { cursor: 'x', query: 'a', unused: undefined } }
    expect((await cache.get(sameInput, load)).answer).toBe(4)
  })

  test('keeps no failure, and tells it as it was', async () => {
    const cache = createCache()
    const refusal = new AppError('NOT_FOUND', 'It is not there.')
    await expect(cache.get(question, () => Promise.reject(refusal))).rejects.toBe(refusal)
    const { load } = createLoad()
    expect((await cache.get(question, load)).answer).toBe(1)
  })

  test('keeps that there is nothing', async () => {
    const cache = createCache()
    expect(await cache.get<string | null>(question, async () => null)).toBeNull()
    expect(await cache.get<string | null>(question, async () => 'something')).toBeNull()
  })

  test('forgets at once what a write changed, and nothing else', async () => {
    const cache = createCache()
    const { load } = createLoad()
    const other = { ...question, route: '/api/others', tags: ['others'] }
    await cache.get(question, load)
    await cache.get(other, load)
    cache.drop('things')
    expect((await cache.get(question, load)).answer).toBe(3)
    expect((await cache.get(other, load)).answer).toBe(2)
    cache.clear()
    await expect.poll(async () => (await cache.get(other, load)).answer).toBeGreaterThan(3)
  })

  test('does not keep an answer that was overtaken by a write while it was read', async () => {
    const [cache, far] = createCaches(2)
    const asked = Promise.withResolvers<void>()
    const written = Promise.withResolvers<void>()
    const outdated = cache?.get(question, async () => {
      asked.resolve()
      await written.promise
      return { answer: 'before' }
    })
    await asked.promise
    cache?.drop('things')
    written.resolve()
    expect(await outdated).toEqual({ answer: 'before' })
    for (const node of [cache, far]) {
      await expect.poll(() => node?.get(question, async () => ({ answer: 'after' }))).toEqual({ answer: 'after' })
    }
  })

  test.skipIf(!withRedis)('shares answers and drops among nodes', async () => {
    const [here, there] = createCaches(2)
    const { load, count } = createLoad()
    await here?.get(question, load)
    expect(await there?.get(question, load)).toEqual({ answer: 1 })
    expect(count()).toBe(1)
    // As the domain event does, on every node.
    here?.drop('things')
    there?.drop('things')
    for (const node of [there, here]) {
      const answer = await node?.get(question, load)
      expect(answer).not.toEqual({ answer: 1 })
    }
  })

  test.skipIf(!withRedis)('answers while Redis is away', async () => {
    const redis = new Redis('redis://127.0.0.1:1', { lazyConnect: true, enableOfflineQueue: false })
    connections.push(redis.on('error', () => undefined))
    const cache = createRouteCache({ cluster: { redis, key: (name) => name }, onError: () => undefined })
    const { load, count } = createLoad()
    expect(await cache.get(question, load)).toEqual({ answer: 1 })
    expect(await cache.get(question, load)).toEqual({ answer: 1 })
    cache.drop('things')
    expect(await cache.get(question, load)).toEqual({ answer: 2 })
    expect(count()).toBe(2)
  })
})
