import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startPrivateRedis, type PrivateRedis } from '../../../../../scripts/redis.ts'
import type { JsonObject } from './dialects/json.ts'
import { cacheKeyOf, createResponseCache, isCacheable } from './response-cache.ts'
import type { EndpointName } from './serve/endpoints.ts'

const onError = (error: unknown) => {
  throw error
}
const answerOf = (text: string) => ({ headers: { 'content-type': 'application/json' }, body: Buffer.from(text) })

describe('the name of a question', () => {
  const body: JsonObject = { model: 'small', messages: [{ role: 'user', content: 'hi' }], temperature: 0 }
  const question = {
    workspaceId: '1',
    groupId: '2',
    tokenId: '3',
    guardrailsVersion: '',
    endpoint: 'chat',
    body,
  } as const

  test('does not depend on the order of keys', () => {
    const turned = { temperature: 0, messages: [{ content: 'hi', role: 'user' }], model: 'small' }
    expect(cacheKeyOf({ ...question, body: turned })).toBe(cacheKeyOf(question))
  })

  test.each<[string, object]>([
    ['workspace', { workspaceId: '9' }],
    ['group', { groupId: '9' }],
    ['token', { tokenId: '9' }],
    ['guardrails', { guardrailsVersion: 'other' }],
    ['endpoint', { endpoint: 'completions' }],
    ['stream', { body: { ...body, stream: true } }],
    ['order of messages', { body: { ...body, messages: [{ role: 'user', content: 'ih' }] } }],
    ['type of a value', { body: { ...body, temperature: '0' } }],
  ])('differs with another %s', (_, other) => {
    expect(cacheKeyOf({ ...question, ...other })).not.toBe(cacheKeyOf(question))
  })
})

test.each<[EndpointName, JsonObject, Record<string, string>, boolean]>([
  ['chat', {}, {}, true],
  ['chat', { stream: true }, {}, true],
  ['chat', {}, { 'cache-control': 'no-cache' }, false],
  ['chat', {}, { 'cache-control': 'max-age=0, No-Store' }, false],
  ['chat', {}, { 'cache-control': 'max-age=10' }, true],
  ['chat', { tools: [{ type: 'function', function: { name: 'add' } }] }, {}, true],
  ['chat', { web_search_options: {} }, {}, false],
  ['chat', { store: true }, {}, false],
  ['messages', { tools: [{ name: 'add', input_schema: {} }] }, {}, true],
  ['messages', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, {}, false],
  ['responses', {}, {}, false],
  ['responses', { store: false }, {}, true],
  ['responses', { store: false, conversation: 'conv_1' }, {}, false],
  ['responses', { store: false, tools: [{ type: 'code_interpreter' }] }, {}, false],
  ['embeddings', {}, {}, true],
  ['images', {}, {}, false],
  ['transcriptions', {}, {}, false],
])('an answer of %s to %j with %j may be kept: %s', (endpoint, body, headers, expected) => {
  expect(isCacheable(endpoint, body, headers)).toBe(expected)
})

describe('kept in memory', () => {
  const cache = createResponseCache({ cluster: null, onError })

  test('an answer is given again as it was, until its time is over', async () => {
    cache.put('a', answerOf('{"n":1}'), 10)
    expect(await cache.get('a')).toEqual(answerOf('{"n":1}'))
    cache.put('a', answerOf('{"n":2}'), 0.01)
    await vi.waitFor(async () => expect(await cache.get('a')).toBeNull())
  })

  test('what was never kept, and what is too large to be, is a miss', async () => {
    cache.put('large', answerOf('x'.repeat(1024 * 1024 + 1)), 10)
    expect(await cache.get('large')).toBeNull()
    expect(await cache.get('unknown')).toBeNull()
  })

  test('the answers asked for longest ago give way', async () => {
    const text = 'x'.repeat(1024 * 1024)
    for (let count = 0; count < 70; count += 1) cache.put(`many-${count}`, answerOf(text), 10)
    expect(await cache.get('many-0')).toBeNull()
    expect(await cache.get('many-69')).not.toBeNull()
  })
})

describe('with Redis', () => {
  let privateRedis: PrivateRedis | undefined
  let nodes: { redis: Redis; key: (name: string) => string }[] = []
  beforeAll(async () => {
    privateRedis = process.env.REDIS_URL ? undefined : await startPrivateRedis()
    const url = privateRedis?.url ?? process.env.REDIS_URL ?? ''
    const run = randomUUID()
    nodes = [1, 2].map(() => ({ redis: new Redis(url), key: (name: string) => `test:${run}:${name}` }))
    await Promise.all(nodes.map(({ redis }) => once(redis, 'ready')))
  })
  afterAll(async () => {
    for (const { redis } of nodes) redis.disconnect()
    await privateRedis?.stop()
  })

  test('an answer of one node is given by the other, byte for byte', async () => {
    const [one, other] = nodes.map((cluster) => createResponseCache({ cluster, onError }))
    const body = Buffer.from([0, 10, 255, 128, 10])
    one?.put('sound', { headers: { 'content-type': 'audio/mpeg' }, body }, 60)
    await vi.waitFor(async () => {
      expect(await other?.get('sound')).toEqual({ headers: { 'content-type': 'audio/mpeg' }, body })
    })
    expect(await other?.get('nothing')).toBeNull()
  })

  test('while Redis is away each node has its own', async () => {
    const [cluster] = nodes
    if (!cluster) throw new Error('no node')
    const cache = createResponseCache({ cluster, onError })
    cluster.redis.disconnect()
    await once(cluster.redis, 'end')
    cache.put('own', answerOf('mine'), 60)
    expect(await cache.get('own')).toEqual(answerOf('mine'))
    expect(await cache.get('none')).toBeNull()
  })
})
