import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { Dialect } from './conversation.ts'
import { type AnswerContext, createStreamConverter } from './convert.ts'
import type { JsonObject } from './json.ts'

interface Event {
  name: string | null
  data: string
}

const named = (data: JsonObject & { type: string }): Event => ({ name: data.type, data: JSON.stringify(data) })
const unnamed = (data: JsonObject): Event => ({ name: null, data: JSON.stringify(data) })
const chunk = (delta: JsonObject, finishReason: string | null = null): Event =>
  unnamed({ id: 'chatcmpl-1', choices: [{ index: 0, delta, finish_reason: finishReason }] })
const done: Event = { name: null, data: '[DONE]' }

/** One stream with a thought, a text, two calls and usage, as each provider sends it. */
const upstream: Record<Dialect, Event[]> = {
  chat: [
    chunk({ role: 'assistant', content: '' }),
    chunk({ reasoning_content: 'Two ' }),
    chunk({ reasoning_content: 'cities.' }),
    chunk({ content: 'Look' }),
    chunk({ content: 'ing.' }),
    chunk({ tool_calls: [{ index: 0, id: 'call_a', type: 'function', function: { name: 'weather', arguments: '' } }] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '"Oslo"}' } }] }),
    chunk({ tool_calls: [{ index: 1, id: 'call_b', type: 'function', function: { name: 'weather', arguments: '' } }] }),
    chunk({ tool_calls: [{ index: 1, function: { arguments: '{"city":"Rome"}' } }] }),
    chunk({}, 'tool_calls'),
    unnamed({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 30, total_tokens: 130 } }),
    done,
  ],
  responses: [
    named({ type: 'response.created', response: { id: 'resp_1' } }),
    named({ type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning', id: 'rs_1' } }),
    named({ type: 'response.reasoning_summary_part.added', output_index: 0, summary_index: 0 }),
    named({ type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'Two ' }),
    named({ type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'cities.' }),
    named({ type: 'response.output_item.added', output_index: 1, item: { type: 'message', id: 'msg_1' } }),
    named({ type: 'response.output_text.delta', output_index: 1, delta: 'Looking.' }),
    named({
      type: 'response.output_item.added',
      output_index: 2,
      item: { type: 'function_call', id: 'fc_1', call_id: 'call_a', name: 'weather' },
    }),
    named({ type: 'response.function_call_arguments.delta', output_index: 2, delta: '{"city":"Oslo"}' }),
    named({ type: 'response.function_call_arguments.done', output_index: 2, arguments: '{"city":"Oslo"}' }),
    named({
      type: 'response.output_item.added',
      output_index: 3,
      item: { type: 'function_call', id: 'fc_2', call_id: 'call_b', name: 'weather' },
    }),
    named({ type: 'response.function_call_arguments.done', output_index: 3, arguments: '{"city":"Rome"}' }),
    named({
      type: 'response.completed',
      response: { status: 'completed', usage: { input_tokens: 100, output_tokens: 30, total_tokens: 130 } },
    }),
  ],
  messages: [
    named({ type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 100, output_tokens: 1 } } }),
    named({ type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } }),
    named({ type: 'ping' }),
    named({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Two cities.' } }),
    named({ type: 'content_block_stop', index: 0 }),
    named({ type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } }),
    named({ type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Looking.' } }),
    named({ type: 'content_block_stop', index: 1 }),
    named({
      type: 'content_block_start',
      index: 2,
      content_block: { type: 'tool_use', id: 'call_a', name: 'weather', input: {} },
    }),
    named({ type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"city":' } }),
    named({ type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '"Oslo"}' } }),
    named({ type: 'content_block_stop', index: 2 }),
    named({
      type: 'content_block_start',
      index: 3,
      content_block: { type: 'tool_use', id: 'call_b', name: 'weather', input: {} },
    }),
    named({
      type: 'content_block_delta',
      index: 3,
      delta: { type: 'input_json_delta', partial_json: '{"city":"Rome"}' },
    }),
    named({ type: 'content_block_stop', index: 3 }),
    named({ type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 30 } }),
    named({ type: 'message_stop' }),
  ],
  gemini: [
    unnamed({
      responseId: 'r1',
      candidates: [{ content: { role: 'model', parts: [{ text: 'Two cities.', thought: true }] } }],
      usageMetadata: { promptTokenCount: 100 },
    }),
    unnamed({ responseId: 'r1', candidates: [{ content: { role: 'model', parts: [{ text: 'Look' }] } }] }),
    unnamed({ responseId: 'r1', candidates: [{ content: { role: 'model', parts: [{ text: 'ing.' }] } }] }),
    unnamed({
      responseId: 'r1',
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { functionCall: { id: 'call_a', name: 'weather', args: { city: 'Oslo' } } },
              { functionCall: { id: 'call_b', name: 'weather', args: { city: 'Rome' } } },
            ],
          },
          finishReason: 'STOP',
        },
      ],
      usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 30 },
    }),
  ],
}

const context: AnswerContext = {
  request: { stream: true, stream_options: { include_usage: true } },
  model: 'asked-model',
  inputTokens: 90,
}

function convert(from: Dialect, to: Dialect, events: Event[], given = context): string {
  const converter = createStreamConverter(from, to, given)
  return events.map((event) => converter.push(event)).join('') + converter.end()
}

/** What was written for the client, as the events it reads. */
function eventsOf(text: string): { name: string | null; data: unknown }[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const lines = block.split('\n')
      const data = lines.find((line) => line.startsWith('data: '))?.slice(6) ?? ''
      const name = lines.find((line) => line.startsWith('event: '))?.slice(7) ?? null
      return { name, data: data === '[DONE]' ? data : (JSON.parse(data) as unknown) }
    })
}

const sentAs = (text: string) => async () => new Response(text, { headers: { 'content-type': 'text/event-stream' } })

const sources = ['chat', 'responses', 'messages', 'gemini'] as const
const others = (to: Dialect) => sources.filter((from) => from !== to)

describe('the official clients put a converted stream together', () => {
  it.each(others('chat'))('openai, chat completions, from %s', async (from) => {
    const client = new OpenAI({ apiKey: 'unused', fetch: sentAs(convert(from, 'chat', upstream[from])) })
    const completion = await client.chat.completions
      .stream({ model: 'm', messages: [], stream_options: { include_usage: true } })
      .finalChatCompletion()
    expect(completion).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      model: 'asked-model',
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: 'Looking.',
            tool_calls: [
              { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
              { id: 'call_b', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
            ],
          },
        },
      ],
      usage: { prompt_tokens: 100, completion_tokens: 30, total_tokens: 130 },
    })
  })

  it.each(others('responses'))('openai, responses, from %s', async (from) => {
    const client = new OpenAI({ apiKey: 'unused', fetch: sentAs(convert(from, 'responses', upstream[from])) })
    const response = await client.responses.stream({ model: 'm', input: 'Hi' }).finalResponse()
    expect(response).toMatchObject({
      id: expect.stringMatching(/^resp_/),
      model: 'asked-model',
      status: 'completed',
      output_text: 'Looking.',
      output: [
        { type: 'reasoning', summary: [{ text: 'Two cities.' }] },
        { type: 'message', status: 'completed', content: [{ type: 'output_text', text: 'Looking.' }] },
        { type: 'function_call', call_id: 'call_a', name: 'weather', arguments: '{"city":"Oslo"}' },
        { type: 'function_call', call_id: 'call_b', name: 'weather', arguments: '{"city":"Rome"}' },
      ],
      usage: { input_tokens: 100, output_tokens: 30, total_tokens: 130 },
    })
  })

  it.each(others('messages'))('@anthropic-ai/sdk, messages, from %s', async (from) => {
    const client = new Anthropic({ apiKey: 'unused', fetch: sentAs(convert(from, 'messages', upstream[from])) })
    const message = await client.messages.stream({ model: 'm', max_tokens: 9, messages: [] }).finalMessage()
    expect(message).toMatchObject({
      id: expect.stringMatching(/^msg_/),
      model: 'asked-model',
      stop_reason: 'tool_use',
      content: [
        { type: 'thinking', thinking: 'Two cities.' },
        { type: 'text', text: 'Looking.' },
        { type: 'tool_use', id: 'call_a', name: 'weather', input: { city: 'Oslo' } },
        { type: 'tool_use', id: 'call_b', name: 'weather', input: { city: 'Rome' } },
      ],
      usage: { input_tokens: 100, output_tokens: 30 },
    })
  })
})

describe('gemini clients', () => {
  it.each(others('gemini'))('get calls whole and the reason last, from %s', (from) => {
    const chunks = eventsOf(convert(from, 'gemini', upstream[from])).map(({ data }) => data)
    expect(chunks.at(-1)).toMatchObject({
      modelVersion: 'asked-model',
      candidates: [
        {
          finishReason: 'STOP',
          content: {
            parts: [
              { functionCall: { id: 'call_a', name: 'weather', args: { city: 'Oslo' } } },
              { functionCall: { id: 'call_b', name: 'weather', args: { city: 'Rome' } } },
            ],
          },
        },
      ],
      usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 30, totalTokenCount: 130 },
    })
  })
})

describe('chat streams', () => {
  const written = (events: Event[], request: JsonObject = {}) =>
    eventsOf(convert('messages', 'chat', events, { request, model: 'm' })).map(({ data }) => data as JsonObject)

  it('begin with the role and end with one [DONE]', () => {
    const chunks = written(upstream.messages)
    expect(chunks[0]).toMatchObject({ choices: [{ delta: { role: 'assistant' }, finish_reason: null }] })
    expect(chunks.filter((data) => (data as unknown) === '[DONE]')).toHaveLength(1)
    expect(chunks.at(-1)).toBe('[DONE]')
  })

  it('hold no usage unless the client asked', () => {
    expect(written(upstream.messages).filter((data) => 'usage' in Object(data))).toEqual([])
  })

  it('tell usage in a last chunk without choices, and null before', () => {
    const chunks = written(upstream.messages, { stream_options: { include_usage: true } })
    expect(chunks.at(-2)).toMatchObject({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 30 } })
    expect(chunks.slice(0, -2).every((data) => data.usage === null)).toBe(true)
  })
})

describe('message streams', () => {
  it('have named events, each block opened and closed once, a ping after the start', () => {
    const events = eventsOf(convert('chat', 'messages', upstream.chat))
    const block = ['content_block_start', 'content_block_delta', 'content_block_stop']
    expect(events.map(({ name }) => name)).toEqual([
      'message_start',
      'ping',
      ...['content_block_start', 'content_block_delta', 'content_block_delta', 'content_block_stop'],
      ...['content_block_start', 'content_block_delta', 'content_block_delta', 'content_block_stop'],
      ...['content_block_start', 'content_block_delta', 'content_block_delta', 'content_block_stop'],
      ...block,
      'message_delta',
      'message_stop',
    ])
    const starts = events.filter(({ name }) => name === 'content_block_start')
    expect(starts.map(({ data }) => (data as JsonObject).index)).toEqual([0, 1, 2, 3])
  })

  it('begin with the counted input where the upstream tells it last', () => {
    const [start] = eventsOf(convert('chat', 'messages', upstream.chat))
    expect(start).toMatchObject({ data: { message: { usage: { input_tokens: 90 } } } })
  })

  it('write calls that overlap one after another', () => {
    const call = (index: number, fields: JsonObject) => chunk({ tool_calls: [{ index, ...fields }] })
    const text = convert('chat', 'messages', [
      call(0, { id: 'a', function: { name: 'f', arguments: '{"n":' } }),
      call(1, { id: 'b', function: { name: 'g', arguments: '{"m":' } }),
      call(0, { function: { arguments: '1}' } }),
      call(1, { function: { arguments: '2}' } }),
      chunk({}, 'tool_calls'),
    ])
    const summary = eventsOf(text).flatMap(({ data }) => {
      const { content_block, delta } = data as { content_block?: JsonObject; delta?: JsonObject }
      return [content_block?.name, delta?.partial_json].filter((value) => value !== undefined)
    })
    expect(summary).toEqual(['f', '{"n":', '1}', 'g', '{"m":2}'])
  })
})

describe('response streams', () => {
  it('number their events and announce each item before its deltas', () => {
    const events = eventsOf(convert('messages', 'responses', upstream.messages))
    expect(events.map(({ data }) => (data as JsonObject).sequence_number)).toEqual(events.map((_, index) => index))
    expect(events.map(({ name }) => name)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_text.delta',
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ])
  })

  it('end as incomplete at the limit', () => {
    const events = eventsOf(convert('chat', 'responses', [chunk({ content: 'Cut' }), chunk({}, 'length')]))
    expect(events.at(-1)).toMatchObject({
      name: 'response.incomplete',
      data: { response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } } },
    })
  })
})

const errors: { how: string; from: Dialect; event: Event; message: string }[] = [
  {
    how: 'an error instead of a chunk',
    from: 'chat',
    event: unnamed({ error: { message: 'Overloaded.' } }),
    message: 'Overloaded.',
  },
  {
    how: 'an error event',
    from: 'messages',
    event: named({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded.' } }),
    message: 'Overloaded.',
  },
  {
    how: 'a failed response',
    from: 'responses',
    event: named({ type: 'response.failed', response: { error: { message: 'Overloaded.' } } }),
    message: 'Overloaded.',
  },
  {
    how: 'an error object',
    from: 'gemini',
    event: unnamed({ error: { message: 'Overloaded.' } }),
    message: 'Overloaded.',
  },
  {
    how: 'an event that is no JSON',
    from: 'chat',
    event: { name: null, data: '{"choices' },
    message: 'The provider sent an event that cannot be read.',
  },
  {
    how: 'a picture nobody asked for',
    from: 'gemini',
    event: unnamed({ candidates: [{ content: { parts: [{ inlineData: {} }] } }] }),
    message: "The model's provider sent a picture or sound, for which this API has no place.",
  },
]

describe('a stream that fails', () => {
  it.each(errors)('tells the client and stops: $how from $from', ({ from, event, message }) => {
    const converter = createStreamConverter(from, from === 'chat' ? 'messages' : 'chat', context)
    const [first] = upstream[from]
    if (first) converter.push(first)
    const [told] = eventsOf(converter.push(event))
    expect(told).toMatchObject({ data: { error: { message } } })
    expect(converter.failure).toBe(message)
    for (const later of upstream[from]) expect(converter.push(later)).toBe('')
    expect(converter.end()).toBe('')
  })

  it.each(sources.flatMap((from) => others(from).map((to) => ({ from, to }))))(
    'ends with an error and no last event if it has no reason, $from to $to',
    ({ from, to }) => {
      const text = convert(from, to, upstream[from].slice(0, 3))
      const last = eventsOf(text).at(-1)
      expect(JSON.stringify(last?.data)).toContain('The provider ended its answer early.')
      expect(text).not.toContain('[DONE]')
      expect(text).not.toContain('message_stop')
      expect(text).not.toContain('response.completed')
    },
  )

  it('raises an APIError in the official clients', async () => {
    const cut = (to: Dialect) => sentAs(convert('gemini', to, upstream.gemini.slice(0, 2)))
    const openai = (to: Dialect) => new OpenAI({ apiKey: 'unused', fetch: cut(to) })
    const chat = openai('chat').chat.completions.stream({ model: 'm', messages: [] }).finalChatCompletion()
    await expect(chat).rejects.toBeInstanceOf(OpenAI.APIError)
    const responses = openai('responses').responses.stream({ model: 'm', input: 'Hi' }).finalResponse()
    await expect(responses).rejects.toBeInstanceOf(OpenAI.APIError)
    const anthropic = new Anthropic({ apiKey: 'unused', fetch: cut('messages') })
    const message = anthropic.messages.stream({ model: 'm', max_tokens: 9, messages: [] }).finalMessage()
    await expect(message).rejects.toBeInstanceOf(Anthropic.APIError)
  })

  it('is written once', () => {
    const converter = createStreamConverter('chat', 'messages', context)
    expect(converter.fail('Gone.')).toContain('Gone.')
    expect(converter.fail('Gone.')).toBe('')
  })
})

describe('signatures in streams', () => {
  const block = (index: number, content_block: JsonObject) =>
    named({ type: 'content_block_start', index, content_block })
  const blockDelta = (index: number, delta: JsonObject) => named({ type: 'content_block_delta', index, delta })
  const signed = [
    named({ type: 'message_start', message: { id: 'msg_1' } }),
    block(0, { type: 'thinking', thinking: '' }),
    blockDelta(0, { type: 'thinking_delta', thinking: 'Hm.' }),
    blockDelta(0, { type: 'signature_delta', signature: 'c2ln' }),
    block(1, { type: 'redacted_thinking', data: 'ZGF0YQ==' }),
    named({ type: 'message_delta', delta: { stop_reason: 'end_turn' } }),
  ]

  it('reach a chat client sealed, each in a delta of its own', () => {
    const details = eventsOf(convert('messages', 'chat', signed)).flatMap(({ data }) => {
      const { choices } = Object(data) as { choices?: { delta: JsonObject }[] }
      return choices?.[0]?.delta.reasoning_details ?? []
    })
    expect(details).toEqual([
      { type: 'reasoning.text', text: '', signature: 'messages#c2ln' },
      { type: 'reasoning.encrypted', data: 'messages!#ZGF0YQ==' },
    ])
  })

  it('reach a client of responses as encrypted content', () => {
    const last = eventsOf(convert('messages', 'responses', signed)).at(-1)
    expect(last).toMatchObject({
      data: {
        response: {
          output: [
            { type: 'reasoning', summary: [{ text: 'Hm.' }], encrypted_content: 'messages#c2ln' },
            { type: 'reasoning', summary: [], encrypted_content: 'messages!#ZGF0YQ==' },
          ],
        },
      },
    })
  })

  it('of OpenAI reach a client of Anthropic with the thought they belong to', () => {
    const text = convert('responses', 'messages', [
      named({ type: 'response.created', response: { id: 'resp_1' } }),
      named({ type: 'response.reasoning_summary_text.delta', delta: 'Hm.' }),
      named({
        type: 'response.output_item.done',
        item: { type: 'reasoning', id: 'rs_1', summary: [{ text: 'Hm.' }], encrypted_content: 'ZW5j' },
      }),
      named({ type: 'response.completed', response: { status: 'completed' } }),
    ])
    expect(text).toContain('"delta":{"type":"signature_delta","signature":"responses#rs_1:ZW5j"}')
    expect(eventsOf(text).filter(({ name }) => name === 'content_block_start')).toHaveLength(1)
  })

  it("of Gemini's calls stand in Google's own place", () => {
    const call = { functionCall: { name: 'f', args: {} }, thoughtSignature: 'c2ln' }
    const text = convert('gemini', 'chat', [
      unnamed({ candidates: [{ content: { parts: [call] }, finishReason: 'STOP' }] }),
    ])
    expect(text).toContain('"extra_content":{"google":{"thought_signature":"c2ln"}}')
  })
})

describe('what follows the reason', () => {
  it('is ignored but for usage', () => {
    const text = convert('chat', 'messages', [
      chunk({ content: 'a' }),
      chunk({}, 'stop'),
      chunk({ content: 'late' }),
      chunk({}, 'stop'),
      unnamed({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 6 } }),
    ])
    expect(text).not.toContain('late')
    expect(eventsOf(text).at(-2)).toMatchObject({ data: { usage: { input_tokens: 5, output_tokens: 6 } } })
  })
})
