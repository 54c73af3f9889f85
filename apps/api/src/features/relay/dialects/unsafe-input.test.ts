import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Dialect } from './conversation.ts'
import { convertAnswer, convertRequest, createStreamConverter } from './convert.ts'
import { countPromptTokens } from './count-prompt.ts'
import { DialectError } from './dialect-error.ts'
import type { JsonObject } from './json.ts'
import { createMeter, readUsage } from './meter.ts'

const dialects = ['chat', 'responses', 'messages', 'gemini'] as const
const pairs = dialects.flatMap((from) => dialects.filter((to) => to !== from).map((to) => ({ from, to })))
const context = { request: {}, model: 'm' }

const chatRequest: JsonObject = {
  model: 'gemini-3-pro',
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Hi' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ],
    },
    {
      role: 'assistant',
      content: 'Well.',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
    },
    { role: 'tool', tool_call_id: 'a', content: 'ok' },
  ],
  tools: [{ type: 'function', function: { name: 'f', description: 'F', parameters: { type: 'object' } } }],
  tool_choice: { type: 'function', function: { name: 'f' } },
  parallel_tool_calls: false,
  reasoning_effort: 'low',
  response_format: { type: 'json_schema', json_schema: { name: 'a', schema: {} } },
  max_tokens: 10,
  stream: true,
}

const chatAnswer: JsonObject = {
  id: 'chatcmpl-1',
  choices: [
    {
      message: {
        content: 'Well.',
        reasoning_content: 'Hm.',
        reasoning_details: [{ type: 'reasoning.text', text: 'Hm.', signature: 'x' }],
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
      finish_reason: 'tool_calls',
    },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 1 } },
}

const chatStream: JsonObject[] = [
  { id: 'chatcmpl-1', choices: [{ delta: { role: 'assistant', content: 'We', reasoning_content: 'Hm.' } }] },
  { choices: [{ delta: { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":1}' } }] } }] },
  { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
  { choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } },
]

function streamOf(dialect: Dialect): JsonObject[] {
  if (dialect === 'chat') return chatStream
  const converter = createStreamConverter('chat', dialect, context)
  const text = chatStream.map((data) => converter.push({ name: null, data: JSON.stringify(data) })).join('')
  return (text + converter.end())
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)) as JsonObject)
}

const requestOf = (dialect: Dialect) => convertRequest('chat', dialect, chatRequest)
const answerOf = (dialect: Dialect) =>
  dialect === 'chat' ? chatAnswer : convertAnswer('chat', dialect, chatAnswer, context)

/** Every place in a value, as the keys that lead there. */
function placesIn(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[]]
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  const children = keys.flatMap((key) =>
    placesIn((value as Record<string | number, unknown>)[key]).map((place) => [key, ...place]),
  )
  return [[], ...children]
}

function replaced(value: unknown, [key, ...rest]: (string | number)[], by: unknown): unknown {
  if (key === undefined) return by
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? replaced(item, rest, by) : item))
  const object = value as Record<string | number, unknown>
  return { ...object, [key]: replaced(object[key], rest, by) }
}

const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(null, [], {}, '', 0, -1, 1.5, true, [null], [[]], [{}], { type: null }),
)

/** The value with something else, of any type, in one or two places. */
const broken = (value: unknown) => {
  const change = fc.record({ place: fc.constantFrom(...placesIn(value)), by: anything })
  return fc.array(change, { minLength: 1, maxLength: 2 }).map((changes) => {
    let result: unknown = value
    for (const { place, by } of changes)
      if (placesIn(result).some((known) => known.join() === place.join())) result = replaced(result, place, by)
    return result
  })
}

/** Whatever else is thrown would be the relay's own fault, and a 500. */
function allowDialectErrors(run: () => unknown) {
  try {
    JSON.stringify(run())
  } catch (error) {
    if (!(error instanceof DialectError)) throw error
  }
}

const asObject = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}

const many = 150_000
const repeated = <Item>(item: Item): Item[] => Array.from({ length: many }, () => item)
const inLine = { model: 'm', max_tokens: 1 }
const chatTool = { role: 'tool', tool_call_id: 'a', content: 'x' }
const chatCall = {
  role: 'assistant',
  tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
}
const text = { type: 'text', text: 'x' }

/** Requests that are as wide as nobody's, in the dialects whose clients are served. */
const wide: [string, Exclude<Dialect, 'gemini'>, JsonObject][] = [
  [
    'parts of the system',
    'chat',
    {
      messages: [
        { role: 'system', content: repeated(text) },
        { role: 'user', content: 'x' },
      ],
    },
  ],
  [
    'parts of messages',
    'chat',
    {
      messages: [
        { role: 'user', content: repeated(text) },
        { role: 'user', content: repeated(text) },
      ],
    },
  ],
  [
    'parts of an answer',
    'chat',
    {
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: repeated(text) },
      ],
    },
  ],
  ['results', 'chat', { messages: [chatCall, ...repeated(chatTool)] }],
  ['messages', 'chat', { messages: repeated({ role: 'user', content: 'x' }) }],
  ['items', 'responses', { input: repeated({ role: 'user', content: 'x' }) }],
  [
    'outputs',
    'responses',
    {
      input: [
        { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
        ...repeated({ type: 'function_call_output', call_id: 'a', output: 'x' }),
      ],
    },
  ],
  [
    'parts of answers',
    'responses',
    {
      input: repeated({
        role: 'assistant',
        content: repeated(0)
          .slice(0, 2)
          .map(() => ({ type: 'output_text', text: 'x' })),
      }),
    },
  ],
  [
    'blocks',
    'messages',
    {
      messages: [
        { role: 'user', content: repeated(text) },
        { role: 'user', content: repeated(text) },
      ],
    },
  ],
]

describe('unsafe input', () => {
  it.each(wide)('150,000 %s of %s are converted, in time that grows no faster than they do', (_, from, body) => {
    for (const to of dialects.filter((dialect) => dialect !== from)) {
      const before = process.threadCpuUsage()
      expect(convertRequest(from, to, { ...inLine, ...body })).toMatchObject({})
      const { user, system } = process.threadCpuUsage(before)
      // Of this thread's own work: what else the machine does at the time is no fault of a conversion.
      expect((user + system) / 1_000).toBeLessThan(3_000)
    }
  })

  it.each(pairs)('a broken request is converted or refused, $from to $to', ({ from, to }) => {
    fc.assert(
      fc.property(broken(requestOf(from)), (body) => {
        allowDialectErrors(() => convertRequest(from, to, asObject(body)))
        expect(countPromptTokens(from, asObject(body))).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it.each(pairs)('a broken answer is converted or called unreadable, $from to $to', ({ from, to }) => {
    fc.assert(
      fc.property(broken(answerOf(from)), (body) => {
        allowDialectErrors(() => convertAnswer(from, to, body, context))
        expect(() => readUsage(from, body)).not.toThrow()
      }),
    )
  })

  it.each(pairs)('a broken stream never throws, $from to $to', ({ from, to }) => {
    fc.assert(
      fc.property(broken(streamOf(from)), (events) => {
        const converter = createStreamConverter(from, to, context)
        const meter = createMeter(from)
        const feed = () => {
          for (const data of Array.isArray(events) ? (events as unknown[]) : [events]) {
            converter.push({ name: null, data: JSON.stringify(data) })
            meter.event(null, data)
          }
          converter.end()
          meter.usage()
        }
        expect(feed).not.toThrow()
      }),
    )
  })
})
