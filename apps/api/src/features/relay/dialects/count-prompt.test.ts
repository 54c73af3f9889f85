import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { countPromptTokens, countTokens } from './count-prompt.ts'
import type { JsonObject } from './json.ts'
import type { Metered } from './meter.ts'

const sentence = 'The quick brown fox jumps over the lazy dog. '
const tokensOf = (text: string) => encode(text).length

/** The same letters every time, without a pattern a tokenizer could use. */
function scrambled(length: number, alphabet: string): string {
  let state = 1
  let text = ''
  while (text.length < length) {
    state = (state * 48_271) % 2_147_483_647
    text += alphabet[state % alphabet.length] ?? ''
  }
  return text
}

interface Row {
  what: string
  metered: Metered
  body: JsonObject
  tokens: number
}

const png = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(5000)}` } }
const hello = tokensOf('Hello there')

const rows: Row[] = [
  {
    what: 'a message costs its text, and 3, and 3 for the answer',
    metered: 'chat',
    body: { messages: [{ role: 'user', content: 'Hello there' }] },
    tokens: hello + 6,
  },
  {
    what: 'the same as parts',
    metered: 'chat',
    body: { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello there' }] }] },
    tokens: hello + 6,
  },
  {
    what: 'a picture costs the same however large its data is',
    metered: 'chat',
    body: { messages: [{ role: 'user', content: [png] }] },
    tokens: 765 + 6,
  },
  {
    what: 'a picture in low detail costs less',
    metered: 'chat',
    body: { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x', detail: 'low' } }] }] },
    tokens: 85 + 6,
  },
  {
    what: 'instructions and blocks of Anthropic count',
    metered: 'messages',
    body: {
      system: [{ type: 'text', text: 'Hello there' }],
      messages: [
        { role: 'user', content: [{ type: 'image', source: { type: 'base64', data: 'AAAA' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'Hello there' }] },
      ],
    },
    tokens: 2 * hello + 765 + 2 * 3 + 3,
  },
  {
    what: 'a response takes a plain text',
    metered: 'responses',
    body: { input: 'Hello there' },
    tokens: hello + 3,
  },
  {
    what: 'contents of Gemini count',
    metered: 'gemini',
    body: { contents: [{ role: 'user', parts: [{ text: 'Hello there' }, { inlineData: { mimeType: 'image/png' } }] }] },
    tokens: hello + 765 + 6,
  },
  { what: 'several texts to embed', metered: 'embeddings', body: { input: ['Hello', 'there'] }, tokens: 2 },
  { what: 'a prompt that is tokens already', metered: 'embeddings', body: { input: [[1, 2, 3], [4]] }, tokens: 4 },
  {
    what: 'query and documents to rank',
    metered: 'rerank',
    body: { query: 'Hello', documents: ['there', { text: 'there' }] },
    tokens: 3,
  },
  { what: 'special tokens are text', metered: 'completions', body: { prompt: '<|endoftext|>' }, tokens: 7 },
  { what: 'nothing', metered: 'chat', body: {}, tokens: 3 },
  { what: 'nonsense', metered: 'chat', body: { messages: 5, tools: 'x' }, tokens: 3 + 1 + tokensOf('"x"') },
]

describe('counting a prompt', () => {
  it.each(rows)('$metered: $what', ({ metered, body, tokens }) => {
    expect(countPromptTokens(metered, body)).toBe(tokens)
  })

  it('tools count as they are written', () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }]
    expect(countPromptTokens('chat', { tools })).toBe(3 + tokensOf(JSON.stringify(tools)))
  })

  it('is exact for ordinary texts of up to 8 kB', () => {
    const text = sentence.repeat(180)
    expect(countTokens(text)).toBe(tokensOf(text))
  })

  it('is near for longer ones', () => {
    const text = `${sentence.repeat(5000)}${scrambled(100_000, 'abcdefgh ')}`
    const exact = tokensOf(text)
    expect(Math.abs(countTokens(text) - exact) / exact).toBeLessThan(0.1)
  })

  it.each([
    ['one letter', 'a'.repeat(200_000)],
    ['one space', ' '.repeat(200_000)],
    ['letters without a break', scrambled(200_000, 'abcdefghijklmnopqrstuvwxyz')],
    ['base64', scrambled(200_000, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')],
    ['Chinese', scrambled(200_000, '的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年')],
    ['signs', scrambled(200_000, '!@#$%^&*()-_=+[]{};:,.<>/?')],
    ['many small texts', ''],
  ])('takes no longer for a long input: %s', (_what, text) => {
    const input = text === '' ? Array.from({ length: 50_000 }, () => 'word') : text
    countPromptTokens('embeddings', { input })
    const startedAt = performance.now()
    expect(countPromptTokens('embeddings', { input })).toBeGreaterThan(0)
    // A few milliseconds on an idle machine; quadratic work would take seconds.
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})
