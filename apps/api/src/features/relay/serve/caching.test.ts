import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ask, logOf, makeDoor, saying, setPrice, type Door } from '../../../../test/relay-calls.ts'
import { callRaw, expectBalanced, startRelay, type TestRelay } from '../../../../test/relay-wire.ts'

let relay: TestRelay
let door: Door
let channelId: string

beforeAll(async () => {
  relay = await startRelay()
  channelId = await relay.channel({ models: ['gpt-test', 'die-after-3', 'slow-first-400'] })
  await relay.channel({ type: 'anthropic', models: ['claude'] })
  for (const model of ['gpt-test', 'claude']) await setPrice(relay.api, model)
  door = await makeDoor(relay.api, { token: { options: { cache_ttl_seconds: 60 } } })
})
afterAll(() => relay.close())

const chatPath = '/v1/chat/completions'
let asked = 0

async function say(key: string, body: object, path = chatPath, headers: object = {}) {
  const response = await ask(relay.api, key, path, body, headers)
  const text = await response.text()
  const requestId = response.headers.get('x-request-id')
  return { response, text, row: await logOf(relay.api, requestId), hit: response.headers.get('x-parley-cache') }
}

const question = (model = 'gpt-test', stream = false) => {
  asked += 1
  return { model, messages: saying(`what is ${asked}`), max_tokens: 30, stream }
}

describe('an equal request gets the same answer, under a name of its own and for nothing', () => {
  test.each([
    [chatPath, 'gpt-test', false],
    [chatPath, 'gpt-test', true],
    [chatPath, 'claude', false],
    [chatPath, 'claude', true],
    ['/v1/messages', 'claude', true],
    ['/v1/messages', 'gpt-test', true],
  ])('%s of %s, streamed: %s', async (path, model, stream) => {
    const body = question(model, stream)
    const first = await say(door.key, body, path)
    const second = await say(door.key, Object.fromEntries(Object.entries(body).toReversed()), path)
    expect([first.hit, second.hit]).toEqual([null, 'hit'])
    expect(second.text).toBe(first.text)
    expect(second.response.headers.get('content-type')).toBe(first.response.headers.get('content-type'))
    expect(second.row.request_id).not.toBe(first.row.request_id)
    expect(first.row.cost_micros).toBeGreaterThan(0)
    expect(second.row).toMatchObject({ status: 200, is_cached: 1, cost_micros: 0 })
  })
})

describe('asks the provider again', () => {
  test('who wants no cache', async () => {
    const body = question()
    await say(door.key, body)
    expect((await say(door.key, body, chatPath, { 'cache-control': 'no-cache' })).hit).toBeNull()
  })

  test('who names the channel that is to answer', async () => {
    const body = question()
    await say(door.key, body)
    expect((await say(door.key, body, chatPath, { 'x-parley-channel': channelId })).hit).toBeNull()
  })

  test('another token, also of the same wish', async () => {
    const body = question()
    await say(door.key, body)
    const other = await makeDoor(relay.api, { token: { options: { cache_ttl_seconds: 60 } } })
    expect((await say(other.key, body)).hit).toBeNull()
  })

  test('a token that does not wish it', async () => {
    const plain = await makeDoor(relay.api)
    const body = question()
    await say(plain.key, body)
    expect((await say(plain.key, body)).hit).toBeNull()
  })

  test('another question', async () => {
    const body = question()
    await say(door.key, body)
    expect((await say(door.key, { ...body, temperature: 0 })).hit).toBeNull()
  })

  test('who asked for what broke off', async () => {
    const body = question('die-after-3', true)
    await say(door.key, body)
    expect((await say(door.key, body)).hit).toBeNull()
  })

  test('who asked for what somebody left', async () => {
    const body = question('slow-first-400', true)
    const left = callRaw(relay.api.url, chatPath, door.key, body)
    await vi.waitFor(async () => expect((await relay.seen()).open).toBe(1))
    left.leave()
    await vi.waitFor(async () => expect((await relay.seen()).open).toBe(0))
    expect((await say(door.key, body)).hit).toBeNull()
  })
})

test('every call is billed, and nothing stays set aside', async () => {
  expect((await expectBalanced(relay.api)).used).toBeGreaterThan(0)
})
