import { collect } from '@parley/test-upstream/testing/serving'
import OpenAI, { APIError } from 'openai'
import type { ChatCompletion, ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions'
import type { Response, ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, startSideBySide, type Side, type SideBySide } from './side-by-side.ts'

let sides: SideBySide

beforeAll(async () => {
  sides = await startSideBySide('/failures', [
    { type: 'anthropic', models: ['claude-test'] },
    { type: 'gemini', models: ['gemini-test'] },
    { type: 'anthropic', models: ['status-400', 'status-422'] },
    { type: 'anthropic', models: ['status-429'] },
    { type: 'anthropic', models: ['status-529'] },
    { type: 'anthropic', models: ['error-event-after-3', 'die-after-3'] },
    { type: 'gemini', models: ['status-503'] },
  ])
})
afterAll(() => sides.close())

const clientOf = ({ origin, key }: Side) => new OpenAI({ apiKey: key, baseURL: `${origin}/v1`, maxRetries: 0 })

const messages = [
  { role: 'system' as const, content: 'Be short.' },
  { role: 'user' as const, content: 'Hello, 世界 👋!' },
]
const parameters = { type: 'object', properties: { city: { type: 'string' } } }
const weather = { type: 'function' as const, function: { name: 'weather', description: 'Tells it', parameters } }
const called = { id: 'call_1', type: 'function' as const, function: { name: 'weather', arguments: '{"city":"Oslo"}' } }
const clear = '{"sky":"clear"}'

const chats: Record<string, Omit<ChatCompletionCreateParamsNonStreaming, 'model'>> = {
  'a plain answer': { messages },
  'an answer cut short': { messages, max_completion_tokens: 3 },
  'a tool that has to be called': { messages, tools: [weather], tool_choice: 'required' },
  'what a tool said': {
    tools: [weather],
    messages: [
      ...messages,
      { role: 'assistant', tool_calls: [called] },
      { role: 'tool', tool_call_id: called.id, content: clear },
    ],
  },
}

/** What of an answer means the same whoever gave it. */
const meaningOfChat = ({ object, choices }: ChatCompletion) => ({
  object,
  choices: choices.map(({ index, finish_reason, message: { role, content, tool_calls } }) => ({
    // Put together from a stream, no text is an empty one.
    ...{ index, finish_reason, role, content: content ?? '' },
    calls: tool_calls?.map((each) => each.type === 'function' && each.function),
  })),
})

const kinds = ['claude-test', 'gemini-test']

describe.each(kinds)('chat completions of a channel of another kind (%s)', (model) => {
  test.each(Object.entries(chats))('%s, streamed or not, means the same', async (_, body) => {
    const client = clientOf(sides.relayed)
    const expected = await clientOf(sides.straight).chat.completions.create({ ...body, model: 'gpt-test' })
    const whole = await client.chat.completions.create({ ...body, model })
    const options = { stream: true as const, stream_options: { include_usage: true } }
    const streamed = await client.chat.completions.stream({ ...body, ...options, model }).finalChatCompletion()
    for (const answer of [whole, streamed]) {
      expect(meaningOfChat(answer)).toEqual(meaningOfChat(expected))
      expect(answer.model).toBe(model)
      expect(answer.usage?.completion_tokens).toBe(expected.usage?.completion_tokens)
      expect(answer.usage?.total_tokens).toBe(
        (whole.usage?.prompt_tokens ?? 0) + (expected.usage?.completion_tokens ?? 0),
      )
    }
  })

  test('usage is streamed to those who ask for it only, in a chunk of its own', async () => {
    const client = clientOf(sides.relayed)
    const ask = async (include_usage: boolean) => {
      const options = { stream: true as const, stream_options: { include_usage } }
      return collect(await client.chat.completions.create({ model, messages, ...options }))
    }
    const asked = await ask(true)
    expect(asked.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } })
    expect((await ask(false)).filter(({ usage, choices }) => usage || choices.length === 0)).toEqual([])
  })
})

const input = 'Hello, 世界 👋!'
const lookup = { type: 'function' as const, name: 'weather', strict: false, parameters }

const responses: Record<string, Omit<ResponseCreateParamsNonStreaming, 'model'>> = {
  'a plain answer': { input, instructions: 'Be short.' },
  'an answer cut short': { input, max_output_tokens: 3 },
  'a tool that has to be called': { input, tools: [lookup], tool_choice: 'required' },
  'what a tool said': {
    tools: [lookup],
    input: [
      { role: 'user', content: input },
      { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' },
      { type: 'function_call_output', call_id: 'call_1', output: clear },
    ],
  },
}

const meaningOfResponse = ({ object, status, output_text, output, incomplete_details }: Response) => ({
  ...{ object, status, output_text, incomplete_details },
  output: output.map((item) => {
    if (item.type === 'function_call') return { name: item.name, arguments: item.arguments }
    return { type: item.type, status: 'status' in item ? item.status : null }
  }),
})

describe.each(kinds)('responses of a channel of another kind (%s)', (model) => {
  test.each(Object.entries(responses))('%s, streamed or not, means the same', async (_, body) => {
    const client = clientOf(sides.relayed)
    const expected = await clientOf(sides.straight).responses.create({ ...body, model: 'gpt-test' })
    const whole = await client.responses.create({ ...body, model })
    const stream = client.responses.stream({ ...body, stream: true, model })
    const events = await collect(stream)
    const streamed = await stream.finalResponse()
    for (const answer of [whole, streamed]) {
      expect(meaningOfResponse(answer)).toEqual(meaningOfResponse(expected))
      expect(answer.model).toBe(model)
      expect(answer.usage?.output_tokens).toBe(expected.usage?.output_tokens)
    }
    expect(events[0]?.type).toBe('response.created')
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_event, index) => index))
  })
})

describe.concurrent('errors of a channel of another kind', () => {
  test.each([
    ['status-400', 400, 'BadRequestError'],
    ['status-422', 422, 'UnprocessableEntityError'],
    ['status-429', 429, 'RateLimitError'],
    ['status-529', 529, 'InternalServerError'],
    ['status-503', 503, 'InternalServerError'],
  ])('%s is of the class of the client', async (model, status, errorClass) => {
    const error = await errorOf(clientOf(sides.relayed).chat.completions.create({ model, messages }))
    expect(error.constructor.name).toBe(errorClass)
    expect(error).toMatchObject({ status, code: expect.any(String), requestID: expect.stringMatching(/./) })
  })

  test.each(['error-event-after-3', 'die-after-3'])('a stream that ends in %s says so', async (model) => {
    const client = clientOf(sides.relayed)
    const chat = await client.chat.completions.create({ model, messages, stream: true })
    expect(await errorOf(collect(chat))).toBeInstanceOf(APIError)
  })
})
