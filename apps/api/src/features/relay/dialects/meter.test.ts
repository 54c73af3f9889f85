import { describe, expect, it } from 'vitest'
import { noUsage, type Usage } from '../usage.ts'
import type { JsonObject } from './json.ts'
import { createMeter, type Metered, readUsage } from './meter.ts'

interface Shape {
  shape: string
  metered: Metered
  body: unknown
  usage: Partial<Usage> | null
}

const answered = (usage: unknown): JsonObject => ({ choices: [], usage })

const shapes: Shape[] = [
  {
    shape: "OpenAI's",
    metered: 'chat',
    body: answered({
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 30, audio_tokens: 5, image_tokens: 4, cache_write_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 6 },
    }),
    usage: {
      inputTokens: 100,
      cachedTokens: 30,
      cacheCreationTokens: 3,
      audioInputTokens: 5,
      imageInputTokens: 4,
      outputTokens: 50,
      thinkingTokens: 20,
      audioOutputTokens: 6,
    },
  },
  { shape: 'missing', metered: 'chat', body: { choices: [] }, usage: null },
  { shape: 'null', metered: 'chat', body: answered(null), usage: null },
  { shape: 'a text', metered: 'chat', body: answered('many'), usage: null },
  { shape: 'only zeros', metered: 'chat', body: answered({ prompt_tokens: 0, completion_tokens: 0 }), usage: null },
  { shape: 'a body that is no object', metered: 'chat', body: 'ok', usage: null },
  {
    shape: 'in the choice',
    metered: 'chat',
    body: { choices: [{ usage: { prompt_tokens: 3, completion_tokens: 4 } }] },
    usage: { inputTokens: 3, outputTokens: 4 },
  },
  {
    shape: "in Groq's own field",
    metered: 'chat',
    body: { choices: [], x_groq: { usage: { prompt_tokens: 3, completion_tokens: 4 } } },
    usage: { inputTokens: 3, outputTokens: 4 },
  },
  {
    shape: 'under the later names',
    metered: 'chat',
    body: answered({ input_tokens: 3, output_tokens: 4, output_tokens_details: { reasoning_tokens: 2 } }),
    usage: { inputTokens: 3, outputTokens: 4, thinkingTokens: 2 },
  },
  {
    shape: "DeepSeek's cache",
    metered: 'chat',
    body: answered({ prompt_tokens: 9, completion_tokens: 1, prompt_cache_hit_tokens: 6, prompt_cache_miss_tokens: 3 }),
    usage: { inputTokens: 9, outputTokens: 1, cachedTokens: 6 },
  },
  {
    shape: 'numbers as texts',
    metered: 'chat',
    body: answered({ prompt_tokens: '12', completion_tokens: ' 7 ' }),
    usage: { inputTokens: 12, outputTokens: 7 },
  },
  {
    shape: 'negative and not a number',
    metered: 'chat',
    body: answered({ prompt_tokens: -5, completion_tokens: Number.NaN, total_tokens: 8 }),
    usage: { inputTokens: 8 },
  },
  { shape: 'only a total', metered: 'embeddings', body: answered({ total_tokens: 8 }), usage: { inputTokens: 8 } },
  {
    shape: 'input and total',
    metered: 'chat',
    body: answered({ prompt_tokens: 5, total_tokens: 8 }),
    usage: { inputTokens: 5, outputTokens: 3 },
  },
  {
    shape: 'output and total',
    metered: 'chat',
    body: answered({ completion_tokens: 5, total_tokens: 8 }),
    usage: { inputTokens: 3, outputTokens: 5 },
  },
  {
    shape: 'more cached than input',
    metered: 'chat',
    body: answered({ prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 20 } }),
    usage: { inputTokens: 20, outputTokens: 1, cachedTokens: 20 },
  },
  {
    shape: 'a transcription',
    metered: 'audio',
    body: {
      text: 'a',
      usage: { type: 'tokens', input_tokens: 14, output_tokens: 4, input_token_details: { audio_tokens: 14 } },
    },
    usage: { inputTokens: 14, outputTokens: 4, audioInputTokens: 14 },
  },
  {
    shape: 'pictures',
    metered: 'images',
    body: {
      data: [{}, {}],
      usage: { input_tokens: 10, output_tokens: 200, input_tokens_details: { image_tokens: 2, text_tokens: 8 } },
    },
    usage: { inputTokens: 10, imageInputTokens: 2, outputTokens: 200, imageOutputTokens: 200, images: 2 },
  },
  { shape: 'pictures without tokens', metered: 'images', body: { data: [{}] }, usage: { images: 1 } },
  {
    shape: "Cohere's rerank",
    metered: 'rerank',
    body: { results: [], meta: { billed_units: { search_units: 2 } } },
    usage: { searches: 2 },
  },
  { shape: "Jina's rerank", metered: 'rerank', body: { usage: { total_tokens: 40 } }, usage: { inputTokens: 40 } },
  {
    shape: "Anthropic's, whose cache stands beside the input",
    metered: 'messages',
    body: {
      usage: {
        input_tokens: 10,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 20,
        output_tokens: 5,
        server_tool_use: { web_search_requests: 3 },
      },
    },
    usage: { inputTokens: 130, cachedTokens: 100, cacheCreationTokens: 20, outputTokens: 5, searches: 3 },
  },
  {
    shape: "Gemini's, whose thoughts stand beside the output",
    metered: 'gemini',
    body: {
      usageMetadata: {
        promptTokenCount: 20,
        toolUsePromptTokenCount: 5,
        cachedContentTokenCount: 8,
        candidatesTokenCount: 7,
        thoughtsTokenCount: 3,
        totalTokenCount: 35,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 10 },
          { modality: 'IMAGE', tokenCount: 10 },
        ],
      },
    },
    usage: { inputTokens: 25, cachedTokens: 8, imageInputTokens: 10, outputTokens: 10, thinkingTokens: 3 },
  },
  {
    shape: 'a response with searches',
    metered: 'responses',
    body: {
      output: [{ type: 'web_search_call' }, { type: 'message' }, { type: 'web_search_call' }],
      usage: { input_tokens: 5, output_tokens: 6 },
    },
    usage: { inputTokens: 5, outputTokens: 6, searches: 2 },
  },
]

describe('usage of an answer', () => {
  it.each(shapes)('$metered: $shape', ({ metered, body, usage }) => {
    expect(readUsage(metered, body)).toEqual(usage && { ...noUsage, ...usage })
  })
})

interface Stream {
  stream: string
  dialect: Parameters<typeof createMeter>[0]
  events: [name: string | null, data: unknown][]
  usage: Partial<Usage> | null
  finish: string | null
  text: string
}

const delta = (content: string, more: JsonObject = {}): [null, JsonObject] => [
  null,
  { choices: [{ delta: { content } }], ...more },
]

const streams: Stream[] = [
  {
    stream: 'usage in a chunk of its own',
    dialect: 'chat',
    events: [
      delta('He'),
      delta('llo'),
      [null, { choices: [{ delta: {}, finish_reason: 'stop' }] }],
      [null, { choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } }],
    ],
    usage: { inputTokens: 5, outputTokens: 2 },
    finish: 'stop',
    text: 'Hello',
  },
  {
    stream: 'usage in every chunk, of which the last counts',
    dialect: 'chat',
    events: [
      delta('a', { usage: { prompt_tokens: 5, completion_tokens: 1 } }),
      delta('b', { usage: { prompt_tokens: 5, completion_tokens: 2 } }),
      delta('', { usage: null }),
      delta('', { usage: { prompt_tokens: 5, completion_tokens: 0 } }),
    ],
    usage: { inputTokens: 5, outputTokens: 2 },
    finish: null,
    text: 'ab',
  },
  {
    stream: 'thoughts, refusals and calls are delivered as well',
    dialect: 'chat',
    events: [
      [null, { choices: [{ delta: { reasoning_content: 'Hm.' } }] }],
      [null, { choices: [{ delta: { refusal: 'No.' } }] }],
      [null, { choices: [{ delta: { tool_calls: [{ function: { name: 'f', arguments: '{}' } }] } }] }],
    ],
    usage: null,
    finish: null,
    text: 'Hm.No.f{}',
  },
  {
    stream: 'old completions',
    dialect: 'completions',
    events: [[null, { choices: [{ text: 'abc', finish_reason: 'length' }] }]],
    usage: null,
    finish: 'length',
    text: 'abc',
  },
  {
    stream: 'input at the start and output at the end',
    dialect: 'messages',
    events: [
      [
        'message_start',
        {
          type: 'message_start',
          message: { usage: { input_tokens: 10, cache_read_input_tokens: 100, output_tokens: 1 } },
        },
      ],
      ['content_block_start', { index: 0, content_block: { type: 'tool_use', name: 'f' } }],
      ['content_block_delta', { index: 0, delta: { type: 'input_json_delta', partial_json: '{}' } }],
      ['content_block_delta', { index: 1, delta: { type: 'text_delta', text: 'Hi' } }],
      ['message_delta', { delta: { stop_reason: 'end_turn' }, usage: { input_tokens: 0, output_tokens: 40 } }],
    ],
    usage: { inputTokens: 110, cachedTokens: 100, outputTokens: 40 },
    finish: 'end_turn',
    text: 'f{}Hi',
  },
  {
    stream: 'a stream cut after its start still knows its input',
    dialect: 'messages',
    events: [['message_start', { message: { usage: { input_tokens: 10, output_tokens: 1 } } }]],
    usage: { inputTokens: 10, outputTokens: 1 },
    finish: null,
    text: '',
  },
  {
    stream: 'the object at the end',
    dialect: 'responses',
    events: [
      ['response.output_text.delta', { type: 'response.output_text.delta', delta: 'Hi' }],
      [
        'response.completed',
        {
          type: 'response.completed',
          response: {
            status: 'completed',
            output: [{ type: 'web_search_call' }],
            usage: { input_tokens: 5, output_tokens: 6 },
          },
        },
      ],
    ],
    usage: { inputTokens: 5, outputTokens: 6, searches: 1 },
    finish: 'completed',
    text: 'Hi',
  },
  {
    stream: 'metadata in every chunk',
    dialect: 'gemini',
    events: [
      [null, { candidates: [{ content: { parts: [{ text: 'H' }] } }], usageMetadata: { promptTokenCount: 5 } }],
      [
        null,
        {
          candidates: [{ content: { parts: [{ text: 'i' }] }, finishReason: 'STOP' }],
          usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, thoughtsTokenCount: 4 },
        },
      ],
    ],
    usage: { inputTokens: 5, outputTokens: 6, thinkingTokens: 4 },
    finish: 'STOP',
    text: 'Hi',
  },
  {
    stream: 'nonsense harms nothing',
    dialect: 'chat',
    events: [
      [null, null],
      [null, 'text'],
      [null, { choices: 'none' }],
      [null, { choices: [null, { delta: 5 }], usage: [] }],
    ],
    usage: null,
    finish: null,
    text: '',
  },
]

describe('usage of a stream', () => {
  it.each(streams)('$dialect: $stream', ({ dialect, events, usage, finish, text }) => {
    const meter = createMeter(dialect)
    for (const [name, data] of events) meter.event(name, data)
    expect(meter.usage()).toEqual(usage && { ...noUsage, ...usage })
    expect(meter.finishReason()).toBe(finish)
    expect(meter.text()).toBe(text)
  })

  it('keeps at most 1 MB of what was delivered', () => {
    const meter = createMeter('chat')
    for (let count = 0; count < 30; count += 1) meter.event(...delta('x'.repeat(50_000)))
    expect(meter.text()).toHaveLength(1024 * 1024)
  })
})
