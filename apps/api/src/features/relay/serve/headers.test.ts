import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logOf, makeDoor, saying, type Door } from '../../../../test/relay-calls.ts'
import { eventsIn, readRaw, startRelay, type TestRelay } from '../../../../test/relay-wire.ts'

let relay: TestRelay
let door: Door

beforeAll(async () => {
  relay = await startRelay()
  const upstreamModels = { openai: 'echo-headers', anthropic: 'echo-headers', gemini: 'echo-headers' }
  for (const type of ['openai', 'anthropic', 'gemini'] as const)
    await relay.channel({ type, models: [type], model_mapping: { [type]: upstreamModels[type] } })
  await relay.channel({ models: ['wrong-key'], key: 'wrong' })
  await relay.channel({ models: ['status-429-retry-7', 'status-429-retry-ms-7500', 'gpt-test'] })
  await relay.channel({ type: 'anthropic', models: ['claude'] })
  door = await makeDoor(relay.api)
})
afterAll(() => relay.close())

const paths = { chat: '/v1/chat/completions', messages: '/v1/messages', responses: '/v1/responses' }

const ask = (api: keyof typeof paths, model: string, { stream = false, headers = {} } = {}) => {
  const said = api === 'responses' ? { input: 'hello' } : { messages: saying('hello'), max_tokens: 9_999 }
  return readRaw(relay.api.url, paths[api], door.key, { model, stream, ...said }, headers)
}

/** What a client may send that is none of a provider's business. */
const clientHeaders = {
  cookie: 'session=of-the-client',
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-host': 'inside.example',
  'x-real-ip': '203.0.113.9',
  forwarded: 'for=203.0.113.9',
  via: '1.1 inside',
  te: 'trailers',
  'proxy-authorization': 'Basic of-the-client',
  'idempotency-key': 'of-the-client',
  'openai-organization': 'of-the-client',
  'openai-project': 'of-the-client',
  origin: 'https://inside.example',
  referer: 'https://inside.example/page',
  'x-parley-conversation': 'of-the-client',
  'x-stainless-os': 'Linux',
}

const mayArrive = new Set([
  'accept',
  'accept-encoding',
  'anthropic-version',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'host',
  'user-agent',
  'x-api-key',
  'x-goog-api-key',
])

describe('a provider is sent its own key and nothing of the client’s connection:', () => {
  test.each<[keyof typeof paths, string]>([
    ['chat', 'openai'],
    ['chat', 'anthropic'],
    ['chat', 'gemini'],
    ['messages', 'openai'],
    ['messages', 'anthropic'],
    ['responses', 'gemini'],
  ])('%s at %s', async (api, type) => {
    const wire = await ask(api, type, { headers: clientHeaders })
    expect(wire.status).toBe(200)
    const echoed = /\{\\"(.*?)\\"\}/.exec(wire.text())?.[0].replaceAll(String.raw`\"`, '"') ?? ''
    const seen: Record<string, string> = JSON.parse(echoed)
    expect(Object.keys(seen).filter((name) => !mayArrive.has(name))).toEqual([])
    expect(echoed).not.toContain(door.key)
    expect(echoed).not.toMatch(/of-the-client|203\.0\.113\.9|inside/)
    expect(echoed).toContain('key-of-the-provider')
  })
})

/** Headers of an answer that the relay, its server or HTTP itself sets, or that are meant for clients. */
const mayReturn =
  /^(content-type|content-length|transfer-encoding|date|connection|keep-alive|cache-control|x-accel-buffering|x-request-id|request-id|openai-(processing-ms|version)|(x|anthropic)-ratelimit-.*|retry-after(-ms)?|vary|x-should-retry)$/

describe('a client is sent nothing of a provider’s account', () => {
  test.each<[keyof typeof paths, string, boolean]>([
    ['chat', 'gpt-test', false],
    ['chat', 'gpt-test', true],
    ['messages', 'claude', false],
    ['messages', 'claude', true],
    ['chat', 'claude', true],
    ['responses', 'gpt-test', false],
  ])('%s of %s, streamed: %s', async (api, model, stream) => {
    const { headers, text } = await ask(api, model, { stream })
    expect(Object.keys(headers).filter((name) => !mayReturn.test(name))).toEqual([])
    expect(text()).not.toContain('key-of-the-provider')
    const row = await logOf(relay.api, String(headers['x-request-id']))
    expect(row.upstream_request_id).toMatch(/^req_/)
    expect(headers['x-request-id']).not.toBe(row.upstream_request_id)
    expect(headers['request-id']).toBe(api === 'messages' ? headers['x-request-id'] : undefined)
  })

  test('not its key where the provider refuses it', async () => {
    const wire = await ask('chat', 'wrong-key')
    expect(wire.status).toBe(502)
    expect(wire.text()).not.toContain('wrong')
    expect(wire.text()).toContain('administrator')
  })
})

describe('when to come back passes through', () => {
  test.each([
    ['status-429-retry-7', 'retry-after', '7'],
    ['status-429-retry-ms-7500', 'retry-after-ms', '7500'],
  ])('%s', async (model, header, value) => {
    for (const stream of [false, true]) {
      const { status, headers } = await ask('chat', model, { stream })
      expect(status).toBe(429)
      expect(headers).toMatchObject({ [header]: value, 'x-ratelimit-remaining-requests': '9999' })
    }
  })
})

test('limits of the provider pass through to Anthropic’s clients, in streams too', async () => {
  for (const stream of [false, true])
    expect((await ask('messages', 'claude', { stream })).headers).toMatchObject({
      'anthropic-ratelimit-requests-remaining': '3999',
    })
})

test('a client cannot name a call', async () => {
  const { headers, text } = await ask('chat', 'gpt-test', { stream: true, headers: { 'x-request-id': 'chosen' } })
  expect(headers['x-request-id']).not.toBe('chosen')
  expect(eventsIn(text()).length).toBeGreaterThan(3)
})
