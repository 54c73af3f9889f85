import { describe, expect, it } from 'vitest'
import type { Dialect } from './conversation.ts'
import { convertRequest } from './convert.ts'
import { DialectError } from './dialect-error.ts'
import type { JsonObject } from './json.ts'

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const answerSchema = { type: 'object', properties: { degrees: { type: 'number' } }, additionalProperties: false }
const pixel = 'iVBORw0KGgo='

/** One conversation in all four dialects, with everything they have in common. */
const same: Record<Dialect, JsonObject> = {
  chat: {
    model: 'm',
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Where is this, and how warm?' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } },
        ],
      },
      {
        role: 'assistant',
        content: 'Two cities, I think.',
        tool_calls: [
          { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
          { id: 'call_b', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_a', content: '4 degrees' },
      { role: 'tool', tool_call_id: 'call_b', content: '21 degrees' },
      { role: 'assistant', content: 'Oslo 4, Rome 21.' },
      { role: 'user', content: 'As JSON.' },
    ],
    tools: [{ type: 'function', function: { name: 'weather', description: 'Current weather', parameters: schema } }],
    tool_choice: { type: 'function', function: { name: 'weather' } },
    max_tokens: 500,
    temperature: 0.5,
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: answerSchema } },
  },
  responses: {
    model: 'm',
    instructions: 'Be brief.',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Where is this, and how warm?' },
          { type: 'input_image', image_url: `data:image/png;base64,${pixel}`, detail: 'auto' },
        ],
      },
      { role: 'assistant', content: 'Two cities, I think.' },
      { type: 'function_call', call_id: 'call_a', name: 'weather', arguments: '{"city":"Oslo"}' },
      { type: 'function_call', call_id: 'call_b', name: 'weather', arguments: '{"city":"Rome"}' },
      { type: 'function_call_output', call_id: 'call_a', output: '4 degrees' },
      { type: 'function_call_output', call_id: 'call_b', output: '21 degrees' },
      { role: 'assistant', content: 'Oslo 4, Rome 21.' },
      { role: 'user', content: [{ type: 'input_text', text: 'As JSON.' }] },
    ],
    tools: [{ type: 'function', name: 'weather', description: 'Current weather', parameters: schema, strict: false }],
    tool_choice: { type: 'function', name: 'weather' },
    max_output_tokens: 500,
    temperature: 0.5,
    text: { format: { type: 'json_schema', name: 'answer', schema: answerSchema } },
    store: false,
  },
  messages: {
    model: 'm',
    max_tokens: 500,
    system: [{ type: 'text', text: 'Be brief.' }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Where is this, and how warm?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Two cities, I think.' },
          { type: 'tool_use', id: 'call_a', name: 'weather', input: { city: 'Oslo' } },
          { type: 'tool_use', id: 'call_b', name: 'weather', input: { city: 'Rome' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_a', content: [{ type: 'text', text: '4 degrees' }] },
          { type: 'tool_result', tool_use_id: 'call_b', content: [{ type: 'text', text: '21 degrees' }] },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'Oslo 4, Rome 21.' }] },
      { role: 'user', content: [{ type: 'text', text: 'As JSON.' }] },
    ],
    tools: [{ name: 'weather', description: 'Current weather', input_schema: schema }],
    tool_choice: { type: 'tool', name: 'weather' },
    temperature: 0.5,
    output_config: { format: { type: 'json_schema', schema: answerSchema } },
  },
  gemini: {
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [
      {
        role: 'user',
        parts: [{ text: 'Where is this, and how warm?' }, { inlineData: { mimeType: 'image/png', data: pixel } }],
      },
      {
        role: 'model',
        parts: [
          { text: 'Two cities, I think.' },
          { functionCall: { id: 'call_a', name: 'weather', args: { city: 'Oslo' } } },
          { functionCall: { id: 'call_b', name: 'weather', args: { city: 'Rome' } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'call_a', name: 'weather', response: { output: '4 degrees' } } },
          { functionResponse: { id: 'call_b', name: 'weather', response: { output: '21 degrees' } } },
        ],
      },
      { role: 'model', parts: [{ text: 'Oslo 4, Rome 21.' }] },
      { role: 'user', parts: [{ text: 'As JSON.' }] },
    ],
    tools: [
      { functionDeclarations: [{ name: 'weather', description: 'Current weather', parametersJsonSchema: schema }] },
    ],
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } },
    generationConfig: {
      maxOutputTokens: 500,
      temperature: 0.5,
      responseMimeType: 'application/json',
      responseJsonSchema: answerSchema,
    },
  },
}

const dialects = ['chat', 'responses', 'messages', 'gemini'] as const
const pairs = dialects.flatMap((from) => dialects.filter((to) => to !== from).map((to) => ({ from, to })))

/** Anthropic's schemas are always strict; nothing says so in the others unless asked. */
function withStrictFormat(to: Dialect, request: JsonObject): JsonObject {
  const copy = structuredClone(request)
  if (to === 'chat')
    copy.response_format = {
      type: 'json_schema',
      json_schema: { name: 'answer', schema: answerSchema, strict: true },
    }
  if (to === 'responses')
    copy.text = { format: { type: 'json_schema', name: 'answer', schema: answerSchema, strict: true } }
  return copy
}

/** OpenAI's responses say for every tool whether it is strict. */
function withToolStrictness(to: Dialect, request: JsonObject): JsonObject {
  const copy = structuredClone(request)
  if (to === 'chat')
    copy.tools = [
      {
        type: 'function',
        function: { name: 'weather', description: 'Current weather', parameters: schema, strict: false },
      },
    ]
  if (to === 'messages')
    copy.tools = [{ name: 'weather', description: 'Current weather', input_schema: schema, strict: false }]
  return copy
}

describe('one conversation in every dialect', () => {
  it.each(pairs)('$from becomes $to', ({ from, to }) => {
    const request: JsonObject = { model: 'm', ...same[from] }
    let expected = same[to]
    if (from === 'messages') expected = withStrictFormat(to, expected)
    if (from === 'responses') expected = withToolStrictness(to, expected)
    expect(convertRequest(from, to, request)).toEqual(expected)
  })
})

interface Rule {
  rule: string
  from: Dialect
  to: Dialect
  request: JsonObject
  /** What must be in the outcome. */
  becomes: JsonObject
  /** Fields that must not be in it. */
  without?: string[]
}

const question = { messages: [{ role: 'user', content: 'Hi' }] }
const asked = { ...question, max_tokens: 9000 }
const generate = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }
const weatherTool = { type: 'function', function: { name: 'weather', parameters: schema } }

const rules: Rule[] = [
  {
    rule: 'usage is asked for in every stream',
    from: 'messages',
    to: 'chat',
    request: { ...asked, stream: true },
    becomes: { stream: true, stream_options: { include_usage: true } },
  },
  {
    rule: 'what is said for the record only is left out',
    from: 'chat',
    to: 'messages',
    request: { ...question, logit_bias: { 5: 1 }, store: true, prompt_cache_key: 'k', seed: 4, frequency_penalty: 1 },
    becomes: { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] },
    without: ['logit_bias', 'store', 'prompt_cache_key', 'seed', 'frequency_penalty'],
  },
  {
    rule: 'Anthropic always gets a limit',
    from: 'chat',
    to: 'messages',
    request: question,
    becomes: { max_tokens: 4096 },
  },
  {
    rule: 'temperature stays within what Anthropic allows, and top_p gives way to it',
    from: 'chat',
    to: 'messages',
    request: { ...question, temperature: 1.7, top_p: 0.9 },
    becomes: { temperature: 1 },
    without: ['top_p'],
  },
  {
    rule: 'a stop text becomes a list',
    from: 'chat',
    to: 'gemini',
    request: { ...question, stop: 'END' },
    becomes: { generationConfig: { stopSequences: ['END'] } },
  },
  {
    rule: 'an effort becomes a budget, which comes on top of the default limit',
    from: 'chat',
    to: 'messages',
    request: { ...question, model: 'claude-sonnet-4-5-20250929', reasoning_effort: 'medium', temperature: 0.2 },
    becomes: { thinking: { type: 'enabled', budget_tokens: 8192 }, max_tokens: 12_288 },
    without: ['temperature'],
  },
  {
    rule: 'later models of Anthropic think as they see fit',
    from: 'chat',
    to: 'messages',
    request: { ...question, model: 'claude-opus-4-6', reasoning_effort: 'minimal' },
    becomes: { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
  },
  {
    rule: 'a budget of thinking stays below the limit of the answer',
    from: 'chat',
    to: 'messages',
    request: { ...question, max_tokens: 2000, reasoning_effort: 'high' },
    becomes: { thinking: { type: 'enabled', budget_tokens: 1999 }, max_tokens: 2000 },
  },
  {
    rule: 'a forced tool is more important than thinking',
    from: 'chat',
    to: 'messages',
    request: { ...question, reasoning_effort: 'low', tools: [weatherTool], tool_choice: 'required' },
    becomes: { tool_choice: { type: 'any' } },
    without: ['thinking'],
  },
  {
    rule: 'no thinking is asked for after a call whose thought is lost',
    from: 'chat',
    to: 'messages',
    request: {
      reasoning_effort: 'low',
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'a', content: 'ok' },
      ],
    },
    becomes: {},
    without: ['thinking'],
  },
  {
    rule: 'a signed thought that went through a chat client returns to Anthropic',
    from: 'chat',
    to: 'messages',
    request: {
      reasoning_effort: 'low',
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: null,
          reasoning_details: [{ type: 'reasoning.text', text: 'Hm.', signature: 'messages#c2ln' }],
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
        },
        { role: 'tool', tool_call_id: 'a', content: 'ok' },
      ],
    },
    becomes: {
      thinking: { type: 'enabled', budget_tokens: 1024 },
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
            { type: 'tool_use', id: 'a', name: 'f', input: {} },
          ],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'ok' }] }],
        },
      ],
    },
  },
  {
    rule: 'a thought signed by another provider is not shown to Anthropic',
    from: 'responses',
    to: 'messages',
    request: {
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'b3Blbg==' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'user', content: 'Bye' },
      ],
    },
    becomes: {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
        { role: 'user', content: [{ type: 'text', text: 'Bye' }] },
      ],
    },
  },
  {
    rule: 'a thought of OpenAI that went through an Anthropic client returns as the item it was',
    from: 'messages',
    to: 'responses',
    request: {
      max_tokens: 9,
      thinking: { type: 'enabled', budget_tokens: 20_000 },
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'responses#rs_1:b3Blbg==' },
            { type: 'text', text: 'Hello.' },
          ],
        },
      ],
    },
    becomes: {
      max_output_tokens: 16,
      reasoning: { effort: 'high', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'Hm.' }],
          encrypted_content: 'b3Blbg==',
        },
        { role: 'assistant', content: 'Hello.' },
      ],
    },
  },
  {
    rule: 'thoughts without use to the provider are dropped, not sent as text',
    from: 'messages',
    to: 'chat',
    request: {
      max_tokens: 9,
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'x' },
            { type: 'redacted_thinking', data: 'y' },
            { type: 'text', text: 'Hello.' },
          ],
        },
      ],
    },
    becomes: { messages: [{ role: 'assistant', content: 'Hello.' }] },
  },
  {
    rule: 'a limit for a thinking model goes by its new name',
    from: 'responses',
    to: 'chat',
    request: { input: 'Hi', max_output_tokens: 70, reasoning: { effort: 'high' } },
    becomes: { max_completion_tokens: 70, reasoning_effort: 'high' },
    without: ['max_tokens'],
  },
  {
    rule: 'pictures by URL stay URLs',
    from: 'chat',
    to: 'messages',
    request: {
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }] }],
    },
    becomes: {
      messages: [
        { role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }] },
      ],
    },
  },
  {
    rule: 'pictures by URL become files with a type for Gemini',
    from: 'responses',
    to: 'gemini',
    request: {
      input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://example.com/a.webp?size=2' }] }],
    },
    becomes: {
      contents: [
        {
          role: 'user',
          parts: [{ fileData: { mimeType: 'image/webp', fileUri: 'https://example.com/a.webp?size=2' } }],
        },
      ],
    },
  },
  {
    rule: 'documents go along',
    from: 'messages',
    to: 'chat',
    request: {
      max_tokens: 9,
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'document',
              title: 'a.pdf',
              source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERg==' },
            },
          ],
        },
      ],
    },
    becomes: {
      messages: [
        {
          role: 'user',
          content: [{ type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERg==' } }],
        },
      ],
    },
  },
  {
    rule: 'sound goes to Gemini',
    from: 'chat',
    to: 'gemini',
    request: {
      messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'UklG', format: 'wav' } }] }],
    },
    becomes: { contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'audio/wav', data: 'UklG' } }] }] },
  },
  {
    rule: 'a picture a tool answered with follows its text where tools answer with text only',
    from: 'messages',
    to: 'chat',
    request: {
      max_tokens: 9,
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'a',
              content: [
                { type: 'text', text: 'See' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
              ],
            },
          ],
        },
      ],
    },
    becomes: {
      messages: [
        { role: 'tool', tool_call_id: 'a', content: 'See' },
        { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } }] },
      ],
    },
  },
  {
    rule: 'a failed tool is told as such',
    from: 'messages',
    to: 'gemini',
    request: {
      max_tokens: 9,
      messages: [
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', is_error: true, content: 'no' }] },
      ],
    },
    becomes: {
      contents: [
        { role: 'model', parts: [{ functionCall: { id: 'a', name: 'f', args: {} } }] },
        { role: 'user', parts: [{ functionResponse: { id: 'a', name: 'f', response: { error: 'no' } } }] },
      ],
    },
  },
  {
    rule: 'one tool call at a time is asked for in the words of each',
    from: 'chat',
    to: 'messages',
    request: { ...question, tools: [weatherTool], parallel_tool_calls: false },
    becomes: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
  },
  {
    rule: 'and back',
    from: 'messages',
    to: 'responses',
    request: {
      ...asked,
      tools: [{ name: 'f', input_schema: schema }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    },
    becomes: { tool_choice: 'required', parallel_tool_calls: false },
  },
  {
    rule: 'instructions in mid-conversation join the first where they have no place',
    from: 'chat',
    to: 'messages',
    request: {
      messages: [
        { role: 'developer', content: 'One.' },
        { role: 'user', content: 'Hi' },
        { role: 'system', content: 'Two.' },
        { role: 'user', content: 'There' },
      ],
    },
    becomes: {
      system: [
        { type: 'text', text: 'One.' },
        { type: 'text', text: 'Two.' },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hi' },
            { type: 'text', text: 'There' },
          ],
        },
      ],
    },
  },
  {
    rule: 'and keep theirs where they have one',
    from: 'chat',
    to: 'responses',
    request: {
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'system', content: 'Two.' },
      ],
    },
    becomes: {
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
        { role: 'system', content: 'Two.' },
      ],
    },
  },
  {
    rule: 'plain JSON is asked for in words where nothing else does it',
    from: 'chat',
    to: 'messages',
    request: { ...question, response_format: { type: 'json_object' } },
    becomes: {
      system: [{ type: 'text', text: 'Answer with one JSON object and nothing else, without a code fence.' }],
    },
  },
  {
    rule: 'ids of calls are made fit for Anthropic, the same in call and result',
    from: 'chat',
    to: 'messages',
    request: {
      messages: [
        { role: 'assistant', tool_calls: [{ id: 'f:0', type: 'function', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'f:0', content: 'ok' },
      ],
    },
    becomes: {
      messages: [
        { role: 'assistant', content: [{ type: 'tool_use', id: 'f_0', name: 'f', input: {} }] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'f_0', content: [{ type: 'text', text: 'ok' }] }],
        },
      ],
    },
  },
  {
    rule: 'an answer the client began does not end in white space, which Anthropic refuses',
    from: 'chat',
    to: 'messages',
    request: { messages: [...question.messages, { role: 'assistant', content: 'Dear  \n' }] },
    becomes: {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'Dear' }] },
      ],
    },
  },
  {
    rule: 'Gemini 3 gets back the signature of its call',
    from: 'chat',
    to: 'gemini',
    request: {
      model: 'gemini-3-pro',
      messages: [
        {
          role: 'assistant',
          tool_calls: [
            {
              id: 'a',
              type: 'function',
              function: { name: 'f', arguments: '{}' },
              extra_content: { google: { thought_signature: 'c2ln' } },
            },
          ],
        },
      ],
    },
    becomes: {
      contents: [
        { role: 'model', parts: [{ functionCall: { id: 'a', name: 'f', args: {} }, thoughtSignature: 'c2ln' }] },
      ],
    },
  },
  {
    rule: 'calls of other models carry the value Google names for them',
    from: 'messages',
    to: 'gemini',
    request: {
      model: 'gemini-3-pro',
      max_tokens: 9,
      messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] }],
    },
    becomes: {
      contents: [
        {
          role: 'model',
          parts: [
            {
              functionCall: { id: 'a', name: 'f', args: {} },
              thoughtSignature: 'skip_thought_signature_validator',
            },
          ],
        },
      ],
    },
  },
  {
    rule: 'calls of Gemini without ids get some, and results find theirs',
    from: 'gemini',
    to: 'chat',
    request: {
      contents: [
        {
          role: 'model',
          parts: [{ function_call: { name: 'f', args: { a: 1 } } }, { functionCall: { name: 'f', args: { a: 2 } } }],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { name: 'f', response: { sum: 1 } } },
            { functionResponse: { name: 'f', response: { output: 'two' } } },
          ],
        },
      ],
    },
    becomes: {
      messages: [
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'call_0', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
            { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":2}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_0', content: '{"sum":1}' },
        { role: 'tool', tool_call_id: 'call_1', content: 'two' },
      ],
    },
  },
  {
    rule: "Gemini's schemas become JSON schema, and its snake case is understood",
    from: 'gemini',
    to: 'chat',
    request: {
      ...generate,
      tools: [
        {
          function_declarations: [
            {
              name: 'f',
              parameters: {
                type: 'OBJECT',
                properties: { n: { type: 'INTEGER', nullable: true }, l: { type: 'ARRAY', items: { type: 'STRING' } } },
              },
            },
          ],
        },
      ],
      generation_config: { max_output_tokens: 7, thinking_config: { thinking_budget: 0 } },
    },
    becomes: {
      max_completion_tokens: 7,
      reasoning_effort: 'none',
      tools: [
        {
          type: 'function',
          function: {
            name: 'f',
            parameters: {
              type: 'object',
              properties: { n: { type: ['integer', 'null'] }, l: { type: 'array', items: { type: 'string' } } },
            },
          },
        },
      ],
    },
  },
  {
    rule: 'thinking is shown where the client of Anthropic would see it',
    from: 'messages',
    to: 'gemini',
    request: { ...asked, thinking: { type: 'enabled', budget_tokens: 3000 } },
    becomes: {
      generationConfig: { maxOutputTokens: 9000, thinkingConfig: { thinkingBudget: 3000, includeThoughts: true } },
    },
  },
  {
    rule: 'the end user and the tier go by the names of each',
    from: 'chat',
    to: 'messages',
    request: { ...question, user: 'u1', service_tier: 'default' },
    becomes: { metadata: { user_id: 'u1' }, service_tier: 'standard_only' },
  },
]

describe('rules of requests', () => {
  it.each(rules)('$from to $to: $rule', ({ from, to, request, becomes, without }) => {
    const written = convertRequest(from, to, { model: 'm', ...request })
    expect(written).toMatchObject(becomes)
    for (const field of without ?? []) expect(written).not.toHaveProperty(field)
  })

  it("a request in the channel's own dialect is not touched", () => {
    const request = { messages: 'anything', unknown: [1] }
    expect(convertRequest('chat', 'chat', request)).toBe(request)
  })
})

interface Refusal {
  what: string
  from: Dialect
  to: Dialect
  request: JsonObject
  param: string
  message: string
}

const user = (content: unknown) => ({ max_tokens: 9, messages: [{ role: 'user', content }] })

const refusals: Refusal[] = [
  {
    what: 'several answers',
    from: 'chat',
    to: 'messages',
    request: { ...question, n: 2 },
    param: 'n',
    message: "n: This model's provider gives one answer a request.",
  },
  {
    what: 'an answer by sound',
    from: 'chat',
    to: 'gemini',
    request: { ...question, modalities: ['text', 'audio'] },
    param: 'modalities',
    message: "modalities: This model's provider cannot answer with sound.",
  },
  {
    what: 'sound to Anthropic',
    from: 'chat',
    to: 'messages',
    request: {
      messages: [
        ...question.messages,
        { role: 'assistant', content: 'Yes?' },
        { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'UklG', format: 'wav' } }] },
      ],
    },
    param: 'messages[2].content',
    message: "messages[2].content: Sound cannot be sent to this model's provider.",
  },
  {
    what: 'a file kept by another provider',
    from: 'messages',
    to: 'chat',
    request: user([{ type: 'image', source: { type: 'file', file_id: 'f1' } }]),
    param: 'messages[0].content',
    message: "messages[0].content: A file stored with another provider cannot be sent to this model's provider.",
  },
  {
    what: 'a tool only one provider has',
    from: 'messages',
    to: 'chat',
    request: { ...asked, tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
    param: 'tools[0]',
    message: "tools[0]: A tool of the type web_search_20250305 cannot be sent to this model's provider.",
  },
  {
    what: 'stop sequences to responses',
    from: 'chat',
    to: 'responses',
    request: { ...question, stop: ['x'] },
    param: 'stop',
    message: "stop: This model's provider knows no stop sequences.",
  },
  {
    what: 'a conversation kept elsewhere',
    from: 'responses',
    to: 'chat',
    request: { input: 'Hi', previous_response_id: 'resp_1' },
    param: 'previous_response_id',
    message: "previous_response_id: This model's provider keeps nothing between requests: send the whole conversation.",
  },
  {
    what: 'arguments that are no JSON',
    from: 'chat',
    to: 'gemini',
    request: {
      messages: [
        { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{' } }] },
      ],
    },
    param: 'messages[0].content',
    message: 'messages[0].content: The arguments of the call of f are not a JSON object.',
  },
  {
    what: 'messages that are no list',
    from: 'chat',
    to: 'messages',
    request: { messages: 'Hi' },
    param: 'messages',
    message: 'messages: must be an array.',
  },
  {
    what: 'a role nobody knows',
    from: 'chat',
    to: 'gemini',
    request: { messages: [{ role: 'robot', content: 'Hi' }] },
    param: 'messages[0].role',
    message: 'messages[0].role: must be system, developer, user, assistant or tool.',
  },
  {
    what: 'a text that is a number',
    from: 'messages',
    to: 'chat',
    request: user([{ type: 'text', text: 5 }]),
    param: 'messages[0].content[0].text',
    message: 'messages[0].content[0].text: must be a string.',
  },
  {
    what: 'a limit that is a text',
    from: 'responses',
    to: 'messages',
    request: { input: 'Hi', max_output_tokens: '5' },
    param: 'max_output_tokens',
    message: 'max_output_tokens: must be a whole number.',
  },
  {
    what: 'a part nobody knows',
    from: 'gemini',
    to: 'chat',
    request: { contents: [{ role: 'user', parts: [{ executableCode: {} }] }] },
    param: 'contents[0].parts[0]',
    message: "contents[0].parts[0]: A part with executableCode cannot be sent to this model's provider.",
  },
]

describe('refusals', () => {
  it.each(refusals)('$from to $to: $what', ({ from, to, request, param, message }) => {
    const convert = () => convertRequest(from, to, { model: 'm', ...request })
    expect(convert).toThrow(DialectError)
    expect(convert).toThrow(expect.objectContaining({ status: 400, param, message }))
  })

  it('nesting without end is refused, not followed', () => {
    let deep: JsonObject = {}
    for (let level = 0; level < 50_000; level += 1) deep = { properties: deep }
    expect(() => convertRequest('chat', 'messages', { ...question, metadata: deep })).toThrow(DialectError)
  })
})
