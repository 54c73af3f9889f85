import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi, type TestApi } from '../../../../test/harness.ts'
import { ask, logOf, makeChannel, makeDoor, saying, setPrice, type Door } from '../../../../test/relay-calls.ts'

let api: TestApi
let door: Door

beforeAll(async () => {
  api = await startApi()
  await makeChannel(api, { models: ['gpt-test'] })
  await setPrice(api, 'gpt-test')
  door = await makeDoor(api)
})
afterAll(() => api.close())

const chat = { model: 'gpt-test', messages: saying('hello there') }

test('a call is answered by the upstream, logged under the name the client was told, and billed once', async () => {
  const response = await ask(api, door.key, '/v1/chat/completions', chat)
  expect(response.status).toBe(200)
  const answer: { usage: { prompt_tokens: number; completion_tokens: number } } = JSON.parse(await response.text())
  const row = await logOf(api, response.headers.get('x-request-id'))
  expect(row).toMatchObject({
    status: 200,
    model: 'gpt-test',
    error_code: null,
    input_tokens: answer.usage.prompt_tokens,
    output_tokens: answer.usage.completion_tokens,
    cost_micros: answer.usage.prompt_tokens + answer.usage.completion_tokens,
  })
  expect(row.upstream_request_id).toMatch(/^req_/)
})
