import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isObject, objectAt, objectsOf, textOf, type JsonObject } from '../dialects/json.ts'
import { compileGuardrail, GuardrailStop, guardText, type GuardrailRule } from './engine.ts'
import { createStreamGuard, type GuardedApi } from './stream.ts'

const rule: GuardrailRule = {
  name: 'birds',
  kind: 'keyword',
  matches: ['falcon'],
  action: 'redact',
  direction: 'output',
}
const guards = [
  ...compileGuardrail(rule),
  ...compileGuardrail({ ...rule, kind: 'pattern', matches: [String.raw`\d{3}-\d{4}`] }),
]

/** How each API streams a text, and how its clients put one together again. */
const apis: Record<GuardedApi, { stream(pieces: string[]): JsonObject[]; read(events: JsonObject[]): string }> = {
  chat: {
    stream: (pieces) => [
      { id: 'c', choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] },
      ...pieces.map((content) => ({ id: 'c', choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
      { id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { id: 'c', choices: [], usage: { total_tokens: 3 } },
    ],
    read: (events) =>
      events
        .flatMap((event) => objectsOf(event.choices).map(({ delta }) => textOf(objectAt({ delta }, 'delta').content)))
        .join(''),
  },
  completions: {
    stream: (pieces) =>
      pieces.map((text, at) => ({
        choices: [{ index: 0, text, finish_reason: at === pieces.length - 1 ? 'stop' : null }],
      })),
    read: (events) => events.flatMap((event) => objectsOf(event.choices).map(({ text }) => textOf(text))).join(''),
  },
  messages: {
    stream: (pieces) => [
      { type: 'message_start', message: { id: 'm', content: [] } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      ...pieces.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } },
      { type: 'message_stop' },
    ],
    read: (events) => events.map((event) => textOf(objectAt(event, 'delta').text)).join(''),
  },
  responses: {
    stream: (pieces) => {
      const text = pieces.join('')
      const place = { item_id: 'i', output_index: 0, content_index: 0 }
      const item = { id: 'i', type: 'message', content: [{ type: 'output_text', text }] }
      const events: JsonObject[] = [
        { type: 'response.created', response: { id: 'r', output: [] } },
        ...pieces.map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
        { type: 'response.output_text.done', ...place, text },
        { type: 'response.content_part.done', ...place, part: { type: 'output_text', text } },
        { type: 'response.output_item.done', output_index: 0, item },
        { type: 'response.completed', response: { id: 'r', output: [item] } },
      ]
      return events.map((event, at) => ({ ...event, sequence_number: at }))
    },
    read: (events) => events.map((event) => textOf(event.delta)).join(''),
  },
}

const names: GuardedApi[] = ['chat', 'completions', 'messages', 'responses']
const run = (api: GuardedApi, events: JsonObject[]) => {
  const guard = createStreamGuard(api, guards)
  return { out: events.flatMap((event) => guard.rewriteEvent(event)), hits: guard.hits() }
}

describe.each(names)('a stream of %s', (api) => {
  const { stream, read } = apis[api]

  test('reads as its whole text would, however it was cut', () => {
    const pieces = fc.array(fc.constantFrom('fal', 'con', 'falcon', ' ', '12', '3-45', '67', 'x', '密', 'a falcon. '), {
      minLength: 1,
      maxLength: 30,
    })
    fc.assert(
      fc.property(pieces, (texts) => {
        const whole = guardText(guards, texts.join(''))
        const { out, hits } = run(api, stream(texts))
        expect(read(out)).toBe(whole.text)
        expect(hits).toBe(whole.hits)
      }),
      { numRuns: 500 },
    )
  })

  test('tells what is redacted nowhere, and ends as it did', () => {
    const events = stream(['The bird is a fal', 'con, call 555', '-1234 now'])
    const { out } = run(api, events)
    expect(JSON.stringify(out)).not.toMatch(/falcon|555/)
    expect(out.at(-1)).toMatchObject(api === 'responses' ? { type: 'response.completed' } : {})
    expect(read(out)).toBe('The bird is a [redacted], call [redacted] now')
  })

  test('ends where it is refused', () => {
    const guard = createStreamGuard(api, compileGuardrail({ ...rule, action: 'refuse' }))
    const out: JsonObject[] = []
    expect(() => {
      for (const event of stream(['Nothing of it. ', 'A fal', 'con ', 'is seen.']))
        out.push(...guard.rewriteEvent(event))
    }).toThrow(GuardrailStop)
    expect(JSON.stringify(out)).not.toContain('fal')
  })
})

const finishOf = (event: JsonObject): unknown => objectsOf(event.choices).find(isObject)?.finish_reason

test('choices and calls of tools side by side are texts of their own', () => {
  const delta = (index: number, of: JsonObject, finish: string | null = null): JsonObject => ({
    choices: [{ index, delta: of, finish_reason: finish, logprobs: { content: [{ token: 'falcon' }] } }],
  })
  const call = (at: number, text: string) => ({ tool_calls: [{ index: at, function: { arguments: text } }] })
  const { out } = run('chat', [
    delta(0, { content: 'fal' }),
    delta(1, { content: 'con' }),
    delta(0, call(0, '{"q":"fal')),
    delta(0, call(1, '{"q":"con"}')),
    delta(0, call(0, 'con"}')),
    delta(0, {}, 'tool_calls'),
    delta(1, {}, 'stop'),
  ])
  const texts: Record<string, string> = {}
  for (const { index, delta: of } of out.flatMap((event) => objectsOf(event.choices))) {
    const said = objectAt({ of }, 'of')
    const key = String(index)
    texts[key] = (texts[key] ?? '') + textOf(said.content)
    for (const one of objectsOf(said.tool_calls)) {
      const name = `${key}.${String(one.index)}`
      texts[name] = (texts[name] ?? '') + textOf(objectAt(one, 'function').arguments)
    }
  }
  expect(texts).toEqual({ '0': 'fal', '1': 'con', '0.0': '{"q":"[redacted]"}', '0.1': '{"q":"con"}' })
  expect(out.map(finishOf).filter((finish) => finish !== null)).toEqual(['tool_calls', 'stop'])
  expect(JSON.stringify(out)).not.toContain('token')
})

test('thinking goes out before it is signed', () => {
  const delta = (of: JsonObject) => ({ type: 'content_block_delta', index: 0, delta: of })
  const { out } = run('messages', [
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
    delta({ type: 'thinking_delta', thinking: 'Of a fal' }),
    delta({ type: 'thinking_delta', thinking: 'con here' }),
    delta({ type: 'signature_delta', signature: 'signed' }),
    { type: 'content_block_stop', index: 0 },
  ])
  expect(out.map((event) => objectAt(event, 'delta').type ?? event.type)).toEqual([
    'content_block_start',
    'thinking_delta',
    'thinking_delta',
    'thinking_delta',
    'signature_delta',
    'content_block_stop',
  ])
  expect(out.map((event) => textOf(objectAt(event, 'delta').thinking)).join('')).toBe('Of a [redacted] here')
})

test('events that are put in are counted', () => {
  const { out } = run('responses', apis.responses.stream(['The bird is a fal', 'con']))
  expect(out.map(({ sequence_number }) => sequence_number)).toEqual(out.map((_, at) => at))
})
