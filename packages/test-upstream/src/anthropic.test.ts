import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestUpstream } from './server.ts'
import { serving } from './testing/serving.ts'

let upstream: Awaited<ReturnType<typeof serving>>
let anthropic: Anthropic

beforeAll(async () => {
  upstream = await serving(createTestUpstream())
  anthropic = new Anthropic({ apiKey: 'any', baseURL: `${upstream.url}/answers`, maxRetries: 0 })
})
afterAll(() => upstream.stop())

const asked = {
  model: 'test-small',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Please call the tool' }],
}
const tools = [{ name: 'weather', input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } } }]

it('a stream adds up to the very message that comes without one', async () => {
  const thinking = { type: 'enabled' as const, budget_tokens: 1024 }
  for (const body of [asked, { ...asked, thinking }, { ...asked, tools }, { ...asked, max_tokens: 2 }]) {
    const plain = await anthropic.messages.create(body)
    const streamed = await anthropic.messages.stream(body).finalMessage()
    expect(streamed.content).toEqual(plain.content)
    expect(streamed.stop_reason).toBe(plain.stop_reason)
    expect(streamed.usage).toMatchObject({
      input_tokens: plain.usage.input_tokens,
      output_tokens: plain.usage.output_tokens,
    })
  }
})

it('uses tools, thinks and stops at the limit', async () => {
  const called = await anthropic.messages.create({ ...asked, tools })
  expect(called).toMatchObject({
    stop_reason: 'tool_use',
    content: [{ type: 'tool_use', name: 'weather', input: { city: 'sample' } }],
  })
  const thinking = { type: 'enabled' as const, budget_tokens: 1024 }
  const thought = await anthropic.messages.create({ ...asked, thinking })
  expect(thought.content.map(({ type }) => type)).toEqual(['thinking', 'text'])
  expect(await anthropic.messages.create({ ...asked, max_tokens: 2 })).toMatchObject({ stop_reason: 'max_tokens' })
})

it('tells cached input from the rest', async () => {
  const cache_control = { type: 'ephemeral' as const }
  const { usage } = await anthropic.messages.create({
    ...asked,
    system: [{ type: 'text', text: 'two words', cache_control }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'three more words', cache_control },
          { type: 'text', text: 'one' },
        ],
      },
    ],
  })
  expect(usage).toMatchObject({ cache_read_input_tokens: 2, cache_creation_input_tokens: 3, input_tokens: 1 })
})

it('counts tokens as it bills them, and refuses a wrong key', async () => {
  const { input_tokens } = await anthropic.messages.countTokens({ model: asked.model, messages: asked.messages })
  expect(input_tokens).toBe(4)
  await expect(anthropic.withOptions({ apiKey: 'wrong' }).messages.create(asked)).rejects.toThrow(
    Anthropic.AuthenticationError,
  )
})
