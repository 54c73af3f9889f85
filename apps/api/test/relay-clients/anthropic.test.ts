import Anthropic, { APIError } from '@anthropic-ai/sdk'
import { collect } from '@parley/test-upstream/testing/serving'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { logOf, makeDoor } from '../relay-calls.ts'
import { createWitness, errorOf, startSideBySide, type Answered, type Side, type SideBySide } from './side-by-side.ts'

const statuses = ['400', '404', '408', '413', '422', '429', '500', '503', '529']
const refused = ['401', '403']
const oddStreams = ['comments', 'split-bytes']
const failures = [...[...statuses, ...refused].map((status) => `status-${status}`), ...oddStreams]
const others = ['claude-test', 'claude-reasoner', 'slow-20', 'error-event-after-3', 'die-after-3', 'no-finish']

let sides: SideBySide

beforeAll(async () => {
  const speaking = (model: string) => ({ type: 'anthropic' as const, models: [model] })
  sides = await startSideBySide('/failures', [
    ...[...failures, ...others].map(speaking),
    { type: 'openai', base_url: '/failures/v1', models: ['gpt-test', 'test-reasoner'] },
    { type: 'gemini', models: ['gemini-test'] },
  ])
})
afterAll(() => sides.close())

const clientOf = ({ origin, key }: Side, options: ConstructorParameters<typeof Anthropic>[0] = {}) =>
  new Anthropic({ apiKey: key, baseURL: origin, maxRetries: 0, ...options })

type Run = (client: Anthropic, model: string) => Promise<unknown>

interface Outcome {
  result: unknown
  answers: Answered[]
}

async function outcomeOf(side: Side, run: Run): Promise<Outcome> {
  const { fetch, answers } = createWitness()
  return { result: await run(clientOf(side, { fetch }), 'claude-test'), answers }
}

const max_tokens = 1_000
const messages = [{ role: 'user' as const, content: 'Hello, 世界 👋!' }]
const picture = { type: 'base64' as const, media_type: 'image/png' as const, data: 'iVBORw0KGgo=' }
const weather = {
  name: 'weather',
  description: 'Tells the weather',
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
}
const forced = { tools: [weather], tool_choice: { type: 'any' as const } }
const thinking = { type: 'enabled' as const, budget_tokens: 1_024 }
const toolUse = { type: 'tool_use' as const, id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } }
const toolResult = { type: 'tool_result' as const, tool_use_id: 'toolu_1', content: '{"sky":"clear"}' }
const afterTool = [
  ...messages,
  { role: 'assistant' as const, content: [toolUse] },
  { role: 'user' as const, content: [toolResult] },
]

/** All that a stream says: its events, and the answer they add up to. */
async function streamed(client: Anthropic, body: Anthropic.MessageStreamParams) {
  const stream = client.messages.stream(body)
  const texts: string[] = []
  stream.on('text', (delta) => texts.push(delta))
  const events = await collect(stream)
  return { events, texts, whole: await stream.finalMessage() }
}

const cases: Record<string, Run> = {
  'a plain answer': (client, model) => client.messages.create({ model, max_tokens, messages }),
  'instructions and an earlier exchange, to be cached': (client, model) =>
    client.messages.create({
      model,
      max_tokens,
      system: [{ type: 'text', text: 'Be short.', cache_control: { type: 'ephemeral' } }],
      messages: [
        ...messages,
        { role: 'assistant', content: 'Hi.' },
        { role: 'user', content: [{ type: 'text', text: 'A long story', cache_control: { type: 'ephemeral' } }] },
      ],
    }),
  'a picture': (client, model) =>
    client.messages.create({
      model,
      max_tokens,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: picture },
            { type: 'text', text: 'What is this?' },
          ],
        },
      ],
    }),
  'an answer cut short': (client, model) => client.messages.create({ model, max_tokens: 3, messages }),
  'a stop sequence': (client, model) =>
    client.messages.create({ model, max_tokens, messages, stop_sequences: ['世界'] }),
  'a tool that has to be called': (client, model) => client.messages.create({ model, max_tokens, messages, ...forced }),
  'what a tool said': (client, model) =>
    client.messages.create({ model, max_tokens, messages: afterTool, tools: [weather] }),
  thinking: (client, model) => client.messages.create({ model, max_tokens: 4_000, messages, thinking }),
  'a search of the web': (client, model) =>
    client.messages.create({
      model,
      max_tokens,
      messages: [{ role: 'user', content: 'Please search the web' }],
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
    }),
  'a stream of bare events': async (client, model) =>
    collect(await client.messages.create({ model, max_tokens, messages, stream: true })),
  'a stream of text': (client, model) => streamed(client, { model, max_tokens, messages }),
  'a stream of calls of tools': (client, model) => streamed(client, { model, max_tokens, messages, ...forced }),
  'a stream of thinking': (client, model) => streamed(client, { model, max_tokens: 4_000, messages, thinking }),
  'a count of tokens': (client, model) => client.messages.countTokens({ model, messages, tools: [weather] }),
}

describe('a channel that speaks as the client does', () => {
  test.each(Object.entries(cases))('%s', async (_, run) => {
    const straight = await outcomeOf(sides.straight, run)
    const relayed = await outcomeOf(sides.relayed, run)
    expect(relayed).toStrictEqual(straight)
    expect(straight.answers.length).toBeGreaterThan(0)
  })

  test.each(oddStreams)('a stream that comes oddly is read the same (%s)', async (model) => {
    const body = { model, max_tokens, messages }
    expect(await streamed(clientOf(sides.relayed), body)).toStrictEqual(await streamed(clientOf(sides.straight), body))
  })

  test('the relay lists the models of its channels, in the same shape', async () => {
    const listed = await collect(clientOf(sides.relayed).models.list())
    expect(listed.map(({ id }) => id)).toContain('claude-test')
    expect(listed).toContainEqual(await clientOf(sides.relayed).models.retrieve('claude-test'))
    const straight = await clientOf({
      ...sides.straight,
      origin: sides.straight.origin.replace('failures', 'answers'),
    }).models.retrieve('test-small')
    expect(Object.keys(listed[0] ?? {})).toEqual(Object.keys(straight))
  })

  test('a call is named by the relay, and the log knows the name', async () => {
    const body = { model: 'claude-test', max_tokens, messages }
    const straight = await clientOf(sides.straight).messages.create(body).withResponse()
    const relayed = await clientOf(sides.relayed).messages.create(body).withResponse()
    expect(relayed.request_id).toBe(relayed.response.headers.get('x-request-id'))
    expect((await logOf(sides.api, relayed.request_id ?? null)).upstream_request_id).toBe(straight.request_id)
  })

  test('a client that leaves in mid-stream stops the provider within a second', async () => {
    const stream = clientOf(sides.relayed).messages.stream({
      model: 'slow-20',
      max_tokens,
      messages: [{ role: 'user', content: 'word '.repeat(500) }],
    })
    stream.once('text', () => stream.abort())
    expect(await errorOf(stream.done())).toBeInstanceOf(Anthropic.APIUserAbortError)
    await vi.waitFor(async () => expect((await sides.seen()).aborted['slow-20']).toBe(1), 1_000)
    expect((await logOf(sides.api, stream.request_id ?? null)).status).toBe(499)
  })
})

/** What a program sees of an error of the client, but for the name of the request. */
function shown(error: Error) {
  if (!(error instanceof APIError)) return { message: error.message }
  const { status, type, message, headers } = error
  return {
    errorClass: error.constructor.name,
    ...{ status, type, message, body: error.error },
    limit: headers?.get('anthropic-ratelimit-requests-limit'),
  }
}

const ask = (side: Side, model: string) => clientOf(side).messages.create({ model, max_tokens, messages })

describe.concurrent('errors', () => {
  test.each(statuses)('status %s of the provider comes out as the same error', async (status) => {
    const straight = await errorOf(ask(sides.straight, `status-${status}`))
    const relayed = await errorOf(ask(sides.relayed, `status-${status}`))
    expect(relayed).toBeInstanceOf(APIError)
    expect(shown(relayed)).toStrictEqual(shown(straight))
  })

  test.each(refused)(
    'a provider that refuses the relay with %s is not taken for a refusal of the client',
    async (of) => {
      const error = await errorOf(ask(sides.relayed, `status-${of}`))
      expect(error).toBeInstanceOf(Anthropic.InternalServerError)
      expect(error).toMatchObject({ status: 502, type: 'api_error' })
    },
  )

  test('of the relay itself are of the classes of the client, and name the request', async () => {
    const { key } = await makeDoor(sides.api, { token: { models: ['another-*'] } })
    const unknown = await errorOf(ask({ ...sides.relayed, key: 'unknown' }, 'claude-test'))
    const denied = await errorOf(ask({ ...sides.relayed, key }, 'claude-test'))
    const missing = await errorOf(ask(sides.relayed, 'nobody-has-it'))
    expect(unknown).toBeInstanceOf(Anthropic.AuthenticationError)
    expect(unknown).toMatchObject({ status: 401, type: 'authentication_error' })
    expect(denied).toBeInstanceOf(Anthropic.PermissionDeniedError)
    expect(denied).toMatchObject({ status: 403, type: 'permission_error' })
    expect(missing).toBeInstanceOf(Anthropic.NotFoundError)
    expect(missing).toMatchObject({ status: 404, type: 'not_found_error' })
    for (const error of [unknown, denied, missing])
      expect(error).toMatchObject({ requestID: expect.stringMatching(/./), error: { request_id: expect.anything() } })
  })

  test('an error event of the provider ends the stream with the same error', async () => {
    const body = { model: 'error-event-after-3', max_tokens, messages }
    const straight = await errorOf(streamed(clientOf(sides.straight), body))
    const relayed = await errorOf(streamed(clientOf(sides.relayed), body))
    expect(relayed).toBeInstanceOf(APIError)
    expect(shown(relayed)).toStrictEqual(shown(straight))
  })

  test.each(['die-after-3', 'no-finish'])('a stream that breaks off says so (%s)', async (model) => {
    const error = await errorOf(streamed(clientOf(sides.relayed), { model, max_tokens, messages }))
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ type: 'api_error' })
  })
})

/** What of an answer means the same whoever gave it. */
function meaning({ content, stop_reason, role, type }: Anthropic.Message) {
  const blocks = content.map((block) => {
    if (block.type === 'text') return { text: block.text }
    if (block.type === 'tool_use') return { name: block.name, input: block.input }
    return block.type === 'thinking' ? { thinking: block.thinking } : block
  })
  return { role, type, stop_reason, blocks }
}

const conversations: Record<string, Omit<Anthropic.MessageCreateParamsNonStreaming, 'model'>> = {
  'a plain answer': { max_tokens, messages, system: 'Be short.' },
  'an answer cut short': { max_tokens: 3, messages },
  'a tool that has to be called': { max_tokens, messages, ...forced },
  'what a tool said': { max_tokens, messages: afterTool, tools: [weather] },
}

describe.each(['gpt-test', 'gemini-test'])('a channel of another kind (%s)', (model) => {
  test.each(Object.entries(conversations))('%s, streamed or not, means the same', async (_, body) => {
    const expected = await clientOf(sides.straight).messages.create({ ...body, model: 'claude-test' })
    const whole = await clientOf(sides.relayed).messages.create({ ...body, model })
    const stream = await streamed(clientOf(sides.relayed), { ...body, model })
    for (const answer of [whole, stream.whole]) {
      expect(meaning(answer)).toEqual(meaning(expected))
      expect(answer.model).toBe(model)
      expect(answer.usage.output_tokens).toBe(expected.usage.output_tokens)
      expect(answer.usage.input_tokens).toBe(whole.usage.input_tokens)
      expect(answer.usage.input_tokens).toBeGreaterThan(3)
    }
    const names = stream.events.map(({ type }) => type)
    expect([names.at(0), names.at(-2), names.at(-1)]).toEqual(['message_start', 'message_delta', 'message_stop'])
  })

  test('tokens are counted by the relay', async () => {
    const { input_tokens } = await clientOf(sides.relayed).messages.countTokens({ model, messages })
    expect(input_tokens).toBeGreaterThan(3)
  })
})

test('thoughts of a channel of another kind are thoughts to the client, streamed or not', async () => {
  const body = { model: 'test-reasoner', max_tokens: 4_000, messages, thinking }
  const whole = await clientOf(sides.relayed).messages.create(body)
  const stream = await streamed(clientOf(sides.relayed), body)
  for (const { content } of [whole, stream.whole]) {
    expect(content.map(({ type }) => type)).toEqual(['thinking', 'text'])
    expect(content[0]).toMatchObject({ thinking: 'Thinking about: Hello, 世界 👋!' })
  }
})
