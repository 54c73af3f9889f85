import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { collect } from '@parley/test-upstream/testing/serving'
import {
  APICallError,
  embed,
  embedMany,
  generateImage,
  generateText,
  isStepCount,
  Output,
  streamText,
  tool,
  type EmbeddingModel,
  type LanguageModel,
} from 'ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import {
  createWitness,
  errorOf,
  failing,
  startSideBySide,
  type Answered,
  type Side,
  type SideBySide,
} from './side-by-side.ts'

let sides: SideBySide

beforeAll(async () => {
  sides = await startSideBySide('/failures', [
    {
      type: 'openai',
      base_url: '/failures/v1',
      models: ['gpt-test', 'test-reasoner', 'test-embedding', 'gpt-image-1'],
    },
    ...failing(['status-400', 'status-429-retry-60', 'status-500', 'error-event-after-3']),
  ])
})
afterAll(() => sides.close())

/** The models of a provider of the SDK. */
interface Models {
  language: (name: string) => LanguageModel
  embedding: (name: string) => EmbeddingModel
  image: (name: string) => Parameters<typeof generateImage>[0]['model']
}

type Connect = (side: Side, fetch: typeof globalThis.fetch) => Models

const providers: Record<string, Connect> = {
  'OpenAI, by chat': ({ origin, key }, fetch) => {
    const openai = createOpenAI({ baseURL: `${origin}/v1`, apiKey: key, fetch })
    return { language: openai.chat, embedding: openai.embedding, image: openai.image }
  },
  'OpenAI, by responses': ({ origin, key }, fetch) => {
    const openai = createOpenAI({ baseURL: `${origin}/v1`, apiKey: key, fetch })
    return { language: openai.responses, embedding: openai.embedding, image: openai.image }
  },
  'compatible with OpenAI': ({ origin, key }, fetch) => {
    const settings = { name: 'relay', includeUsage: true, supportsStructuredOutputs: true }
    const compatible = createOpenAICompatible({ baseURL: `${origin}/v1`, apiKey: key, fetch, ...settings })
    return {
      language: (name) => compatible.chatModel(name),
      embedding: (name) => compatible.embeddingModel(name),
      image: (name) => compatible.imageModel(name),
    }
  },
}

const prompt = 'Hello, 世界 👋!'
const toldToCall = { prompt: 'Please call the tool', stopWhen: isStepCount(3) }
const tools = {
  weather: tool({
    description: 'Tells the weather',
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => `Sunny in ${city}`,
  }),
}
const output = Output.object({ schema: z.object({ city: z.string(), days: z.int() }) })
const asked = { maxRetries: 0 }

/** What was read off a clock, and where the call went; the rest of a result can be compared. */
const ofTheMoment = new Set(['timestamp', 'headers', 'performance', 'callId', 'request'])

/** Names the SDK makes up itself are left out too. */
const comparable = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (name, each: unknown) => (ofTheMoment.has(name) ? undefined : each)).replaceAll(
      /aitxt-\w+/g,
      'made up',
    ),
  )

const cases: Record<string, (models: Models) => Promise<unknown>> = {
  'a text': async ({ language }) => {
    const { steps, usage, text } = await generateText({ model: language('gpt-test'), prompt, ...asked })
    return { steps, usage, text }
  },
  'a text with instructions, cut short': async ({ language }) => {
    const limits = { instructions: 'Be short.', maxOutputTokens: 3 }
    const { text, finishReason } = await generateText({ model: language('gpt-test'), prompt, ...limits, ...asked })
    return { text, finishReason }
  },
  'tools that are run': async ({ language }) => {
    const model = language('gpt-test')
    const { steps, text, totalUsage } = await generateText({ model, tools, ...toldToCall, ...asked })
    return { steps, text, totalUsage }
  },
  'an object': async ({ language }) => {
    const made = await generateText({ model: language('gpt-test'), prompt, output, ...asked })
    return { output: made.output, usage: made.usage }
  },
  thinking: async ({ language }) => {
    const { reasoningText, text, usage } = await generateText({ model: language('test-reasoner'), prompt, ...asked })
    return { reasoningText, text, usage }
  },
  'a stream of text': async ({ language }) => {
    const { fullStream } = streamText({ model: language('gpt-test'), prompt, ...asked })
    return collect(fullStream)
  },
  'a stream of tools that are run': async ({ language }) => {
    const { fullStream } = streamText({ model: language('gpt-test'), tools, ...toldToCall, ...asked })
    return collect(fullStream)
  },
  'a stream of an object': async ({ language }) => {
    const made = streamText({ model: language('gpt-test'), prompt, output, ...asked })
    return { parts: await collect(made.partialOutputStream), whole: await made.output }
  },
  'an embedding': async ({ embedding }) => {
    const made = await embed({ model: embedding('test-embedding'), value: prompt, ...asked })
    return { embedding: made.embedding, usage: made.usage }
  },
  embeddings: async ({ embedding }) => {
    const made = await embedMany({ model: embedding('test-embedding'), values: ['one', 'two'], ...asked })
    return { embeddings: made.embeddings, usage: made.usage }
  },
  'an image': async ({ image }) => {
    const { images } = await generateImage({ model: image('gpt-image-1'), prompt, ...asked })
    return images.map(({ base64, mediaType }) => ({ base64, mediaType }))
  },
  'an error': async ({ language }) => {
    const error = await errorOf(generateText({ model: language('status-400'), prompt, ...asked }))
    if (!APICallError.isInstance(error)) throw error
    const { message, statusCode, isRetryable, responseBody } = error
    return { message, statusCode, isRetryable, responseBody }
  },
  'an error that may be tried again': async ({ language }) => {
    const error = await errorOf(generateText({ model: language('status-429-retry-60'), prompt, ...asked }))
    if (!APICallError.isInstance(error)) throw error
    const { message, statusCode, isRetryable, responseBody } = error
    return { message, statusCode, isRetryable, responseBody }
  },
}

describe.each(Object.entries(providers))('%s', (_, connect) => {
  test.each(Object.entries(cases))('%s', async (_case, run) => {
    const outcomeOf = async (side: Side): Promise<{ result: unknown; answers: Answered[] }> => {
      const { fetch, answers } = createWitness()
      return { result: comparable(await run(connect(side, fetch))), answers }
    }
    const straight = await outcomeOf(sides.straight)
    const relayed = await outcomeOf(sides.relayed)
    expect(relayed).toStrictEqual(straight)
    expect(straight.answers.length).toBeGreaterThan(0)
  })

  test('a stream that breaks off ends in an error', async () => {
    const errors: unknown[] = []
    const { language } = connect(sides.relayed, fetch)
    const onError = ({ error }: { error: unknown }) => void errors.push(error)
    const { fullStream } = streamText({ model: language('error-event-after-3'), prompt, onError, ...asked })
    const parts = await collect(fullStream)
    expect(parts.map(({ type }) => type)).toContain('error')
    expect(errors).toHaveLength(1)
  })
})
