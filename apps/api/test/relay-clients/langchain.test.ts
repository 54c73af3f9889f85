import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { ChatOpenAI, OpenAIEmbeddings, type ChatOpenAIFields } from '@langchain/openai'
import { collect } from '@parley/test-upstream/testing/serving'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { errorOf, failing, startSideBySide, type Side, type SideBySide } from './side-by-side.ts'

let sides: SideBySide

beforeAll(async () => {
  sides = await startSideBySide('/failures', [
    { type: 'openai', base_url: '/failures/v1', models: ['gpt-test', 'test-embedding'] },
    ...failing(['status-400', 'status-404', 'status-429-retry-60']),
  ])
})
afterAll(() => sides.close())

const settingsOf = ({ origin, key }: Side) => ({
  apiKey: key,
  configuration: { baseURL: `${origin}/v1` },
  maxRetries: 0,
})

const chatOf = (side: Side, fields: ChatOpenAIFields = {}) =>
  new ChatOpenAI({ model: 'gpt-test', ...settingsOf(side), ...fields })

const prompt = [new SystemMessage('Be short.'), new HumanMessage('Hello, 世界 👋!')]
const weather = tool(({ city }) => `Sunny in ${city}`, {
  name: 'weather',
  description: 'Tells the weather',
  schema: z.object({ city: z.string() }),
})
const called = { id: 'call_1', name: 'weather', args: { city: 'Oslo' } }
const afterTool = [
  ...prompt,
  new AIMessage({ content: '', tool_calls: [called] }),
  new ToolMessage({ tool_call_id: called.id, content: 'Sunny' }),
]
const Place = z.object({ city: z.string(), days: z.int() })

/** What LangChain keeps of a message; ids of streamed ones are made up by the client. */
const kept = (message: object) => JSON.parse(JSON.stringify(message))

const cases: Record<string, (side: Side) => Promise<unknown>> = {
  'a message, with its usage': async (side) => {
    const message = await chatOf(side).invoke(prompt)
    return { usage: message.usage_metadata, metadata: message.response_metadata, message: kept(message) }
  },
  'a message by the responses API': async (side) => kept(await chatOf(side, { useResponsesApi: true }).invoke(prompt)),
  'a message cut short': async (side) => kept(await chatOf(side, { maxTokens: 3 }).invoke(prompt)),
  'a call of a bound tool': async (side) => {
    const message = await chatOf(side).bindTools([weather], { tool_choice: 'weather' }).invoke(prompt)
    return { calls: message.tool_calls, message: kept(message) }
  },
  'what a tool said': async (side) => kept(await chatOf(side).bindTools([weather]).invoke(afterTool)),
  'structured output': (side) => chatOf(side).withStructuredOutput(Place, { name: 'place' }).invoke(prompt),
  'a stream': async (side) => {
    const chunks = await collect(await chatOf(side).stream(prompt))
    return chunks.map(kept)
  },
  'a stream by the responses API': async (side) => {
    const chunks = await collect(await chatOf(side, { useResponsesApi: true }).stream(prompt))
    return chunks.map(kept)
  },
  'a stream of a call of a tool': async (side) => {
    const bound = chatOf(side).bindTools([weather], { tool_choice: 'weather' })
    const chunks = await collect(await bound.stream(prompt))
    return chunks.map(kept)
  },
  embeddings: (side) =>
    new OpenAIEmbeddings({ model: 'test-embedding', ...settingsOf(side) }).embedDocuments(['one', 'two']),
}

describe('LangChain', () => {
  test.each(Object.entries(cases))('%s', async (_, run) => {
    const straight = await run(sides.straight)
    const relayed = await run(sides.relayed)
    expect(relayed).toStrictEqual(straight)
    expect(JSON.stringify(straight).length).toBeGreaterThan(20)
  })

  test.each(['status-400', 'status-404', 'status-429-retry-60'])('an error (%s)', async (model) => {
    const shown = async (side: Side) => {
      const error = await errorOf(chatOf(side, { model }).invoke(prompt))
      const { message, name } = error
      const [status, code] = ['status', 'lc_error_code'].map((field): unknown => Reflect.get(error, field))
      return { message, name, status, code }
    }
    const straight = await shown(sides.straight)
    expect(await shown(sides.relayed)).toStrictEqual(straight)
    expect(straight.status).toBe(Number(model.slice(7, 10)))
  })
})
