import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestUpstream } from './server.ts'
import { serving } from './testing/serving.ts'

let upstream: Awaited<ReturnType<typeof serving>>

beforeAll(async () => {
  upstream = await serving(createTestUpstream())
})
afterAll(() => upstream.stop())

const contents = [{ role: 'user', parts: [{ text: 'Call the tool, please' }] }]

async function ask(method: string, body: object = {}, key = 'any'): Promise<Response> {
  return fetch(`${upstream.url}/answers/v1beta/models/test-small:${method}`, {
    method: 'POST',
    headers: { 'x-goog-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ contents, ...body }),
  })
}

it('answers whole and in a stream, thoughts counted beside the text', async () => {
  const generationConfig = { thinkingConfig: { includeThoughts: true } }
  const whole = await (await ask('generateContent', { generationConfig })).json()
  expect(whole).toMatchObject({
    candidates: [{ content: { parts: [{ thought: true }, { text: 'You said: Call the tool, please' }] } }],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 8, thoughtsTokenCount: 8, totalTokenCount: 21 },
  })
  const stream = await (await ask('streamGenerateContent?alt=sse', { generationConfig })).text()
  const chunks = stream
    .split('\r\n\r\n')
    .filter((event) => event !== '')
    .map((event) => JSON.parse(event.replace('data: ', '')))
  const parts = chunks.flatMap((chunk) => chunk.candidates[0].content.parts)
  expect(
    parts
      .filter((part) => !part.thought)
      .map((part) => part.text)
      .join(''),
  ).toBe('You said: Call the tool, please')
  expect(chunks.at(-1)).toMatchObject({
    candidates: [{ finishReason: 'STOP' }],
    usageMetadata: { candidatesTokenCount: 8, totalTokenCount: 21 },
  })
  expect(JSON.parse(await (await ask('streamGenerateContent')).text())).toHaveLength(9)
})

it('calls functions, counts tokens and refuses a wrong key', async () => {
  const functionDeclarations = [
    { name: 'weather', parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } } },
  ]
  const called = await (await ask('generateContent', { tools: [{ functionDeclarations }] })).json()
  expect(called).toMatchObject({
    candidates: [{ content: { parts: [{ functionCall: { name: 'weather', args: { city: 'sample' } } }] } }],
  })
  expect(await (await ask('countTokens')).json()).toMatchObject({ totalTokens: 5 })
  const refused = await ask('generateContent', {}, 'wrong')
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } })
})
