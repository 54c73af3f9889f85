import { describe, expect, it } from 'vitest'
import type { Dialect } from './conversation.ts'
import { convertAnswer } from './convert.ts'
import { DialectError } from './dialect-error.ts'
import type { JsonObject } from './json.ts'

const anyId = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}`))
const anyTime = expect.any(Number)

/** One answer with a thought, a text, two calls and usage, in all four dialects, as their providers write it. */
const upstream: Record<Dialect, JsonObject> = {
  chat: {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'upstream-model',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Looking.',
          reasoning_content: 'Two cities.',
          tool_calls: [
            { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
            { id: 'call_b', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
          ],
        },
        finish_reason: 'tool_calls',
      },
    ],
    usage: {
      prompt_tokens: 100,
      completion_tokens: 30,
      total_tokens: 130,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 10 },
    },
  },
  responses: {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    model: 'upstream-model',
    output: [
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Two cities.' }] },
      { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'Looking.' }] },
      { type: 'function_call', id: 'fc_1', call_id: 'call_a', name: 'weather', arguments: '{"city":"Oslo"}' },
      { type: 'function_call', id: 'fc_2', call_id: 'call_b', name: 'weather', arguments: '{"city":"Rome"}' },
    ],
    usage: {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 40 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 10 },
      total_tokens: 130,
    },
  },
  messages: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'upstream-model',
    content: [
      { type: 'thinking', thinking: 'Two cities.', signature: '' },
      { type: 'text', text: 'Looking.' },
      { type: 'tool_use', id: 'call_a', name: 'weather', input: { city: 'Oslo' } },
      { type: 'tool_use', id: 'call_b', name: 'weather', input: { city: 'Rome' } },
    ],
    stop_reason: 'tool_use',
    usage: {
      input_tokens: 60,
      cache_read_input_tokens: 40,
      output_tokens: 30,
      output_tokens_details: { thinking_tokens: 10 },
    },
  },
  gemini: {
    responseId: 'r1',
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            { text: 'Two cities.', thought: true },
            { text: 'Looking.' },
            { functionCall: { id: 'call_a', name: 'weather', args: { city: 'Oslo' } } },
            { functionCall: { id: 'call_b', name: 'weather', args: { city: 'Rome' } } },
          ],
        },
        finishReason: 'STOP',
      },
    ],
    usageMetadata: {
      promptTokenCount: 100,
      cachedContentTokenCount: 40,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 10,
    },
  },
}

/** What a client of each dialect gets, whole. */
const client: Record<Dialect, JsonObject> = {
  chat: {
    id: anyId('chatcmpl-'),
    object: 'chat.completion',
    created: anyTime,
    model: 'asked-model',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Looking.',
          refusal: null,
          annotations: [],
          reasoning_content: 'Two cities.',
          tool_calls: [
            { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
            { id: 'call_b', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
          ],
        },
        logprobs: null,
        finish_reason: 'tool_calls',
      },
    ],
    usage: {
      prompt_tokens: 100,
      completion_tokens: 30,
      total_tokens: 130,
      prompt_tokens_details: { cached_tokens: 40, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 10,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
  },
  responses: {
    id: anyId('resp_'),
    object: 'response',
    created_at: anyTime,
    completed_at: anyTime,
    status: 'completed',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: 'Be brief.',
    max_output_tokens: null,
    max_tool_calls: null,
    model: 'asked-model',
    output: [
      { id: anyId('rs_'), type: 'reasoning', summary: [{ type: 'summary_text', text: 'Two cities.' }] },
      {
        id: anyId('msg_'),
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Looking.', annotations: [], logprobs: [] }],
      },
      {
        id: anyId('fc_'),
        type: 'function_call',
        status: 'completed',
        call_id: 'call_a',
        name: 'weather',
        arguments: '{"city":"Oslo"}',
      },
      {
        id: anyId('fc_'),
        type: 'function_call',
        status: 'completed',
        call_id: 'call_b',
        name: 'weather',
        arguments: '{"city":"Rome"}',
      },
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    service_tier: 'default',
    store: false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_logprobs: 0,
    top_p: 1,
    truncation: 'disabled',
    usage: {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 40, cache_write_tokens: 0 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 10 },
      total_tokens: 130,
    },
    user: null,
    metadata: {},
  },
  messages: {
    id: anyId('msg_'),
    type: 'message',
    role: 'assistant',
    model: 'asked-model',
    content: [
      { type: 'thinking', thinking: 'Two cities.', signature: '' },
      { type: 'text', citations: null, text: 'Looking.' },
      { type: 'tool_use', id: 'call_a', caller: { type: 'direct' }, name: 'weather', input: { city: 'Oslo' } },
      { type: 'tool_use', id: 'call_b', caller: { type: 'direct' }, name: 'weather', input: { city: 'Rome' } },
    ],
    container: null,
    diagnostics: null,
    stop_details: null,
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: {
      cache_creation: null,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 40,
      inference_geo: null,
      input_tokens: 60,
      output_tokens: 30,
      output_tokens_details: { thinking_tokens: 10 },
      server_tool_use: null,
      service_tier: 'standard',
      speed: null,
    },
  },
  gemini: {
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            { text: 'Two cities.', thought: true },
            { text: 'Looking.' },
            { functionCall: { id: 'call_a', name: 'weather', args: { city: 'Oslo' } } },
            { functionCall: { id: 'call_b', name: 'weather', args: { city: 'Rome' } } },
          ],
        },
        finishReason: 'STOP',
        index: 0,
      },
    ],
    usageMetadata: {
      promptTokenCount: 100,
      candidatesTokenCount: 20,
      totalTokenCount: 130,
      cachedContentTokenCount: 40,
      thoughtsTokenCount: 10,
    },
    modelVersion: 'asked-model',
    responseId: expect.any(String),
  },
}

const dialects = ['chat', 'responses', 'messages', 'gemini'] as const
const pairs = dialects.flatMap((from) => dialects.filter((to) => to !== from).map((to) => ({ from, to })))
const context = { request: { instructions: 'Be brief.' }, model: 'asked-model' }

describe('one answer in every dialect', () => {
  it.each(pairs)('$from becomes $to', ({ from, to }) => {
    expect(convertAnswer(from, to, upstream[from], context)).toEqual(client[to])
  })
})

const chatAnswer = (message: JsonObject, finishReason: string): JsonObject => ({
  choices: [{ message: { role: 'assistant', ...message }, finish_reason: finishReason }],
})
const message = (content: JsonObject[], stopReason: string, more: JsonObject = {}): JsonObject => ({
  content,
  stop_reason: stopReason,
  ...more,
})

interface Rule {
  rule: string
  from: Dialect
  to: Dialect
  answer: JsonObject
  becomes: JsonObject
}

const rules: Rule[] = [
  {
    rule: 'an answer that reached its limit',
    from: 'messages',
    to: 'chat',
    answer: message([{ type: 'text', text: 'Cut' }], 'max_tokens'),
    becomes: { choices: [{ message: { content: 'Cut' }, finish_reason: 'length' }] },
  },
  {
    rule: 'the same as a response is incomplete',
    from: 'chat',
    to: 'responses',
    answer: chatAnswer({ content: 'Cut' }, 'length'),
    becomes: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, completed_at: null },
  },
  {
    rule: 'a stop sequence that was met',
    from: 'messages',
    to: 'gemini',
    answer: message([{ type: 'text', text: 'a' }], 'stop_sequence', { stop_sequence: 'END' }),
    becomes: { candidates: [{ finishReason: 'STOP' }] },
  },
  {
    rule: 'a refusal in words',
    from: 'chat',
    to: 'messages',
    answer: chatAnswer({ content: null, refusal: 'No.' }, 'stop'),
    becomes: { content: [{ type: 'text', text: 'No.' }], stop_reason: 'refusal' },
  },
  {
    rule: 'a refusal without words',
    from: 'messages',
    to: 'chat',
    answer: message([], 'refusal'),
    becomes: { choices: [{ message: { content: '', refusal: null }, finish_reason: 'content_filter' }] },
  },
  {
    rule: 'a prompt that Gemini blocked',
    from: 'gemini',
    to: 'chat',
    answer: { promptFeedback: { blockReason: 'SAFETY' } },
    becomes: { choices: [{ finish_reason: 'content_filter' }] },
  },
  {
    rule: 'an upstream that says stop although it calls a tool',
    from: 'chat',
    to: 'messages',
    answer: chatAnswer({ tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }] }, 'stop'),
    becomes: { stop_reason: 'tool_use' },
  },
  {
    rule: 'arguments that are no JSON are kept',
    from: 'chat',
    to: 'messages',
    answer: chatAnswer({ tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{"a' } }] }, 'tool_calls'),
    becomes: { content: [{ type: 'tool_use', id: 'a', name: 'f', input: { arguments: '{"a' } }] },
  },
  {
    rule: 'content as parts',
    from: 'chat',
    to: 'gemini',
    answer: chatAnswer(
      {
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      'stop',
    ),
    becomes: { candidates: [{ content: { role: 'model', parts: [{ text: 'ab' }] } }] },
  },
  {
    rule: 'a signature travels with its thought, sealed with the name of its provider',
    from: 'messages',
    to: 'chat',
    answer: message(
      [
        { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
        { type: 'redacted_thinking', data: 'ZGF0YQ==' },
        { type: 'text', text: 'a' },
      ],
      'end_turn',
    ),
    becomes: {
      choices: [
        {
          message: {
            reasoning_content: 'Hm.',
            reasoning_details: [
              { type: 'reasoning.text', text: 'Hm.', signature: 'messages#c2ln' },
              { type: 'reasoning.encrypted', data: 'messages!#ZGF0YQ==' },
            ],
          },
        },
      ],
    },
  },
  {
    rule: "OpenAI's encrypted thoughts",
    from: 'responses',
    to: 'messages',
    answer: {
      status: 'completed',
      output: [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'ZW5j' }],
    },
    becomes: { content: [{ type: 'thinking', thinking: '', signature: 'responses#rs_1:ZW5j' }] },
  },
  {
    rule: "a call's signature of Gemini, in Google's own place",
    from: 'gemini',
    to: 'chat',
    answer: {
      candidates: [{ content: { parts: [{ functionCall: { name: 'f' }, thoughtSignature: 'c2ln' }] } }],
    },
    becomes: {
      choices: [{ message: { tool_calls: [{ extra_content: { google: { thought_signature: 'c2ln' } } }] } }],
    },
  },
  {
    rule: 'without usage from upstream, Anthropic clients get the counted input',
    from: 'chat',
    to: 'messages',
    answer: chatAnswer({ content: 'a' }, 'stop'),
    becomes: { usage: { input_tokens: 12, output_tokens: 0 } },
  },
]

describe('rules of answers', () => {
  it.each(rules)('$from to $to: $rule', ({ from, to, answer, becomes }) => {
    expect(convertAnswer(from, to, answer, { ...context, inputTokens: 12 })).toMatchObject(becomes)
  })
})

const unreadable: { what: string; from: Dialect; answer: unknown }[] = [
  { what: 'a text', from: 'chat', answer: 'hello' },
  { what: 'nothing', from: 'messages', answer: null },
  { what: 'no choices', from: 'chat', answer: { choices: [] } },
  { what: 'no content', from: 'messages', answer: { type: 'message' } },
  { what: 'a failed response', from: 'responses', answer: { status: 'failed', error: { message: 'Out of luck.' } } },
  { what: 'no candidate', from: 'gemini', answer: {} },
  {
    what: 'a picture as answer',
    from: 'gemini',
    answer: { candidates: [{ content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'x' } }] } }] },
  },
]

describe('answers that cannot be read', () => {
  it.each(unreadable)('are the fault of the provider: $what from $from', ({ from, answer }) => {
    const convert = () => convertAnswer(from, from === 'chat' ? 'messages' : 'chat', answer, context)
    expect(convert).toThrow(DialectError)
    expect(convert).toThrow(expect.objectContaining({ status: 502 }))
  })
})
