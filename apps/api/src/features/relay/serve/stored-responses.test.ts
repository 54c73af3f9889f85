import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startApi, type TestApi } from '../../../../test/harness.ts'
import { ask, logOf, makeChannel, makeDoor, setPrice, type Door } from '../../../../test/relay-calls.ts'

let api: TestApi
let channelId: string
let door: Door
let client: OpenAI

const clientOf = ({ key }: Door): OpenAI => new OpenAI({ apiKey: key, baseURL: `${api.url}/v1`, maxRetries: 0 })

beforeAll(async () => {
  api = await startApi()
  channelId = await makeChannel(api, { models: ['gpt-test'] })
  // Never asked for what the first one keeps: it keeps responses too.
  await makeChannel(api, { models: ['gpt-test'], base_url: 'failures', priority: -1 })
  await setPrice(api, 'gpt-test')
  door = await makeDoor(api)
  client = clientOf(door)
})
afterAll(() => api.close())

const model = 'gpt-test'

test('a response is found at once, goes on, and is gone once it is deleted', async () => {
  const made = await client.responses.create({ model, input: 'Remember me' })
  const found = await client.responses.retrieve(made.id)
  expect(found.output_text).toBe(made.output_text)
  const items = await client.responses.inputItems.list(made.id)
  expect(items.data).toHaveLength(1)
  const next = await client.responses.create({ model, input: 'And on', previous_response_id: made.id })
  expect(next.previous_response_id).toBe(made.id)
  await client.responses.delete(made.id)
  await expect(client.responses.retrieve(made.id)).rejects.toThrow(OpenAI.NotFoundError)
  await expect(client.responses.retrieve(made.id)).rejects.toThrow(`Response with id '${made.id}' not found.`)
})

test('asking for a response counts against the calls a minute', async () => {
  const slow = clientOf(await makeDoor(api, { token: { rpm: 2 } }))
  const { id } = await slow.responses.create({ model, input: 'Once' })
  await slow.responses.retrieve(id)
  await expect(slow.responses.retrieve(id)).rejects.toThrow(OpenAI.RateLimitError)
})

test('a streamed response is found while it streams, and can be streamed again', async () => {
  const stream = await client.responses.create({ model, input: 'Stream me, please', stream: true })
  let id: string | undefined
  let text = ''
  for await (const event of stream) {
    if (event.type === 'response.created') id = event.response.id
    if (event.type === 'response.output_text.delta') text += event.delta
  }
  expect(id).toBeDefined()
  let again = ''
  for await (const event of await client.responses.retrieve(id ?? '', { stream: true }))
    if (event.type === 'response.output_text.delta') again += event.delta
  expect(again).toBe(text)
})

test('what one does with a stored response is neither billed nor logged', async () => {
  const { data, response } = await client.responses.create({ model, input: 'Bill me once' }).withResponse()
  await logOf(api, response.headers.get('x-request-id'))
  const countOf = async () => (await api.sql.query('SELECT id FROM relay_logs'))[0]
  const before = await countOf()
  await client.responses.retrieve(data.id)
  await client.responses.delete(data.id)
  expect(await countOf()).toEqual(before)
})

test('another group does not find the response, and cannot go on from it', async () => {
  const made = await client.responses.create({ model, input: 'Mine' })
  const other = clientOf(await makeDoor(api))
  await expect(other.responses.retrieve(made.id)).rejects.toThrow(OpenAI.NotFoundError)
  await expect(other.responses.delete(made.id)).rejects.toThrow(OpenAI.NotFoundError)
  const going = other.responses.create({ model, input: 'Yours?', previous_response_id: made.id })
  await expect(going).rejects.toMatchObject({ status: 400, code: 'previous_response_not_found' })
  expect((await client.responses.retrieve(made.id)).id).toBe(made.id)
})

test('what was asked not to be stored is not found', async () => {
  const made = await client.responses.create({ model, input: 'Forget me', store: false })
  await expect(client.responses.retrieve(made.id)).rejects.toThrow(OpenAI.NotFoundError)
})

test('a response in the background can be cancelled', async () => {
  const made = await client.responses.create({ model, input: 'Take your time', background: true })
  expect(made.status).toBe('queued')
  expect((await client.responses.cancel(made.id)).status).toBe('cancelled')
})

test('a response in the background is billed once it is done', async () => {
  const { data, response } = await client.responses
    .create({ model, input: 'Think it over', background: true })
    .withResponse()
  expect(data.usage).toBeUndefined()
  const row = await logOf(api, response.headers.get('x-request-id'))
  const done = await client.responses.retrieve(data.id)
  expect(row).toMatchObject({ status: 200, output_tokens: done.usage?.output_tokens })
  expect(row.output_tokens).toBeGreaterThan(0)
})

test('where a response is stored outlives the process', async () => {
  const made = await client.responses.create({ model, input: 'Write me down' })
  await vi.waitFor(async () => {
    const [rows] = await api.sql.query('SELECT channel_id FROM relay_responses WHERE response_id = ?', [made.id])
    expect(rows).toEqual([{ channel_id: Number(channelId) }])
  })
})

test('tokens are counted here for channels that cannot', async () => {
  await makeChannel(api, { type: 'openai', key: 'none', models: ['countless'] })
  const body = { model: 'countless', messages: [{ role: 'user', content: 'How many tokens?' }] }
  const response = await ask(api, door.key, '/v1/messages/count_tokens', body)
  expect(response.status).toBe(200)
  const { input_tokens: inputTokens }: { input_tokens: number } = JSON.parse(await response.text())
  expect(inputTokens).toBeGreaterThan(4)
  expect(await logOf(api, response.headers.get('x-request-id'))).toMatchObject({ status: 200, cost_micros: 0 })
})
