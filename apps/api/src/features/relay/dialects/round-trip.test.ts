import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerPart, Dialect, FinishReason } from './conversation.ts'
import { convertAnswer, convertRequest, createStreamConverter } from './convert.ts'
import type { JsonObject } from './json.ts'

const dialects = ['messages', 'responses', 'gemini'] as const
const word = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/)
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((value) => `${value}.`)
const input = fc.dictionary(word, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 3 })

/** A user's question, an answer that calls tools, their results and an answer in words, as a chat client sends them. */
const exchange = fc
  .record({
    question: text,
    answer: text,
    calls: fc.array(fc.record({ name: word, input, result: text }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ question, answer, calls }) => (round: number): JsonObject[] => [
    { role: 'user', content: question },
    {
      role: 'assistant',
      content: null,
      tool_calls: calls.map((call, index) => ({
        id: `call_${round}_${index}`,
        type: 'function',
        function: { name: call.name, arguments: JSON.stringify(call.input) },
      })),
    },
    ...calls.map((call, index) => ({ role: 'tool', tool_call_id: `call_${round}_${index}`, content: call.result })),
    { role: 'assistant', content: answer },
  ])

const request = fc
  .record({
    system: fc.option(text, { nil: undefined }),
    exchanges: fc.array(exchange, { minLength: 1, maxLength: 4 }),
    tools: fc.uniqueArray(fc.record({ name: word, description: text, schema: input }), {
      selector: (tool) => tool.name,
      maxLength: 3,
    }),
    maxTokens: fc.integer({ min: 16, max: 100_000 }),
  })
  .map(({ system, exchanges, tools, maxTokens }): JsonObject => ({
    model: 'm',
    messages: [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      ...exchanges.flatMap((messages, round) => messages(round)),
      { role: 'user', content: 'And now?' },
    ],
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, schema }) => ({
        type: 'function',
        function: { name, description, parameters: { type: 'object', properties: schema }, strict: false },
      })),
      tool_choice: 'required',
    }),
    max_tokens: maxTokens,
    temperature: 0.5,
  }))

/** Gemini has no word for whether a tool is strict. */
function withoutStrict(body: JsonObject): unknown {
  return JSON.parse(JSON.stringify(body, (key, value: unknown) => (key === 'strict' ? undefined : value)))
}

describe('a request', () => {
  it.each(dialects)('keeps instructions, texts, tools, calls and results from chat to %s and back', (dialect) => {
    fc.assert(
      fc.property(request, (body) => {
        const there = convertRequest('chat', dialect, body)
        const back = convertRequest(dialect, 'chat', { model: 'm', ...there })
        expect(withoutStrict(back)).toEqual(withoutStrict(body))
      }),
    )
  })
})

const part: fc.Arbitrary<AnswerPart> = fc.oneof(
  text.map((value): AnswerPart => ({ kind: 'text', text: value })),
  text.map((value): AnswerPart => ({ kind: 'thinking', text: value })),
  fc.record({ name: word, input }).map(({ name, input: value }): AnswerPart => ({
    kind: 'toolCall',
    id: '',
    name,
    arguments: JSON.stringify(value),
  })),
)

/** What a provider of the chat dialect would have sent: thought, text, calls, in this order. */
function chatMessage(parts: AnswerPart[]): JsonObject {
  const joined = (kind: 'text' | 'thinking') => parts.map((item) => (item.kind === kind ? item.text : '')).join('')
  const calls = parts.filter((item) => item.kind === 'toolCall')
  return {
    role: 'assistant',
    content: joined('text'),
    reasoning_content: joined('thinking'),
    tool_calls: calls.map((call, index) => ({
      id: `call_${index}`,
      type: 'function',
      function: { name: call.name, arguments: call.arguments },
    })),
  }
}

/** The same as chunks, every text cut into pieces of the given length. */
function chatChunks(message: JsonObject, pieceLength: number, finish: FinishReason): JsonObject[] {
  const pieces = (value: string) => value.match(new RegExp(`[^]{1,${pieceLength}}`, 'g')) ?? []
  const chunk = (delta: JsonObject, finishReason: string | null = null) => ({
    id: 'chatcmpl-1',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  })
  const calls = message.tool_calls as { id: string; function: { name: string; arguments: string } }[]
  return [
    chunk({ role: 'assistant' }),
    ...pieces(String(message.reasoning_content)).map((reasoning_content) => chunk({ reasoning_content })),
    ...pieces(String(message.content)).map((content) => chunk({ content })),
    ...calls.flatMap(({ id, function: { name, arguments: whole } }, index) => [
      chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
      ...pieces(whole).map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
    chunk({}, finish),
    { choices: [], usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 } },
  ]
}

const context = { request: { stream_options: { include_usage: true } }, model: 'm' }

interface ChatChunk {
  delta: {
    content?: string
    reasoning_content?: string
    tool_calls?: { index: number; function: { name?: string; arguments: string } }[]
  }
  finish_reason: string | null
}

/** Puts a stream of chat chunks together. */
function joinChat(stream: string): JsonObject {
  const message = { content: '', reasoning_content: '', tool_calls: [] as { name: string; arguments: string }[] }
  let finishReason: unknown = null
  for (const line of stream.split('\n\n').filter((block) => block.startsWith('data: {'))) {
    const { choices } = JSON.parse(line.slice(6)) as { choices: ChatChunk[] }
    for (const { delta, finish_reason } of choices) {
      finishReason ??= finish_reason
      message.content += delta.content ?? ''
      message.reasoning_content += delta.reasoning_content ?? ''
      for (const call of delta.tool_calls ?? []) {
        const known = (message.tool_calls[call.index] ??= { name: call.function.name ?? '', arguments: '' })
        known.arguments += call.function.arguments
      }
    }
  }
  return { ...message, finishReason }
}

/** The text of a converted stream as the events a second converter takes. */
function eventsOf(stream: string): { name: string | null; data: string }[] {
  return stream
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const lines = block.split('\n')
      return {
        name: lines.find((line) => line.startsWith('event: '))?.slice(7) ?? null,
        data: lines.find((line) => line.startsWith('data: '))?.slice(6) ?? '',
      }
    })
}

function converted(from: Dialect, to: Dialect, events: { name: string | null; data: string }[]): string {
  const converter = createStreamConverter(from, to, context)
  return events.map((event) => converter.push(event)).join('') + converter.end()
}

describe('a stream', () => {
  it.each(dialects)('through %s, put together, is the answer that was not streamed', (dialect) => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 9 }), (parts, length) => {
        const message = chatMessage(parts)
        const calls = message.tool_calls as { function: { name: string; arguments: string } }[]
        const finish = calls.length > 0 ? 'tool_calls' : 'stop'
        const events = chatChunks(message, length, finish).map((data) => ({ name: null, data: JSON.stringify(data) }))
        const streamed = joinChat(converted(dialect, 'chat', eventsOf(converted('chat', dialect, events))))

        const whole = { id: 'chatcmpl-1', choices: [{ index: 0, message, finish_reason: finish }] }
        const there = convertAnswer('chat', dialect, whole, context)
        const back = convertAnswer(dialect, 'chat', there, context) as {
          choices: { message: JsonObject; finish_reason: string }[]
        }
        const answer = back.choices[0]
        const kept = (answer?.message.tool_calls ?? []) as { function: unknown }[]
        expect(streamed).toEqual({
          content: answer?.message.content ?? '',
          reasoning_content: answer?.message.reasoning_content ?? '',
          tool_calls: kept.map((call) => call.function),
          finishReason: answer?.finish_reason,
        })
        expect(streamed).toMatchObject({ content: message.content, reasoning_content: message.reasoning_content })
        expect(streamed.tool_calls).toEqual(calls.map((call) => call.function))
      }),
    )
  })
})
