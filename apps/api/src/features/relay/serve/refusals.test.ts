import Anthropic from '@anthropic-ai/sdk'
import { createGroup, createToken, updateGroup, updateToken } from '@parley/protocol/relay'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHolder, makeRole } from '../../../../test/access.ts'
import { call } from '../../../../test/harness.ts'
import { ask, logOf, makeDoor, saying, setPrice, type Door } from '../../../../test/relay-calls.ts'
import { startRelay, type TestRelay } from '../../../../test/relay-wire.ts'

let relay: TestRelay
let door: Door

const apis = {
  openai: { path: '/v1/chat/completions', headers: {} },
  anthropic: { path: '/v1/messages', headers: { 'anthropic-version': '2023-06-01' } },
} as const
type Api = keyof typeof apis

interface RefusalSaid {
  message: string
  type: string
  code?: string | null
  param?: string | null
}

const both: Api[] = ['openai', 'anthropic']

const question = { model: 'gpt-test', messages: saying('hello'), max_tokens: 20 }

beforeAll(async () => {
  relay = await startRelay({ TRUSTED_PROXIES: '127.0.0.1' })
  await relay.channel({ models: ['gpt-test', 'other'] })
  await relay.channel({ models: ['slow-headers-400', 'status-*'] })
  await setPrice(relay.api, 'gpt-test')
  door = await makeDoor(relay.api)
})
afterAll(() => relay.close())

/** The whole body of a refusal. */
const envelopes: Record<Api, (error: RefusalSaid, requestId: string | null) => object> = {
  openai: ({ message, type, code, param }) => ({
    error: { message, type, param: param ?? null, code: code ?? null },
  }),
  anthropic: ({ message, type }, requestId) => ({ type: 'error', error: { type, message }, request_id: requestId }),
}

/** A refusal in the envelope of the API that was spoken. */
async function refusalOf(api: Api, key: string, body: object = question, headers: object = {}) {
  const response = await ask(relay.api, key, apis[api].path, body, { ...apis[api].headers, ...headers })
  const requestId = response.headers.get('x-request-id')
  const answer: { error: RefusalSaid } = JSON.parse(await response.text())
  expect(requestId).toBeTruthy()
  expect(answer.error.message).not.toBe('')
  expect(answer).toEqual(envelopes[api](answer.error, requestId))
  expect(response.headers.get('request-id')).toBe(api === 'anthropic' ? requestId : null)
  return { ...answer.error, status: response.status, headers: response.headers, requestId }
}

/** A key that is refused. */
const keys: Record<string, () => Promise<string>> = {
  'nobody has': async () => 'pk-nobody-has-this-one',
  'is disabled': async () => {
    const { key, group, tokenId } = await makeDoor(relay.api)
    const params = { group, id: tokenId }
    await call(relay.api, relay.api.operator, updateToken, { params, body: { status: 'disabled' } })
    return key
  },
  'has expired': async () => {
    const { key, tokenId } = await makeDoor(relay.api)
    await relay.api.sql.query('UPDATE relay_tokens SET expires_at = ? WHERE id = ?', [new Date(0), tokenId])
    return key
  },
  'is of a disabled group': async () => {
    const { key, group } = await makeDoor(relay.api)
    await call(relay.api, relay.api.operator, updateGroup, { params: { group }, body: { status: 'disabled' } })
    return key
  },
  'is of somebody who was shut out': async () => {
    const member = await createHolder(relay.api, await makeRole(relay.api, ['relay:write'], 'member'))
    const { group } = await makeDoor(relay.api, { group: { self_service: true } })
    const body = { name: 'mine' }
    const { data } = await call(relay.api, member, createToken, { params: { group }, query: {}, body })
    await relay.api.sql.query('UPDATE users SET disabled_at = ? WHERE id = ?', [new Date(), member.id])
    return data.key ?? ''
  },
}

describe('401: a key that', () => {
  test.each(Object.entries(keys))('%s', async (_, make) => {
    const key = await make()
    const refusals = await Promise.all(both.map((api) => refusalOf(api, key)))
    expect(refusals.map(({ status }) => status)).toEqual([401, 401])
    expect(refusals.map(({ type }) => type)).toEqual(['invalid_request_error', 'authentication_error'])
  })

  test('is missing, told from one that is unknown', async () => {
    const response = await fetch(new URL('/v1/models', relay.api.url))
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: { code: 'key_missing' } })
    expect(await refusalOf('openai', 'nobody')).toMatchObject({ status: 401, code: 'key_unknown' })
  })

  test('comes in x-api-key is as good as one in Authorization', async () => {
    const response = await fetch(new URL('/v1/models', relay.api.url), { headers: { 'x-api-key': door.key } })
    expect(response.status).toBe(200)
  })
})

describe('403: a key is', () => {
  test.each([
    ['10.1.0.0/16', '10.1.2.3', 200],
    ['10.1.0.0/16', '10.2.0.1', 403],
    ['10.1.2.3', '::ffff:10.1.2.3', 200],
    ['10.1.2.4', '::ffff:10.1.2.3', 403],
    ['2001:db8::/32', '2001:db8:1::7', 200],
    ['2001:db8::/32', '2001:db9::7', 403],
    ['2001:db8::/32', '10.1.2.3', 403],
  ])('for %s, and used from %s: %i', async (subnet, address, status) => {
    const { key } = await makeDoor(relay.api, { token: { subnets: [subnet] } })
    const response = await ask(relay.api, key, apis.openai.path, question, { 'x-forwarded-for': address })
    expect(response.status).toBe(status)
  })

  test.each(both)('not for this network, in the envelope of %s', async (api) => {
    const { key } = await makeDoor(relay.api, { token: { subnets: ['10.0.0.0/8'] } })
    expect(await refusalOf(api, key, question, { 'x-forwarded-for': '192.0.2.1' })).toMatchObject({
      status: 403,
      type: api === 'openai' ? 'invalid_request_error' : 'permission_error',
    })
  })

  test.each(both)('not for this model, in the envelope of %s', async (api) => {
    const { key } = await makeDoor(relay.api, { token: { models: ['oth*'] } })
    const refusal = await refusalOf(api, key)
    expect(refusal).toMatchObject({
      status: 403,
      type: api === 'openai' ? 'invalid_request_error' : 'permission_error',
    })
    expect(await logOf(relay.api, refusal.requestId)).toMatchObject({ status: 403, cost_micros: 0 })
    expect((await ask(relay.api, key, apis[api].path, { ...question, model: 'other' })).status).toBe(200)
  })

  test.each(both)('out of money, in the envelope of %s', async (api) => {
    const { key } = await makeDoor(relay.api, { token: { quota: 3 } })
    expect(await refusalOf(api, key)).toMatchObject({
      status: 403,
      type: api === 'openai' ? 'insufficient_quota' : 'billing_error',
    })
  })
})

describe('404', () => {
  test.each(both)('for a model nobody has, in the envelope of %s', async (api) => {
    expect(await refusalOf(api, door.key, { ...question, model: 'nobody-has' })).toMatchObject({
      status: 404,
      type: api === 'openai' ? 'invalid_request_error' : 'not_found_error',
    })
  })

  test.each([
    ['GET', '/v1/nothing', {}],
    ['POST', '/v1/nothing', {}],
    ['GET', '/v1/chat/completions', {}],
    ['DELETE', '/v1/messages', apis.anthropic.headers],
    ['POST', '/v1/messages/batches', apis.anthropic.headers],
  ])('for %s %s', async (method, path, headers) => {
    const response = await fetch(new URL(path, relay.api.url), {
      method,
      headers: { authorization: `Bearer ${door.key}`, ...headers },
    })
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(response.headers.get('x-request-id')).toBeTruthy()
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining(method) } })
  })
})

describe('429', () => {
  test.each(both)('for calls a minute, with when to come back, in the envelope of %s', async (api) => {
    const { key } = await makeDoor(relay.api, { token: { rpm: 1 } })
    await ask(relay.api, key, apis[api].path, question)
    const { status, type, headers } = await refusalOf(api, key)
    expect([status, type]).toEqual([429, 'rate_limit_error'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(headers.get('x-should-retry')).toBeNull()
  })

  test('for tokens a minute, of the group too', async () => {
    const { key } = await makeDoor(relay.api, { group: { tpm: 25 } })
    const long = { ...question, messages: saying('so many words that they are more than twenty '.repeat(3)) }
    await ask(relay.api, key, apis.openai.path, long)
    expect(await refusalOf('openai', key, long)).toMatchObject({ status: 429, code: 'rate_limited' })
  })

  test('for calls at once', async () => {
    const { key } = await makeDoor(relay.api, { token: { concurrency: 1 } })
    const slow = { ...question, model: 'slow-headers-400' }
    const statuses = (await Promise.all([1, 2, 3].map(() => ask(relay.api, key, apis.openai.path, slow)))).map(
      ({ status }) => status,
    )
    expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 429, 429])
    expect((await ask(relay.api, key, apis.openai.path, question)).status).toBe(200)
  })

  test.each(both)('for the quota of a day, which no client is to try again, in the envelope of %s', async (api) => {
    const { key } = await makeDoor(relay.api, { token: { quota: { day: 3 } } })
    const { status, headers } = await refusalOf(api, key)
    expect(status).toBe(429)
    expect(headers.get('x-should-retry')).toBe('false')
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(86_400)
  })
})

describe('400, 413 and 415', () => {
  const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetch(new URL('/v1/chat/completions', relay.api.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${door.key}`, ...headers },
      body,
    })

  test.each([
    ['no JSON', '{', 400],
    ['an array', '[]', 400],
    ['nothing', '', 400],
    ['no model', '{"messages":[]}', 400],
    ['a model that is no text', '{"model":7,"messages":[]}', 400],
    ['JSON nested beyond reason', `{"model":"gpt-test","messages":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 400],
    ['half a character', Buffer.from([0x7b, 0xc3]).toString('latin1'), 400],
  ])('%s', async (_, body, status) => {
    const response = await post(body)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', code: 'invalid_request' } })
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'what is said to be %s is refused',
    async (type) => {
      const response = await post('{"model":"gpt-test"}', { 'content-type': type })
      expect(response.status).toBe(415)
      expect(await response.json()).toMatchObject({ error: { code: 'unsupported_media_type' } })
    },
  )

  test('more than 100 levels are refused, whoever would read them', async () => {
    const deep = `${'['.repeat(100)}${']'.repeat(100)}`
    const response = await post(`{"model":"gpt-test","messages":[],"metadata":${deep}}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { param: 'body', message: expect.stringContaining('100 levels') },
    })
  })

  test('what is too large is refused before it is read', async () => {
    const response = await post(JSON.stringify({ ...question, messages: saying('x'.repeat(32 * 1024 * 1024)) }))
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ error: { code: 'request_too_large' } })
  })

  test.each([
    [{ messages: 'hello' }],
    [{ messages: 7 }],
    [{ messages: [7, null, 'x', []] }],
    [{ messages: [{ role: 7, content: { deep: [] } }] }],
    [{ messages: saying('x'), tools: 'none' }],
    [{ messages: saying('x'), max_tokens: 'many' }],
    [{ messages: saying('x'), stream: 'yes', stream_options: 7 }],
    [{}],
  ])('messages of wrong types (%j) never break it', async (body) => {
    for (const api of both) {
      const response = await ask(relay.api, door.key, apis[api].path, { model: 'gpt-test', ...body }, apis[api].headers)
      expect(response.status).toBeLessThan(500)
      await response.text()
    }
  })
})

describe('what an upstream answers before its first byte is a real status in the envelope of', () => {
  test.each<[Api, string, boolean, number]>(
    both.flatMap((api) =>
      [false, true].flatMap((stream): [Api, string, boolean, number][] => [
        [api, 'status-400', stream, 400],
        [api, 'status-451', stream, 451],
        [api, 'status-429-retry-60', stream, 429],
        [api, 'status-529-retry-60', stream, 529],
        [api, 'status-401', stream, 502],
      ]),
    ),
  )('%s: %s, streamed: %s', async (api, model, stream, status) => {
    // A channel for each, as one that fails often is left alone.
    const name = `${api} ${model} ${stream}`
    await relay.channel({ models: [name], model_mapping: { [name]: model } })
    const refusal = await refusalOf(api, door.key, { ...question, model: name, stream })
    expect(refusal.status).toBe(status)
    expect(refusal.message).not.toContain('key-of-the-provider')
    expect(await logOf(relay.api, refusal.requestId)).toMatchObject({ status, cost_micros: 0 })
  })
})

describe('what is no answer is a failure of the provider in the envelope of', () => {
  test.each(both)('%s, streamed or not', async (api) => {
    const failures = ['html-error', 'wrong-type', 'empty', 'reset', 'hang', 'die-after-0', 'bad-json']
    const cases = failures.flatMap((model) => [false, true].map((stream) => ({ model, stream })))
    // Half of JSON in a stream is known to be none only when something was sent.
    const known = cases.filter(({ model, stream }) => !(model === 'bad-json' && stream))
    const statuses = await Promise.all(
      known.map(async ({ model, stream }) => {
        const name = `${api} ${model} ${stream}`
        await relay.channel({ models: [name], model_mapping: { [name]: model }, timeouts: { headers_ms: 300 } })
        const { status, message, requestId } = await refusalOf(api, door.key, { ...question, model: name, stream })
        expect(message).not.toMatch(/html|nginx|key-of/)
        expect(await logOf(relay.api, requestId)).toMatchObject({ status, cost_micros: 0 })
        return [model, status]
      }),
    )
    expect(statuses).toEqual(known.map(({ model }) => [model, model === 'hang' ? 504 : 502]))
  })
})

describe('official clients see their own kind of error', () => {
  const openai = (apiKey = door.key) => new OpenAI({ apiKey, baseURL: `${relay.api.url}/v1`, maxRetries: 0 })
  const anthropic = (apiKey = door.key) => new Anthropic({ apiKey, baseURL: relay.api.url, maxRetries: 0 })
  const chat = (client: OpenAI, model = 'gpt-test') =>
    client.chat.completions.create({ model, messages: [{ role: 'user', content: 'hello' }] })
  const message = (client: Anthropic, model = 'gpt-test') =>
    client.messages.create({ model, max_tokens: 20, messages: [{ role: 'user', content: 'hello' }] })

  test('for an unknown key', async () => {
    await expect(chat(openai('unknown'))).rejects.toThrow(OpenAI.AuthenticationError)
    await expect(message(anthropic('unknown'))).rejects.toThrow(Anthropic.AuthenticationError)
  })

  test('for an unknown model', async () => {
    await expect(chat(openai(), 'unknown')).rejects.toThrow(OpenAI.NotFoundError)
    await expect(message(anthropic(), 'unknown')).rejects.toThrow(Anthropic.NotFoundError)
  })

  test('for a model that is not allowed', async () => {
    const { key } = await makeDoor(relay.api, { token: { models: ['other'] } })
    await expect(chat(openai(key))).rejects.toThrow(OpenAI.PermissionDeniedError)
    await expect(message(anthropic(key))).rejects.toThrow(Anthropic.PermissionDeniedError)
  })

  test('for too many calls', async () => {
    const { key } = await makeDoor(relay.api, { token: { rpm: 1 } })
    await chat(openai(key))
    await expect(chat(openai(key))).rejects.toThrow(OpenAI.RateLimitError)
    await expect(message(anthropic(key))).rejects.toThrow(Anthropic.RateLimitError)
  })

  test('for a provider that fails', async () => {
    await expect(chat(openai(), 'status-529-retry-60')).rejects.toThrow(OpenAI.InternalServerError)
    await expect(message(anthropic(), 'status-529-retry-60')).rejects.toThrow(Anthropic.InternalServerError)
  })
})

test('a suspended workspace is refused', async () => {
  await call(relay.api, relay.api.operator, createGroup, { body: { id: 'late' } })
  const { key } = await makeDoor(relay.api)
  await relay.api.sql.query("UPDATE workspaces SET status = 'suspended'")
  expect(await refusalOf('openai', key)).toMatchObject({ status: 401 })
  await relay.api.sql.query("UPDATE workspaces SET status = 'active'")
})
