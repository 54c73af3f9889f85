import { createServer } from 'node:http'
import { serving } from '@parley/test-upstream/testing/serving'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { getChannel } from '@parley/protocol/relay-channels'
import { call } from '../../../../test/harness.ts'
import { ask, logOf, makeDoor, saying, setPrice } from '../../../../test/relay-calls.ts'
import { callRaw, expectBalanced, startRelay, type TestRelay } from '../../../../test/relay-wire.ts'

let relay: TestRelay

beforeAll(async () => {
  relay = await startRelay({ RELAY_UPSTREAM_HOSTS: '127.0.0.1' })
})
afterAll(() => relay.close())

const chatPath = '/v1/chat/completions'

test('a key that Google refuses with 400 takes its channel out, and another one answers', async () => {
  await setPrice(relay.api, 'gemini-x')
  const dead = await relay.channel({ type: 'gemini', key: 'wrong', models: ['gemini-x'], priority: 2 })
  await relay.channel({ models: ['gemini-x'], model_mapping: { 'gemini-x': 'answers' }, priority: 1 })
  const { key } = await makeDoor(relay.api)
  const response = await ask(relay.api, key, chatPath, { model: 'gemini-x', messages: saying('hello') })
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('You said: hello')
  const { data } = await call(relay.api, relay.api.operator, getChannel, { params: { id: dead }, query: {} })
  expect(data.health.failures).toBe(1)
})

test('an answer that is none of its provider’s is taken for a failure, and another channel is asked', async () => {
  await setPrice(relay.api, 'gemini-y')
  const stranger = await serving(
    createServer(
      (_, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end('{"candidates":"none"}'),
    ),
  )
  await relay.channel({ type: 'gemini', base_url: stranger.url, models: ['gemini-y'], priority: 2 })
  await relay.channel({ models: ['gemini-y'], model_mapping: { 'gemini-y': 'answers' }, priority: 1 })
  const { key } = await makeDoor(relay.api)
  const response = await ask(relay.api, key, chatPath, { model: 'gemini-y', messages: saying('hello') })
  expect(response.status).toBe(200)
  const row = await logOf(relay.api, response.headers.get('x-request-id'))
  expect(row.cost_micros).toBeGreaterThan(0)
  await stranger.stop()
})

test('calls that are refused count against the calls a minute', async () => {
  const { key } = await makeDoor(relay.api, { token: { rpm: 2 } })
  const statuses: number[] = []
  for (let turn = 0; turn < 4; turn += 1) {
    const response = await ask(relay.api, key, chatPath, { model: 'no-such-model', messages: saying('hello') })
    statuses.push(response.status)
  }
  expect(statuses).toEqual([404, 404, 429, 429])
})

test('who leaves while a failed channel is waited for pays nothing', async () => {
  const model = 'status-503-retry-3'
  await setPrice(relay.api, model)
  await relay.channel({ models: [model] })
  const { key } = await makeDoor(relay.api)
  const { leave } = callRaw(relay.api.url, chatPath, key, { model, messages: saying('hello') })
  await vi.waitFor(async () => expect((await relay.seen()).requests[model]).toBe(1))
  // The refusal is on its way back, and the pause of three seconds about to begin.
  await vi.waitFor(async () => expect((await relay.seen()).open).toBe(0))
  leave()
  await vi.waitFor(async () => {
    const [rows] = await relay.api.sql.query('SELECT status, cost_micros FROM relay_logs WHERE model = ?', [model])
    expect(rows).toMatchObject([{ status: 499, cost_micros: 0 }])
  }, 10_000)
})

test('the provider’s account is not named to clients', async () => {
  const message = 'Rate limit reached for gpt in organization org-Ab12Cd34Ef on tokens.'
  const limited = await serving(
    createServer((_, res) => {
      res.writeHead(422, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }))
    }),
  )
  await relay.channel({ base_url: limited.url, models: ['limited-x'] })
  const { key } = await makeDoor(relay.api)
  const response = await ask(relay.api, key, chatPath, { model: 'limited-x', messages: saying('hello') })
  expect(response.status).toBe(422)
  expect(await response.text()).toContain('in organization org-… on tokens.')
  await limited.stop()
})

test('every call is billed, and nothing stays set aside', async () => {
  expect(await expectBalanced(relay.api)).toMatchObject({ reservations: 0 })
})
