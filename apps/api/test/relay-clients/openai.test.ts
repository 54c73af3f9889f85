import { collect } from '@parley/test-upstream/testing/serving'
import OpenAI, { toFile } from 'openai'
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod'
import type { ChatCompletionFunctionTool } from 'openai/resources/chat/completions'
import type { FunctionTool } from 'openai/resources/responses/responses'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { logOf } from '../relay-calls.ts'
import { createWitness, errorOf, startSideBySide, type Answered, type Side, type SideBySide } from './side-by-side.ts'

const models = [
  'gpt-test',
  'test-reasoner',
  'test-embedding',
  'gpt-image-1',
  'gpt-4o-transcribe',
  'whisper-1',
  'tts-1',
  'omni-moderation-latest',
]

let sides: SideBySide

beforeAll(async () => {
  sides = await startSideBySide('/answers', [{ type: 'openai', base_url: '/answers/v1', models }])
})
afterAll(() => sides.close())

const clientOf = ({ origin, key }: Side, fetch = globalThis.fetch) =>
  new OpenAI({ apiKey: key, baseURL: `${origin}/v1`, maxRetries: 0, fetch })

type Run = (client: OpenAI) => Promise<unknown>

interface Outcome {
  result: unknown
  answers: Answered[]
}

async function outcomeOf(side: Side, run: Run): Promise<Outcome> {
  const { fetch, answers } = createWitness()
  return { result: await run(clientOf(side, fetch)), answers }
}

/** Whatever a client makes of its answers, it makes the same of the relay's. */
function same(cases: Record<string, Run>): void {
  test.each(Object.entries(cases))('%s', async (_, run) => {
    const straight = await outcomeOf(sides.straight, run)
    const relayed = await outcomeOf(sides.relayed, run)
    expect(relayed).toStrictEqual(straight)
    expect(straight.answers.length).toBeGreaterThan(0)
  })
}

const model = 'gpt-test'
const messages = [{ role: 'user' as const, content: 'Hello, 世界 👋!' }]
const picture = 'data:image/png;base64,iVBORw0KGgo='

const weather: ChatCompletionFunctionTool = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'Tells the weather',
    parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
  },
}
const toolCall = {
  id: 'call_1',
  type: 'function' as const,
  function: { name: 'weather', arguments: '{"city":"Oslo"}' },
}

const Place = z.object({ city: z.string(), days: z.int(), tags: z.array(z.enum(['warm', 'cold'])) })

const tools = [weather]
const placeFormat = zodResponseFormat(Place, 'place')

describe('chat completions', () => {
  const chat = (client: OpenAI) => client.chat.completions
  same({
    'a plain answer': (client) => chat(client).create({ model, messages }),
    'instructions, a picture and an earlier exchange': (client) =>
      chat(client).create({
        model,
        messages: [
          { role: 'developer', content: 'Be short.' },
          ...messages,
          { role: 'assistant', content: 'Hi.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'image_url', image_url: { url: picture } },
            ],
          },
        ],
      }),
    'a prompt so long that it is in the cache of the provider': (client) =>
      chat(client).create({ model, messages: [{ role: 'user', content: 'word '.repeat(2_000) }] }),
    'several choices, cut short': (client) => chat(client).create({ model, messages, n: 3, max_tokens: 3 }),
    'a stop sequence': (client) => chat(client).create({ model, messages, stop: ['世界'] }),
    'another tier of service': (client) => chat(client).create({ model, messages, service_tier: 'flex' }),
    'thinking aloud': (client) => chat(client).create({ model: 'test-reasoner', messages }),
    'an effort of reasoning': (client) => chat(client).create({ model, messages, reasoning_effort: 'low' }),
    'a spoken answer': (client) =>
      chat(client).create({ model, messages, modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } }),
    'a tool that has to be called': (client) =>
      chat(client).create({ model, messages, tools, tool_choice: 'required' }),
    'what a tool said': (client) =>
      chat(client).create({
        model,
        tools,
        messages: [
          ...messages,
          { role: 'assistant', tool_calls: [toolCall] },
          { role: 'tool', tool_call_id: toolCall.id, content: 'Sunny' },
        ],
      }),
    'JSON of no schema': (client) => chat(client).create({ model, messages, response_format: { type: 'json_object' } }),
    'JSON of a schema, parsed': (client) => chat(client).parse({ model, messages, response_format: placeFormat }),
    'a stream': async (client) => collect(await chat(client).create({ model, messages, stream: true })),
    'a stream with its usage': async (client) =>
      collect(await chat(client).create({ model, messages, stream: true, stream_options: { include_usage: true } })),
    'a stream of several choices': async (client) =>
      collect(await chat(client).create({ model, messages, stream: true, n: 2 })),
    'a stream of calls of tools': async (client) =>
      collect(await chat(client).create({ model, messages, stream: true, tools, tool_choice: 'required' })),
    'a stream that thinks aloud': async (client) =>
      collect(await chat(client).create({ model: 'test-reasoner', messages, stream: true })),
    'the helper for streams: its events and the answer they add up to': async (client) => {
      const stream = chat(client).stream({ model, messages, tools, tool_choice: 'required' })
      const events: unknown[] = []
      stream.on('chunk', (chunk, snapshot) => events.push(chunk, structuredClone(snapshot)))
      stream.on('tool_calls.function.arguments.delta', (event) => events.push(event))
      stream.on('tool_calls.function.arguments.done', (event) => events.push(event))
      return { events, whole: await stream.finalChatCompletion() }
    },
    'the helper for streams: text, usage and JSON of a schema': async (client) => {
      const options = { stream_options: { include_usage: true }, response_format: placeFormat }
      const stream = chat(client).stream({ model, messages, ...options })
      const events: unknown[] = []
      stream.on('content.delta', (event) => events.push(event))
      stream.on('content.done', (event) => events.push(event))
      return { events, content: await stream.finalContent(), usage: await stream.totalUsage() }
    },
    'tools that the client runs': async (client) => {
      const runner = chat(client).runTools({
        model,
        messages: [{ role: 'user', content: 'Please call the tool' }],
        tools: [
          {
            type: 'function',
            function: {
              name: 'weather',
              description: 'Tells the weather',
              parameters: { type: 'object', properties: { city: { type: 'string' } } },
              parse: (text: string) => z.object({ city: z.string() }).parse(JSON.parse(text)),
              function: ({ city }: { city: string }) => `Sunny in ${city}`,
            },
          },
        ],
      })
      return { content: await runner.finalContent(), messages: runner.messages, usage: await runner.totalUsage() }
    },
    'tools that the client runs, streamed': async (client) => {
      const runner = chat(client).runTools({
        model,
        stream: true,
        messages: [{ role: 'user', content: 'Please call the tool' }],
        tools: [
          {
            type: 'function',
            function: {
              name: 'time',
              description: 'Tells the time',
              parameters: { type: 'object', properties: {} },
              function: () => 'Noon',
            },
          },
        ],
      })
      return { content: await runner.finalContent(), messages: runner.messages }
    },
  })
})

describe('completions', () => {
  const prompt = 'Once upon a time'
  same({
    'a plain answer': (client) => client.completions.create({ model, prompt, max_tokens: 20 }),
    'a stream': async (client) => collect(await client.completions.create({ model, prompt, stream: true })),
    'a stream with its usage': async (client) =>
      collect(
        await client.completions.create({ model, prompt, stream: true, stream_options: { include_usage: true } }),
      ),
  })
})

describe('responses', () => {
  const lookup: FunctionTool = {
    type: 'function',
    name: 'weather',
    strict: false,
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  }
  const input = 'Hello, 世界 👋!'
  const forced = { model, input, tools: [lookup], tool_choice: 'required' as const }
  same({
    'a plain answer': (client) => client.responses.create({ model, input }),
    'instructions, a picture and metadata': (client) =>
      client.responses.create({
        model,
        instructions: 'Be short.',
        metadata: { project: 'a' },
        input: [
          {
            role: 'user',
            content: [
              { type: 'input_text', text: 'What is this?' },
              { type: 'input_image', image_url: picture, detail: 'auto' },
            ],
          },
        ],
      }),
    'reasoning with a summary': (client) =>
      client.responses.create({ model, input, reasoning: { effort: 'low', summary: 'auto' } }),
    'a search of the web': (client) =>
      client.responses.create({ model, input: 'Please search the web', tools: [{ type: 'web_search' }] }),
    'an answer cut short': (client) => client.responses.create({ model, input, max_output_tokens: 3 }),
    'a tool that has to be called': (client) => client.responses.create(forced),
    'what a tool said': (client) =>
      client.responses.create({
        model,
        tools: [lookup],
        input: [
          { role: 'user', content: input },
          { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{}' },
          { type: 'function_call_output', call_id: 'call_1', output: 'Sunny' },
        ],
      }),
    'JSON of a schema, parsed': (client) =>
      client.responses.parse({ model, input, text: { format: zodTextFormat(Place, 'place') } }),
    'a stream': async (client) => collect(await client.responses.create({ model, input, stream: true })),
    'a stream of reasoning': async (client) =>
      collect(await client.responses.create({ model, input, stream: true, reasoning: { effort: 'high' } })),
    'a stream of calls of tools': async (client) => collect(await client.responses.create({ ...forced, stream: true })),
    'the helper for streams: its events and the answer they add up to': async (client) => {
      const stream = client.responses.stream({ model, input })
      const events = await collect(stream)
      return { events, whole: await stream.finalResponse() }
    },
    'a response that goes on from another': async (client) => {
      const first = await client.responses.create({ model, input: 'The first thing' })
      return client.responses.create({ model, input: 'The second thing', previous_response_id: first.id })
    },
    'a stored response, looked at again, whole and from its middle': async (client) => {
      const { id } = await client.responses.create({ model, input: 'To be kept' })
      const again = await client.responses.retrieve(id)
      const rest = await collect(await client.responses.retrieve(id, { stream: true, starting_after: 3 }))
      return { again, rest, items: await collect(client.responses.inputItems.list(id)) }
    },
    'a stored response, deleted': async (client) => {
      const { id } = await client.responses.create({ model, input: 'To be deleted' })
      return client.responses.delete(id)
    },
    'a response made in the background': async (client) => {
      const queued = await client.responses.create({ model, input: 'To be done later', background: true })
      return { queued, done: await client.responses.retrieve(queued.id) }
    },
    'a response made in the background, cancelled': async (client) => {
      const queued = await client.responses.create({ model, input: 'Not to be done', background: true })
      return { queued, cancelled: await client.responses.cancel(queued.id) }
    },
  })
})

describe('embeddings', () => {
  const input = ['one', 'two']
  const embedder = 'test-embedding'
  same({
    'as the client asks for them, in base64, and reads them': (client) =>
      client.embeddings.create({ model: embedder, input }),
    'as numbers': (client) =>
      client.embeddings.create({ model: embedder, input, encoding_format: 'float', dimensions: 8 }),
    'as base64': (client) => client.embeddings.create({ model: embedder, input: 'one', encoding_format: 'base64' }),
  })
})

describe('moderations', () => {
  same({
    'of a text': (client) => client.moderations.create({ model: 'omni-moderation-latest', input: 'some violence' }),
    'of several parts, by the usual model': (client) =>
      client.moderations.create({ input: [{ type: 'text', text: 'harmless' }] }),
  })
})

describe('images', () => {
  const prompt = 'A bridge at dawn'
  const painter = 'gpt-image-1'
  const image = () => toFile(Buffer.from('picture'), 'bridge.png', { type: 'image/png' })
  same({
    made: (client) => client.images.generate({ model: painter, prompt, n: 2, size: '1024x1024' }),
    'made and kept at an address': (client) =>
      client.images.generate({ model: painter, prompt, response_format: 'url' }),
    edited: async (client) => client.images.edit({ model: painter, prompt, image: [await image(), await image()] }),
    varied: async (client) => client.images.createVariation({ model: painter, image: await image() }),
  })
})

describe('audio', () => {
  const file = () => toFile(Buffer.alloc(40_000, 'sound'), 'speech.wav', { type: 'audio/wav' })
  const listener = 'gpt-4o-transcribe'
  const spoken = (format: 'mp3' | 'wav' | 'pcm') => async (client: OpenAI) => {
    const said = await client.audio.speech.create({
      model: 'tts-1',
      voice: 'alloy',
      input: 'Hi.',
      response_format: format,
    })
    return Buffer.from(await said.arrayBuffer()).toString('base64')
  }
  same({
    'speech as MP3': spoken('mp3'),
    'speech as WAV': spoken('wav'),
    'speech as bare samples': spoken('pcm'),
    'a transcription': async (client) => client.audio.transcriptions.create({ model: listener, file: await file() }),
    'a transcription as text': async (client) =>
      client.audio.transcriptions.create({ model: listener, file: await file(), response_format: 'text' }),
    'a transcription with segments': async (client) =>
      client.audio.transcriptions.create({ model: 'whisper-1', file: await file(), response_format: 'verbose_json' }),
    'a transcription as subtitles': async (client) =>
      client.audio.transcriptions.create({ model: 'whisper-1', file: await file(), response_format: 'vtt' }),
    'a streamed transcription': async (client) =>
      collect(await client.audio.transcriptions.create({ model: listener, file: await file(), stream: true })),
    'a translation': async (client) => client.audio.translations.create({ model: 'whisper-1', file: await file() }),
  })
})

describe('what differs by intent', () => {
  test('a response that was deleted is not found by the relay itself, without asking the provider', async () => {
    const client = clientOf(sides.relayed)
    const { id } = await client.responses.create({ model, input: 'To be deleted' })
    await client.responses.delete(id)
    expect(await errorOf(client.responses.retrieve(id))).toBeInstanceOf(OpenAI.NotFoundError)
  })

  test('the relay lists the models of its channels, in the same shape', async () => {
    const listed = await collect(clientOf(sides.relayed).models.list())
    expect(listed.map(({ id }) => id).toSorted()).toEqual(models.toSorted())
    const found = await clientOf(sides.relayed).models.retrieve(model)
    expect(listed).toContainEqual(found)
    const straight = await clientOf(sides.straight).models.retrieve('test-small')
    expect(Object.keys(found)).toEqual(Object.keys(straight))
  })

  test.each([false, true])('a call is named by the relay, and the log knows the name (stream: %s)', async (stream) => {
    const ask = (side: Side) => clientOf(side).chat.completions.create({ model, messages, stream }).withResponse()
    const straight = await ask(sides.straight)
    const relayed = await ask(sides.relayed)
    for (const { data } of [straight, relayed]) if ('controller' in data) await collect(data)
    expect(relayed.request_id).toBeTruthy()
    expect(relayed.request_id).toBe(relayed.response.headers.get('x-request-id'))
    const row = await logOf(sides.api, relayed.request_id)
    expect(row.upstream_request_id).toBe(straight.request_id)
  })

  test.each([false, true])(
    'all headers of the provider arrive but those that tell of its account (stream: %s)',
    async (stream) => {
      const headersOf = async (side: Side) => {
        const response = await clientOf(side).chat.completions.create({ model, messages, stream }).asResponse()
        await response.arrayBuffer()
        return response.headers
      }
      const straight = await headersOf(sides.straight)
      const relayed = await headersOf(sides.relayed)
      expect([...straight.keys()].filter((name) => !relayed.has(name))).toEqual(['openai-organization'])
      expect(relayed.get('x-accel-buffering')).toBe(stream ? 'no' : null)
    },
  )
})
