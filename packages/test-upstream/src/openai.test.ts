import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestUpstream } from './server.ts'
import { collect, serving } from './testing/serving.ts'
import { countTokens } from './tokens.ts'

let upstream: Awaited<ReturnType<typeof serving>>
let baseURL: string
let openai: OpenAI

beforeAll(async () => {
  upstream = await serving(createTestUpstream())
  baseURL = `${upstream.url}/answers/v1`
  openai = new OpenAI({ apiKey: 'any', baseURL, maxRetries: 0 })
})
afterAll(() => upstream.stop())

const model = 'test-small'
const messages = [{ role: 'user' as const, content: 'Hello, 世界 👋!' }]
const weather = {
  type: 'function' as const,
  function: {
    name: 'weather',
    parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
  },
}

describe('chat completions', () => {
  it('answers the same for the same request, with usage that can be counted', async () => {
    const first = await openai.chat.completions.create({ model, messages }).withResponse()
    const second = await openai.chat.completions.create({ model, messages })
    expect(second).toEqual(first.data)
    expect(first.data.choices[0]?.message.content).toBe('You said: Hello, 世界 👋!')
    expect(first.data.usage).toMatchObject({
      prompt_tokens: countTokens('Hello, 世界 👋!'),
      completion_tokens: countTokens('You said: Hello, 世界 👋!'),
    })
    expect(first.request_id).toMatch(/^req_[0-9a-f]{32}$/)
    expect(first.response.headers.get('x-ratelimit-limit-requests')).toBe('10000')
  })

  it('streams the same text, and usage in a chunk without choices when asked', async () => {
    const stream = await openai.chat.completions.create({
      model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = await collect(stream)
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('You said: Hello, 世界 👋!')
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 6 } })
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true)
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop')
  })

  it('calls a tool when told to, streamed or not', async () => {
    const asked = { model, messages, tools: [weather], tool_choice: 'required' as const }
    const plain = await openai.chat.completions.create(asked)
    const streamed = await openai.chat.completions.stream(asked).finalChatCompletion()
    for (const { choices } of [plain, streamed]) {
      expect(choices[0]?.finish_reason).toBe('tool_calls')
      expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({
        function: { name: 'weather', arguments: '{"city":"sample","days":1}' },
      })
    }
  })

  it('stops at max_tokens, makes n choices and answers JSON of a schema', async () => {
    const cut = await openai.chat.completions.create({ model, messages, max_tokens: 3, n: 2 })
    expect(cut.choices.map((choice) => [choice.message.content, choice.finish_reason])).toEqual([
      ['You said:', 'length'],
      ['You said:', 'length'],
    ])
    expect(cut.usage?.completion_tokens).toBe(6)
    const json_schema = { name: 'x', schema: { type: 'object', properties: { a: { enum: ['b', 'c'] } } } }
    const json = await openai.chat.completions.create({
      model,
      messages,
      response_format: { type: 'json_schema', json_schema },
    })
    expect(json.choices[0]?.message.content).toBe('{"a":"b"}')
  })

  it('serves the older completions', async () => {
    const plain = await openai.completions.create({ model, prompt: 'Hello there' })
    expect(plain.choices[0]?.text).toBe('You said: Hello there')
    const stream = await openai.completions.create({ model, prompt: 'Hello there', stream: true })
    const chunks = await collect(stream)
    expect(chunks.map((chunk) => chunk.choices[0]?.text).join('')).toBe('You said: Hello there')
  })
})

describe('the rest', () => {
  it('lists models and refuses unknown ones and wrong keys as the provider does', async () => {
    const listed = await openai.models.list()
    expect(listed.data.map(({ id }) => id)).toContain(model)
    expect(await openai.models.retrieve(model)).toMatchObject({ id: model, object: 'model' })
    await expect(openai.models.retrieve('nothing')).rejects.toThrow(OpenAI.NotFoundError)
    const stranger = new OpenAI({ apiKey: 'wrong', baseURL, maxRetries: 0 })
    await expect(stranger.chat.completions.create({ model, messages })).rejects.toThrow(OpenAI.AuthenticationError)
  })

  it('embeds to the same vector as numbers and as base64', async () => {
    const input = ['one', 'two words']
    const base64 = await openai.embeddings.create({ model, input, dimensions: 8 })
    const float = await openai.embeddings.create({ model, input, dimensions: 8, encoding_format: 'float' })
    expect(base64.data).toEqual(float.data)
    expect(base64.data[1]?.embedding).toHaveLength(8)
    expect(base64.usage).toEqual({ prompt_tokens: 3, total_tokens: 3 })
  })
})

describe('responses', () => {
  const input = 'Please call the tool'
  const tools = [
    {
      type: 'function' as const,
      name: 'weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } } },
      strict: false,
    },
  ]

  it('streams to the very response that comes without a stream', async () => {
    const reasoning = { effort: 'low' as const, summary: 'auto' as const }
    const bodies = [
      { model, input },
      { model, input, tools },
      { model, input, reasoning },
      { model, input, max_output_tokens: 2 },
      { model, input: 'search the web', tools: [{ type: 'web_search' as const }] },
    ]
    for (const body of bodies) {
      const plain = await openai.responses.create(body)
      const streamed = await openai.responses.stream(body).finalResponse()
      expect(streamed).toMatchObject({ id: plain.id, status: plain.status, usage: plain.usage })
      expect(streamed.output_text).toBe(plain.output_text)
      expect(streamed.output.map(({ type }) => type)).toEqual(plain.output.map(({ type }) => type))
    }
  })

  it('names and numbers its events', async () => {
    const events = await collect(await openai.responses.create({ model, input: 'Hello', stream: true }))
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      ...Array.from({ length: 4 }, () => 'response.output_text.delta'),
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index))
  })

  it('remembers, continues, lists what was asked, and forgets', async () => {
    const first = await openai.responses.create({ model, input: 'Hello there' })
    const next = await openai.responses.create({ model, input: 'More', previous_response_id: first.id })
    expect(next.usage?.input_tokens).toBe(2 + 5 + 1)
    expect(await openai.responses.retrieve(first.id)).toMatchObject({ output_text: 'You said: Hello there' })
    const items = await collect(await openai.responses.inputItems.list(first.id))
    expect(items).toMatchObject([{ role: 'user', content: [{ text: 'Hello there' }] }])
    await openai.responses.delete(first.id)
    await expect(openai.responses.retrieve(first.id)).rejects.toThrow(OpenAI.NotFoundError)
  })

  it('cancels only what works in the background', async () => {
    const waiting = await openai.responses.create({ model, input: 'Later', background: true })
    expect(waiting.status).toBe('queued')
    expect(await openai.responses.cancel(waiting.id)).toMatchObject({ status: 'cancelled' })
    const done = await openai.responses.create({ model, input: 'Now' })
    await expect(openai.responses.cancel(done.id)).rejects.toThrow(OpenAI.BadRequestError)
  })
})

describe('media', () => {
  it('makes and changes pictures', async () => {
    const made = await openai.images.generate({ model, prompt: 'a red bird', n: 2 })
    expect(made.data).toHaveLength(2)
    expect(
      Buffer.from(made.data?.[0]?.b64_json ?? '', 'base64')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG')
    const image = await toFile(Buffer.from('picture'), 'a.png')
    expect(await openai.images.edit({ model, prompt: 'bluer', image })).toMatchObject({ usage: { input_tokens: 86 } })
    expect((await openai.images.createVariation({ model, image })).data).toHaveLength(1)
  })

  it('speaks, and hears every byte of a large file', async () => {
    const spoken = await openai.audio.speech.create({ model, voice: 'alloy', input: 'Hi', response_format: 'wav' })
    const sound = Buffer.from(await spoken.arrayBuffer())
    expect(sound.subarray(0, 4).toString()).toBe('RIFF')
    expect(spoken.headers.get('content-type')).toBe('audio/wav')
    const file = await toFile(Buffer.alloc(3_000_000, '\r\n--'), 'long.wav')
    const heard = await openai.audio.transcriptions.create({ model, file })
    expect(heard.text).toMatch(/^long\.wav: 3000000 bytes, [0-9a-f]{8}$/)
    expect(await openai.audio.translations.create({ model, file })).toEqual({ text: heard.text })
    const verbose = await openai.audio.transcriptions.create({ model, file, response_format: 'verbose_json' })
    expect(verbose).toMatchObject({ duration: 188, segments: [{ text: heard.text }] })
    const stream = await openai.audio.transcriptions.create({ model, file, stream: true })
    expect((await collect(stream)).at(-1)).toMatchObject({ type: 'transcript.text.done', text: heard.text })
  })

  it('moderates and reranks', async () => {
    const { results } = await openai.moderations.create({ model, input: ['peace', 'violence'] })
    expect(results.map(({ flagged }) => flagged)).toEqual([false, true])
    const ranked = await openai.post('/rerank', {
      body: { model, query: 'green tea', documents: ['black coffee', 'green tea leaves'], top_n: 1 },
    })
    expect(ranked).toMatchObject({ results: [{ index: 1, relevance_score: 1 }], usage: { total_tokens: 7 } })
  })
})
