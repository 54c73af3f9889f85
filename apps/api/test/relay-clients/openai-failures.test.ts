import { updateToken } from '@parley/protocol/relay'
import OpenAI, { APIConnectionError, APIError, APIUserAbortError } from 'openai'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { call } from '../harness.ts'
import { logOf, makeDoor } from '../relay-calls.ts'
import { createWitness, errorOf, failing, startSideBySide, type Side, type SideBySide } from './side-by-side.ts'

const handedOn = ['400', '404', '408', '409', '413', '422', '429', '451', '500', '503', '529']
const kept = ['401', '403']
const healed = ['status-500-after-2', 'status-429-retry-ms-20-after-1', 'status-503-after-1']
const streams = ['comments', 'split-bytes', 'done-twice', 'no-done', 'usage-odd-2', 'slow-first-50']
const broken = ['error-event-after-3', 'die-after-3', 'no-finish']
const withoutAnswer = ['reset', 'html-error', 'bad-json', 'wrong-type', 'empty']

let sides: SideBySide

beforeAll(async () => {
  const statuses = [...handedOn, ...kept].map((status) => `status-${status}`)
  const others = ['status-429-retry-60', 'slow-20', 'slow-headers-60000', 'gpt-test']
  sides = await startSideBySide(
    '/failures',
    failing([...statuses, ...healed, ...streams, ...broken, ...withoutAnswer, ...others]),
  )
})
afterAll(() => sides.close())

const clientOf = ({ origin, key }: Side, options: ConstructorParameters<typeof OpenAI>[0] = {}) =>
  new OpenAI({ apiKey: key, baseURL: `${origin}/v1`, maxRetries: 0, ...options })

const messages = [{ role: 'user' as const, content: 'Hello, 世界 👋!' }]

const ask = (side: Side, model: string) => clientOf(side).chat.completions.create({ model, messages })

/** What a program sees of an error of the client, but for the name of the request. */
function shown(error: Error) {
  if (!(error instanceof APIError)) return { type: error.constructor.name, message: error.message }
  const { status, code, param, type, message, headers } = error
  return {
    errorClass: error.constructor.name,
    ...{ status, code, param, type, message, body: error.error },
    retryAfter: headers?.get('retry-after'),
    limit: headers?.get('x-ratelimit-limit-requests'),
  }
}

describe.concurrent('what the provider says of a call comes out as the same error', () => {
  test.each(handedOn)('status %s', async (status) => {
    const straight = await errorOf(ask(sides.straight, `status-${status}`))
    const relayed = await errorOf(ask(sides.relayed, `status-${status}`))
    expect(relayed).toBeInstanceOf(APIError)
    expect(shown(relayed)).toStrictEqual(shown(straight))
  })

  test('a wait that is too long for the relay to sit out is left to the client', async () => {
    const straight = await errorOf(ask(sides.straight, 'status-429-retry-60'))
    const relayed = await errorOf(ask(sides.relayed, 'status-429-retry-60'))
    expect(shown(relayed)).toStrictEqual(shown(straight))
    expect(shown(relayed)).toMatchObject({ errorClass: 'RateLimitError', retryAfter: '60' })
  })

  test('an error names the request as the log does', async () => {
    const error = await errorOf(ask(sides.relayed, 'status-422'))
    if (!(error instanceof OpenAI.UnprocessableEntityError)) throw error
    const row = await logOf(sides.api, error.requestID ?? null)
    expect(row).toMatchObject({ status: 422, cost_micros: 0 })
  })
})

describe.concurrent('what only the relay says', () => {
  const known = 'gpt-test'
  const keyed = (key: string) => ({ ...sides.relayed, key })

  test('an unknown key is refused as a wrong key is', async () => {
    const relayed = await errorOf(ask(keyed('unknown'), known))
    expect(relayed).toBeInstanceOf(OpenAI.AuthenticationError)
    expect(relayed).toMatchObject({ status: 401, code: 'key_unknown', type: 'invalid_request_error' })
  })

  test('a disabled key is refused as a wrong key is', async () => {
    const { api } = sides
    const { group, tokenId, key } = await makeDoor(api)
    const params = { group, id: tokenId }
    await call(api, api.operator, updateToken, { params, body: { status: 'disabled' } })
    const error = await errorOf(ask(keyed(key), known))
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError)
    expect(error).toMatchObject({ code: 'key_disabled' })
  })

  test('a model that is not there is not found, and the error says which field was wrong', async () => {
    const error = await errorOf(ask(sides.relayed, 'nobody-has-it'))
    expect(error).toBeInstanceOf(OpenAI.NotFoundError)
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
  })

  test('a model the key may not use is denied', async () => {
    const { key } = await makeDoor(sides.api, { token: { models: ['another-*'] } })
    const error = await errorOf(ask(keyed(key), known))
    expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError)
    expect(error).toMatchObject({ status: 403, code: 'model_not_allowed', param: 'model' })
  })

  test('a call too many is told when to come again', async () => {
    const { key } = await makeDoor(sides.api, { token: { rpm: 1 } })
    await ask(keyed(key), known)
    const error = await errorOf(ask(keyed(key), known))
    if (!(error instanceof OpenAI.RateLimitError)) throw error
    expect(error.code).toBe('rate_limited')
    expect(Number(error.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('a body that says nothing of a model is a bad request', async () => {
    const error = await errorOf(ask(sides.relayed, ''))
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect(error).toMatchObject({ status: 400, param: 'model' })
  })

  test.each(kept)(
    'a provider that refuses the relay with %s is not taken for a refusal of the client',
    async (status) => {
      const error = await errorOf(ask(sides.relayed, `status-${status}`))
      expect(error).toBeInstanceOf(OpenAI.InternalServerError)
      expect(error).toMatchObject({ status: 502, code: 'upstream_failed' })
      expect(error.message).not.toContain('API key')
    },
  )

  test.each(withoutAnswer)('no answer (%s) is an error that can be tried again and looked up', async (model) => {
    const error = await errorOf(ask(sides.relayed, model))
    if (!(error instanceof OpenAI.InternalServerError)) throw error
    expect(error).toMatchObject({ status: 502, type: 'server_error', code: 'upstream_failed' })
    expect(await logOf(sides.api, error.requestID ?? null)).toMatchObject({ status: 502, cost_micros: 0 })
  })
})

describe.concurrent('retries', () => {
  const attempts = async (side: Side, model: string, maxRetries: number) => {
    const { fetch, answers } = createWitness()
    const answer = await clientOf(side, { maxRetries, fetch }).chat.completions.create({ model, messages })
    return { answer, requests: answers.length }
  }

  test.each(healed)('the relay tries again by itself what clients would try again (%s)', async (model) => {
    const straight = await attempts(sides.straight, model, 2)
    const relayed = await attempts(sides.relayed, model, 0)
    expect(relayed.answer).toStrictEqual(straight.answer)
    expect(straight.requests).toBeGreaterThan(1)
    expect(relayed.requests).toBe(1)
  })

  test('the client tries again what the relay does not', async () => {
    const { fetch, answers } = createWitness()
    const client = clientOf(sides.relayed, { maxRetries: 1, fetch })
    const error = await errorOf(client.chat.completions.create({ model: 'status-409', messages }))
    expect(error).toMatchObject({ status: 409 })
    expect(answers).toHaveLength(2)
  })
})

/** The chunks of a stream, and the error it ended in. */
async function streamed(side: Side, model: string, include_usage = false) {
  const chunks: unknown[] = []
  try {
    const options = { stream: true as const, stream_options: { include_usage } }
    for await (const chunk of await clientOf(side).chat.completions.create({ model, messages, ...options }))
      chunks.push(chunk)
  } catch (error) {
    if (error instanceof Error) return { chunks, error }
    throw error
  }
  return { chunks, error: null }
}

describe.concurrent('streams', () => {
  test.each(streams)('a stream that comes oddly is read the same (%s)', async (model) => {
    const straight = await streamed(sides.straight, model)
    const relayed = await streamed(sides.relayed, model)
    expect(relayed.error).toBeNull()
    const withoutUsage = straight.chunks.map((chunk) => ({ ...Object(chunk), usage: undefined }))
    expect(relayed.chunks).toEqual(withoutUsage)
  })

  test('an error event of the provider ends the stream with the same error', async () => {
    const straight = await streamed(sides.straight, 'error-event-after-3')
    const relayed = await streamed(sides.relayed, 'error-event-after-3')
    expect(relayed.chunks).toStrictEqual(straight.chunks)
    expect(relayed.error && shown(relayed.error)).toStrictEqual(straight.error && shown(straight.error))
    expect(relayed.error).toBeInstanceOf(APIError)
  })

  test.each(['die-after-3', 'no-finish'])('a stream that breaks off says so, unlike straight (%s)', async (model) => {
    const straight = await streamed(sides.straight, model)
    const relayed = await streamed(sides.relayed, model)
    expect(straight.error).not.toBeInstanceOf(APIError)
    expect(relayed.error).toBeInstanceOf(APIError)
    expect(relayed.chunks).toStrictEqual(straight.chunks)
  })
})

describe('clients that leave', () => {
  const aborted = async (model: string) => (await sides.seen()).aborted[model] ?? 0

  /** Reads two chunks and leaves; answers how that looked from the client, once the provider has noticed. */
  async function leave(side: Side) {
    const before = await aborted('slow-20')
    const controller = new AbortController()
    const chunks: unknown[] = []
    const asked = { model: 'slow-20', messages: [{ role: 'user' as const, content: 'word '.repeat(500) }] }
    const { data, response } = await clientOf(side)
      .chat.completions.create({ ...asked, stream: true }, { signal: controller.signal })
      .withResponse()
    const error = await errorOf(
      (async () => {
        for await (const chunk of data) {
          chunks.push(chunk)
          if (chunks.length === 2) controller.abort()
        }
        throw new Error('it ended quietly')
      })(),
    )
    await vi.waitFor(async () => expect(await aborted('slow-20')).toBe(before + 1), 1_000)
    return { requestId: response.headers.get('x-request-id'), outcome: { chunks, error: shown(error) } }
  }

  test('in mid-stream stop the provider within a second, and are billed for what they got', async () => {
    const straight = await leave(sides.straight)
    const relayed = await leave(sides.relayed)
    expect(relayed.outcome).toStrictEqual(straight.outcome)
    const row = await logOf(sides.api, relayed.requestId)
    expect(row.status).toBe(499)
    expect(row.input_tokens).toBeGreaterThan(0)
    expect(row.output_tokens).toBeLessThan(100)
  })

  test('before the answer begins stop the provider within a second', async () => {
    for (const side of [sides.straight, sides.relayed]) {
      const before = await aborted('slow-headers-60000')
      const controller = new AbortController()
      const asked = { model: 'slow-headers-60000', messages }
      const answer = errorOf(clientOf(side).chat.completions.create(asked, { signal: controller.signal }))
      await vi.waitFor(async () => expect((await sides.seen()).open).toBeGreaterThan(0))
      controller.abort()
      expect(await answer).toBeInstanceOf(APIUserAbortError)
      await vi.waitFor(async () => expect(await aborted('slow-headers-60000')).toBe(before + 1), 1_000)
    }
  })

  test('because their time is up stop the provider too', async () => {
    for (const side of [sides.straight, sides.relayed]) {
      const before = await aborted('slow-headers-60000')
      const asked = { model: 'slow-headers-60000', messages }
      const error = await errorOf(clientOf(side, { timeout: 1_000 }).chat.completions.create(asked))
      expect(error).toBeInstanceOf(OpenAI.APIConnectionTimeoutError)
      await vi.waitFor(async () => expect(await aborted('slow-headers-60000')).toBe(before + 1), 1_000)
    }
  })

  test('an answer that nobody gives is an error of the connection', async () => {
    const nowhere = { origin: 'http://127.0.0.1:1', key: 'any' }
    expect(await errorOf(ask(nowhere, 'gpt-test'))).toBeInstanceOf(APIConnectionError)
  })
})
