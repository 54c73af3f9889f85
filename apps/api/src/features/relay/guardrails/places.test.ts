import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../dialects/json.ts'
import type { EndpointName } from '../serve/endpoints.ts'
import { guardAnswer } from './answer.ts'
import { compileGuardrail, type GuardrailRule, workedMs } from './engine.ts'
import { guardRequest } from './request.ts'

const rule: Omit<GuardrailRule, 'action'> = { name: 'birds', kind: 'keyword', matches: ['falcon'], direction: 'both' }
const redact = compileGuardrail({ ...rule, action: 'redact' })
const refuse = compileGuardrail({ ...rule, action: 'refuse' })

/** Whatever is a text says `falcon`; what is none, and stays, says `kept falcon`. */
const requests: [EndpointName, string, JsonObject, number][] = [
  ['chat', 'messages', { messages: [{ role: 'user', content: 'falcon' }] }, 1],
  [
    'chat',
    'parts, calls of tools and their results',
    {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a falcon' },
            { type: 'image_url', image_url: { url: 'kept falcon' } },
          ],
        },
        {
          role: 'assistant',
          tool_calls: [{ id: 'kept falcon', function: { name: 'kept', arguments: '{"q":"falcon"}' } }],
        },
        { role: 'tool', tool_call_id: 'x', content: 'falcon' },
      ],
      tools: [{ type: 'function', function: { name: 'kept', description: 'finds a falcon' } }],
    },
    4,
  ],
  ['completions', 'a prompt', { prompt: 'falcon', suffix: 'falcon' }, 2],
  ['completions', 'prompts', { prompt: ['falcon', 'kept'] }, 1],
  ['completions', 'prompts as tokens, which are no text', { prompt: [1, 2, 3] }, 0],
  ['embeddings', 'inputs', { input: ['falcon', 'a falcon'] }, 2],
  ['responses', 'an input and instructions', { input: 'falcon', instructions: 'falcon' }, 2],
  [
    'responses',
    'items',
    {
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'falcon' }] },
        { type: 'function_call', call_id: 'kept falcon', arguments: '{"a":["falcon"]}' },
        { type: 'function_call_output', call_id: 'x', output: 'falcon' },
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'falcon' }] },
      ],
      prompt: { id: 'kept falcon', variables: { bird: 'falcon' } },
    },
    5,
  ],
  ['messages', 'a system text and messages', { system: 'falcon', messages: [{ role: 'user', content: 'falcon' }] }, 2],
  [
    'messages',
    'blocks, documents, calls of tools and their results',
    {
      system: [{ type: 'text', text: 'falcon' }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'document', source: { type: 'text', data: 'falcon' }, title: 'falcon' },
            { type: 'image', source: { type: 'base64', data: 'kept falcon' } },
            { type: 'tool_use', id: 'kept falcon', input: { deep: { query: 'falcon' } } },
            { type: 'tool_result', tool_use_id: 'x', content: [{ type: 'text', text: 'falcon' }] },
            { type: 'tool_result', tool_use_id: 'x', content: 'falcon' },
          ],
        },
      ],
    },
    6,
  ],
  ['count_tokens', 'messages', { messages: [{ role: 'user', content: 'falcon' }] }, 1],
  ['moderations', 'texts and parts', { input: ['falcon', { type: 'text', text: 'falcon' }] }, 2],
  ['images', 'a prompt', { prompt: 'falcon' }, 1],
  ['image_edits', 'a prompt', { prompt: 'falcon' }, 1],
  ['transcriptions', 'a prompt', { prompt: 'falcon' }, 1],
  ['translations', 'a prompt', { prompt: 'falcon' }, 1],
  ['speech', 'what is to be said', { input: 'falcon', instructions: 'like a falcon' }, 2],
  ['rerank', 'a query and documents', { query: 'falcon', documents: ['falcon', { text: 'falcon' }] }, 3],
]

describe('a request', () => {
  test.each(requests)('to %s: %s', (endpoint, _, body, hits) => {
    const before = structuredClone(body)
    const guarded = guardRequest(endpoint, { ...body, model: 'kept falcon' }, redact)
    const expected: unknown = JSON.parse(JSON.stringify(body).replaceAll(/(?<!kept )falcon/g, '[redacted]'))
    expect(guarded).toEqual({ hits, body: Object.assign({}, expected, { model: 'kept falcon' }) })
    expect(body).toEqual(before)
    expect(guardRequest(endpoint, body, refuse)).toEqual(
      hits > 0 ? { refusedBy: 'birds', reason: 'match' } : { hits: 0, body },
    )
  })

  test('that holds nothing of it stays the very same', () => {
    const body = { messages: [{ role: 'user', content: 'a pigeon' }] }
    expect(guardRequest('chat', body, redact)).toEqual({ body, hits: 0 })
    expect(Reflect.get(guardRequest('chat', body, redact), 'body')).toBe(body)
  })
})

const answers: [EndpointName, string, JsonObject, number][] = [
  [
    'chat',
    'all choices, thoughts and calls of tools',
    {
      choices: [
        { message: { content: 'falcon', reasoning_content: 'falcon' }, logprobs: { content: [{ token: 'fal' }] } },
        { message: { content: null, tool_calls: [{ function: { name: 'kept', arguments: '{"q":"a falcon"}' } }] } },
      ],
    },
    3,
  ],
  ['completions', 'all choices', { choices: [{ text: 'falcon' }, { text: 'falcon' }] }, 2],
  [
    'responses',
    'all items',
    {
      output: [
        { type: 'message', content: [{ type: 'output_text', text: 'falcon' }] },
        { type: 'function_call', arguments: '{"q":"falcon"}' },
      ],
      instructions: 'kept falcon',
    },
    2,
  ],
  [
    'messages',
    'all blocks',
    {
      content: [
        { type: 'thinking', thinking: 'falcon', signature: 'kept falcon' },
        { type: 'text', text: 'falcon' },
        { type: 'tool_use', input: { query: 'falcon' } },
      ],
    },
    3,
  ],
  ['transcriptions', 'text and segments', { text: 'falcon', segments: [{ text: 'falcon' }] }, 2],
  ['images', 'revised prompts', { data: [{ revised_prompt: 'falcon', b64_json: 'kept falcon' }] }, 1],
]

test.each(answers)('an answer of %s: %s', (endpoint, _, body, hits) => {
  const guarded = guardAnswer(endpoint, body, redact)
  const expected: unknown = JSON.parse(
    JSON.stringify(body)
      .replaceAll(/(?<!kept )falcon/g, '[redacted]')
      .replace('{"content":[{"token":"fal"}]}', 'null'),
  )
  expect(guarded).toEqual({ hits, body: expected })
  expect(guardAnswer(endpoint, body, refuse)).toEqual({ refusedBy: 'birds', reason: 'match' })
})

test('arguments stay JSON when a pattern reaches over more than a string', () => {
  const greedy = compileGuardrail({ ...rule, kind: 'pattern', matches: ['fal.*'], action: 'redact' })
  const body = { choices: [{ message: { tool_calls: [{ function: { arguments: '{"q":"falcon","n":1}' } }] } }] }
  expect(guardAnswer('chat', body, greedy)).toMatchObject({
    body: { choices: [{ message: { tool_calls: [{ function: { arguments: '{"q":"[redacted]","n":1}' } }] } }] },
  })
})

const many = Array.from({ length: 20 }, (_, index) => String.raw`\b[A-Z]{2}${index}\d{8,20}[a-z]+@x\b`)
const patterns = compileGuardrail({ ...rule, kind: 'pattern', matches: many, action: 'redact' })
const prose = 'The Quick brown fox jumps over 12 lazy dogs, and writes to nobody@x at No 10. '

test.each([
  ['20 patterns', patterns, [prose.repeat(55_000)]],
  ['20 patterns, in many texts', patterns, Array.from({ length: 55_000 }, () => prose)],
  ['a keyword', redact, [prose.repeat(55_000)]],
])('what %s cannot look through in time is refused, and holds nothing else up', (_, guards, texts) => {
  const body = { messages: texts.map((content) => ({ role: 'user', content })) }
  const startedMs = workedMs()
  expect(() => guardRequest('chat', body, guards)).toThrow('more text than the guardrail “birds” can look through')
  expect(workedMs() - startedMs).toBeLessThan(600)
})

test('what is nested too deeply inside of a text is guarded as a text', () => {
  const deep = `${'['.repeat(200_000)}"falcon"${']'.repeat(200_000)}`
  const body = { messages: [{ role: 'assistant', tool_calls: [{ function: { arguments: deep } }] }] }
  expect(guardRequest('chat', body, redact)).toMatchObject({ hits: 1 })
})
