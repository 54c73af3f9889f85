import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logOf, makeDoor, saying, setPrice, type Door } from '../../../../test/relay-calls.ts'
import { eventsIn, expectBalanced, readRaw, startRelay, timesIn, type TestRelay } from '../../../../test/relay-wire.ts'

let relay: TestRelay
let door: Door

const types = ['openai', 'anthropic', 'gemini'] as const
const paths = { chat: '/v1/chat/completions', messages: '/v1/messages', responses: '/v1/responses' }
type Api = keyof typeof paths
const apis: Api[] = ['chat', 'messages', 'responses']
const failures = ['die-after-3', 'error-event-after-3', 'no-finish', 'stall-after-3']
const pairs = apis.flatMap((api) => types.map((type): [Api, string] => [api, type]))

beforeAll(async () => {
  relay = await startRelay()
  const timeouts = { idle_ms: 300 }
  for (const type of types) {
    for (const model of ['answers', 'comments', 'split-bytes', ...failures]) {
      const name = `${type} ${model}`
      await relay.channel({ type, models: [name], model_mapping: { [name]: model }, timeouts })
      await setPrice(relay.api, name)
    }
  }
  door = await makeDoor(relay.api)
})
afterAll(() => relay.close())

const ask = (api: Api, model: string, stream = true) => {
  const said = api === 'responses' ? { input: 'of the sea' } : { messages: saying('of the sea'), max_tokens: 50 }
  const usage = api === 'chat' && stream ? { stream_options: { include_usage: true } } : {}
  return readRaw(relay.api.url, paths[api], door.key, { model, stream, ...said, ...usage })
}

/** The text that the events of a stream put together. */
const textIn: Record<Api, (text: string) => string> = {
  chat: (text) => [...text.matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]).join(''),
  messages: (text) =>
    [...text.matchAll(/"type":"text_delta","text":"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]).join(''),
  responses: (text) =>
    eventsIn(text)
      .filter(({ type }) => type === 'response.output_text.delta')
      .map(({ delta }) => String(delta))
      .join(''),
}

/** What tells a client that all has come; and that it broke off. */
const lastOf: Record<Api, string> = {
  chat: 'data: [DONE]\n',
  messages: 'event: message_stop\n',
  responses: 'event: response.completed\n',
}
const errorOf: Record<Api, RegExp> = {
  chat: /data: \{"error":\{[^\n]*\}\n\n$/,
  messages: /event: error\ndata: \{"type":"error","error":\{[^\n]*\}\n\n$/,
  responses: /event: (error|response\.failed)\ndata: \{[^\n]*\}\n\n$/,
}

describe('a stream has all of the text, one end, its usage and one bill', () => {
  test.each(pairs)('%s from %s', async (api, type) => {
    for (const model of ['answers', 'comments', 'split-bytes']) {
      const wire = await ask(api, `${type} ${model}`)
      expect(wire.status).toBe(200)
      const said = model === 'split-bytes' ? 'Zürich 東京 👩‍👩‍👧 𝒳 naïve' : 'You said: of the sea'
      expect(textIn[api](wire.text())).toBe(said)
      expect(timesIn(wire.text(), lastOf[api])).toBe(1)
      expect(`${wire.text().trimEnd().split('\n\n').at(-1)}\n`).toContain(lastOf[api])
      const row = await logOf(relay.api, String(wire.headers['x-request-id']))
      expect(row).toMatchObject({ status: 200, error_code: null, input_tokens: 3 })
      expect(row.output_tokens).toBeGreaterThan(5)
      expect(row.cost_micros).toBe(row.input_tokens + row.output_tokens)
      expect(wire.text()).toMatch(new RegExp(`"(completion_tokens|output_tokens)":${row.output_tokens}\\b`))
    }
  })
})

describe('a stream that breaks ends with the error of the API that is spoken, and nothing after it', () => {
  test.each(pairs)('%s from %s', async (api, type) => {
    for (const failure of failures) {
      const wire = await ask(api, `${type} ${failure}`)
      expect([failure, wire.status]).toEqual([failure, 200])
      expect(wire.text()).toMatch(errorOf[api])
      expect(wire.text()).not.toContain(lastOf[api])
      const row = await logOf(relay.api, String(wire.headers['x-request-id']))
      expect(row).toMatchObject({ status: 200, error_code: 'stream_broken' })
      expect(row.output_tokens).toBeGreaterThan(0)
    }
  })
})

describe('Anthropic’s clients', () => {
  test.each(types)('get events by their names, the real input tokens and pings from %s', async (type) => {
    const wire = await ask('messages', `${type} answers`)
    const names = [...wire.text().matchAll(/^event: (.*)$/gm)].map((match) => match[1])
    expect(names).toEqual(eventsIn(wire.text()).map((event) => event.type))
    expect(names[0]).toBe('message_start')
    expect(names.slice(-2)).toEqual(['message_delta', 'message_stop'])
    expect(names).toContain('ping')
    const [start] = eventsIn(wire.text())
    expect(start).toMatchObject({ message: { usage: { input_tokens: expect.any(Number) } } })
    const inputs = [...wire.text().matchAll(/"input_tokens":(\d+)/g)].map((match) => Number(match[1]))
    expect(Math.max(...inputs)).toBeGreaterThanOrEqual(3)
    expect(inputs.at(-1)).toBe(3)
  })
})

test('every call is billed, and nothing stays set aside', async () => {
  expect((await expectBalanced(relay.api)).used).toBeGreaterThan(0)
})
