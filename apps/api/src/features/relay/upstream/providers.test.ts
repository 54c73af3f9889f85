import { describe, expect, test } from 'vitest'
import type { EndpointName } from '../serve/endpoints.ts'
import type { ChannelType } from '../tables.ts'
import {
  answerHeaders,
  approachTo,
  headersFor,
  meantStatus,
  providerUrls,
  upstreamRequestIdOf,
  urlOf,
  type Operation,
  type Upstream,
} from './providers.ts'

const upstream = (type: ChannelType, baseUrl: string, key = 'key-1'): Upstream => ({
  type,
  baseUrl: new URL(baseUrl),
  key,
})

describe('the address of', () => {
  test.each<[ChannelType, string, Operation, string]>([
    ['openai', 'https://api.openai.com/v1', 'chat', 'https://api.openai.com/v1/chat/completions'],
    ['openai', 'https://api.openai.com/v1/', 'responses', 'https://api.openai.com/v1/responses'],
    ['openai', 'https://api.openai.com', 'embeddings', 'https://api.openai.com/v1/embeddings'],
    ['openai', 'http://localhost:11434', 'chat', 'http://localhost:11434/v1/chat/completions'],
    ['openai', 'https://gate.example/team/v1', 'speech', 'https://gate.example/team/v1/audio/speech'],
    [
      'openai',
      'https://open.bigmodel.example/api/paas/v4',
      'chat',
      'https://open.bigmodel.example/api/paas/v4/chat/completions',
    ],
    ['openai', 'https://a.example/v1?tenant=lin', 'images', 'https://a.example/v1/images/generations?tenant=lin'],
    ['openai', 'https://a.example/v1', 'image_edits', 'https://a.example/v1/images/edits'],
    ['openai', 'https://a.example/v1', 'transcriptions', 'https://a.example/v1/audio/transcriptions'],
    ['openai', 'https://a.example/v1', 'rerank', 'https://a.example/v1/rerank'],
    ['openai', 'https://a.example/v1', 'models', 'https://a.example/v1/models'],
    ['openai', 'https://a.example/v1', 'realtime', 'wss://a.example/v1/realtime?model=some-model'],
    ['openai', 'http://127.0.0.1:9', 'realtime', 'ws://127.0.0.1:9/v1/realtime?model=some-model'],
    ['openai', 'https://lin.openai.azure.com', 'chat', 'https://lin.openai.azure.com/openai/v1/chat/completions'],
    [
      'openai',
      'https://lin.openai.azure.com/openai/deployments/small?api-version=2024-10-21',
      'chat',
      'https://lin.openai.azure.com/openai/deployments/small/chat/completions?api-version=2024-10-21',
    ],
    ['anthropic', 'https://api.anthropic.com', 'messages', 'https://api.anthropic.com/v1/messages'],
    [
      'anthropic',
      'https://api.anthropic.com/v1/',
      'count_tokens',
      'https://api.anthropic.com/v1/messages/count_tokens',
    ],
    ['anthropic', 'https://a.example/anthropic', 'messages', 'https://a.example/anthropic/v1/messages'],
    ['gemini', providerUrls.gemini, 'generate', `${providerUrls.gemini}/v1beta/models/some-model:generateContent`],
    ['gemini', `${providerUrls.gemini}/v1`, 'generate', `${providerUrls.gemini}/v1/models/some-model:generateContent`],
    ['gemini', providerUrls.gemini, 'embeddings', `${providerUrls.gemini}/v1beta/openai/embeddings`],
    ['test', 'http://127.0.0.1:9/failures/v1', 'chat', 'http://127.0.0.1:9/failures/v1/chat/completions'],
    ['test', 'http://127.0.0.1:9/answers/v1', 'messages', 'http://127.0.0.1:9/answers/v1/messages'],
  ])('%s at %s, %s', (type, baseUrl, operation, expected) => {
    expect(urlOf(upstream(type, baseUrl), { operation, model: 'some-model', isStream: false }).href).toBe(expected)
  })

  test('a stream of Gemini, whose model is no path', () => {
    const url = urlOf(upstream('gemini', providerUrls.gemini), {
      operation: 'generate',
      model: 'models/../secret?a',
      isStream: true,
    })
    expect(url.pathname + url.search).toBe('/v1beta/models/..%2Fsecret%3Fa:streamGenerateContent?alt=sse')
  })

  test('a stored answer', () => {
    const target = { operation: 'responses', model: '', isStream: false, rest: '/resp_1/cancel' } as const
    expect(urlOf(upstream('openai', 'https://a.example'), target).pathname).toBe('/v1/responses/resp_1/cancel')
  })

  test('no channel is changed by being asked', () => {
    const channel = upstream('openai', 'https://a.example/v1')
    urlOf(channel, { operation: 'realtime', model: 'm', isStream: false })
    expect(channel.baseUrl.href).toBe('https://a.example/v1')
  })
})

test.each<[ChannelType, EndpointName, string | null]>([
  ['openai', 'chat', 'chat chat'],
  ['openai', 'responses', 'responses responses'],
  ['openai', 'messages', 'chat chat'],
  ['openai', 'count_tokens', null],
  ['openai', 'completions', 'completions null'],
  ['openai', 'embeddings', 'embeddings null'],
  ['openai', 'realtime', 'realtime null'],
  ['anthropic', 'chat', 'messages messages'],
  ['anthropic', 'responses', 'messages messages'],
  ['anthropic', 'messages', 'messages messages'],
  ['anthropic', 'count_tokens', 'count_tokens null'],
  ['anthropic', 'embeddings', null],
  ['gemini', 'chat', 'generate gemini'],
  ['gemini', 'messages', 'generate gemini'],
  ['gemini', 'embeddings', 'embeddings null'],
  ['gemini', 'speech', null],
  ['test', 'messages', 'messages messages'],
  ['test', 'responses', 'responses responses'],
  ['test', 'count_tokens', 'count_tokens null'],
  ['test', 'speech', 'speech null'],
])('%s is asked for %s as %s', (type, endpoint, expected) => {
  const approach = approachTo(type, endpoint)
  expect(approach && `${approach.operation} ${approach.dialect}`).toBe(expected)
})

test('an upstream without the responses API is asked through chat', () => {
  expect(approachTo('openai', 'responses', true)).toEqual({ operation: 'chat', dialect: 'chat' })
})

/** Everything a client might send that is nobody's business but ours. */
const clientHeaders = {
  host: 'relay.example',
  connection: 'keep-alive',
  'content-length': '12',
  'transfer-encoding': 'chunked',
  authorization: 'Bearer pk-of-the-client',
  'x-api-key': 'pk-of-the-client',
  cookie: 'a=b',
  'x-forwarded-for': '203.0.113.7',
  'openai-organization': 'org-of-the-client',
  'idempotency-key': 'one',
  'accept-language': 'de',
  'user-agent': 'OpenAI/JS',
  accept: 'application/json',
  'content-type': 'application/json',
  'openai-beta': 'assistants=v2',
  'anthropic-beta': 'files-2025',
  'anthropic-version': '2024-01-01',
}
const always = {
  accept: 'application/json',
  'accept-encoding': 'identity',
  'content-type': 'application/json',
  'user-agent': 'parley',
}

describe('an upstream is sent its key and little else', () => {
  test.each<[ChannelType, string, Operation, Record<string, string>]>([
    ['openai', 'https://api.openai.com/v1', 'chat', { authorization: 'Bearer key-1', 'openai-beta': 'assistants=v2' }],
    ['openai', 'https://lin.openai.azure.com', 'chat', { 'api-key': 'key-1', 'openai-beta': 'assistants=v2' }],
    [
      'anthropic',
      'https://api.anthropic.com',
      'messages',
      { 'x-api-key': 'key-1', 'anthropic-version': '2024-01-01', 'anthropic-beta': 'files-2025' },
    ],
    ['gemini', providerUrls.gemini, 'generate', { 'x-goog-api-key': 'key-1', 'openai-beta': 'assistants=v2' }],
    ['gemini', providerUrls.gemini, 'embeddings', { authorization: 'Bearer key-1', 'openai-beta': 'assistants=v2' }],
    ['test', 'http://127.0.0.1:9', 'chat', { authorization: 'Bearer key-1', 'openai-beta': 'assistants=v2' }],
  ])('%s at %s, %s', (type, baseUrl, operation, expected) => {
    expect(headersFor(upstream(type, baseUrl), operation, clientHeaders)).toEqual({ ...always, ...expected })
  })

  test('a client that names no version of Anthropic speaks the usual one', () => {
    const { 'anthropic-version': version } = headersFor(upstream('anthropic', 'https://a.example'), 'messages', {})
    expect(version).toBe('2023-06-01')
  })

  test('an upstream without a key gets none, the built-in one some', () => {
    expect(headersFor(upstream('openai', 'http://localhost:11434', ''), 'chat', {})).not.toHaveProperty('authorization')
    expect(headersFor(upstream('test', 'http://127.0.0.1:9', ''), 'chat', {}).authorization).toBe('Bearer test')
  })
})

test("a client gets of the upstream's headers what is about the answer", () => {
  const passed = {
    'content-type': 'application/json',
    'retry-after': '3',
    'retry-after-ms': '2500',
    'x-should-retry': 'true',
    'x-ratelimit-remaining-requests': '9',
    'anthropic-ratelimit-tokens-reset': 'soon',
    'openai-processing-ms': '12',
    'openai-version': '2020-10-01',
  }
  const kept = {
    'set-cookie': ['a=b'],
    server: 'cloudflare',
    'cf-ray': '1-FRA',
    'x-request-id': 'req_1',
    'openai-organization': 'the-team',
    'anthropic-organization-id': 'org',
    connection: 'keep-alive',
    'transfer-encoding': 'chunked',
    'content-encoding': 'gzip',
    'content-length': '12',
    'strict-transport-security': 'max-age=1',
    'access-control-allow-origin': '*',
  }
  expect(answerHeaders({ ...kept, ...passed })).toEqual(passed)
})

test.each<[Record<string, string>, string | null]>([
  [{ 'x-request-id': 'req_1', 'cf-ray': 'ray' }, 'req_1'],
  [{ 'request-id': 'req_2', 'cf-ray': 'ray' }, 'req_2'],
  [{ 'x-request-id': '', 'apim-request-id': 'az' }, 'az'],
  [{ 'cf-ray': 'ray' }, 'ray'],
  [{}, null],
])('of %j the log keeps %s', (headers, expected) => expect(upstreamRequestIdOf(headers)).toBe(expected))

test('a wrong key is known as one at Google too', () => {
  const body = Buffer.from('{"error":{"code":400,"message":"API key not valid. Please pass a valid API key."}}')
  expect(meantStatus('gemini', 400, body)).toBe(401)
  expect(meantStatus('gemini', 400, Buffer.from('{}'))).toBe(400)
  expect(meantStatus('openai', 400, body)).toBe(400)
})
