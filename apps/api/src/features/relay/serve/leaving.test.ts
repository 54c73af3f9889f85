import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { logOf, makeDoor, saying, setPrice, type Door } from '../../../../test/relay-calls.ts'
import { callRaw, expectBalanced, startRelay, type TestRelay } from '../../../../test/relay-wire.ts'

let relay: TestRelay
let door: Door
/** As many calls as may be under way. */
let narrow: Door

const chatPath = '/v1/chat/completions'
const messages = saying('tell me of the sea')
const price = { input: 1_000_000, output: 3_000_000 }

beforeAll(async () => {
  relay = await startRelay()
  const url = `${relay.upstreamUrl}/failures`
  await relay.channel({ models: ['stall-after-*', 'hang', 'slow-headers-*', 'slow-first-*', 'status-503*'] })
  await relay.channel({
    type: 'anthropic',
    base_url: url,
    models: ['claude'],
    model_mapping: { claude: 'stall-after-4' },
  })
  await relay.channel({ type: 'gemini', base_url: url, models: ['gemini'], model_mapping: { gemini: 'stall-after-5' } })
  for (const model of ['stall-after-3', 'hang', 'claude', 'gemini']) await setPrice(relay.api, model, price)
  door = await makeDoor(relay.api)
  narrow = await makeDoor(relay.api, { token: { concurrency: 1 } })
})
afterAll(() => relay.close())

const sawLeaving = (model: string) =>
  vi.waitFor(async () => expect((await relay.seen()).aborted[model]).toBeGreaterThan(0), {
    timeout: 1_000,
    interval: 20,
  })

const hasArrived = (model: string, times = 1) =>
  vi.waitFor(async () => expect((await relay.seen()).requests[model]).toBe(times), { timeout: 5_000, interval: 10 })

/** The row of the log of a call whose name its client was never told. */
const logOfModel = (model: string) =>
  vi.waitFor(
    async () => {
      const [rows] = await relay.api.sql.query<Awaited<ReturnType<typeof logOf>>[]>(
        'SELECT * FROM relay_logs WHERE model = ? AND status = 499 ORDER BY id DESC LIMIT 1',
        [model],
      )
      if (!rows[0]) throw new Error('the call is not in the log')
      return rows[0]
    },
    { timeout: 5_000, interval: 20 },
  )

describe('who leaves in the middle of a stream ends it upstream within a second and pays for what came', () => {
  test.each([
    [chatPath, 'stall-after-3', 'stall-after-3'],
    ['/v1/messages', 'claude', 'stall-after-4'],
    [chatPath, 'claude', 'stall-after-4'],
    ['/v1/messages', 'gemini', 'stall-after-5'],
    ['/v1/responses', 'gemini', 'stall-after-5'],
  ])('%s of %s', async (path, model, upstreamModel) => {
    await fetch(`${relay.upstreamUrl}/seen/reset`, { method: 'POST' })
    const question = path === '/v1/responses' ? { input: 'tell me of the sea' } : { messages, max_tokens: 50 }
    const body = { model, ...question, stream: true }
    const wire = await callRaw(relay.api.url, path, door.key, body).answer
    await wire.until(' said')
    wire.leave()
    await sawLeaving(upstreamModel)
    const row = await logOf(relay.api, String(wire.headers['x-request-id']))
    expect(row).toMatchObject({ status: 499, error_code: 'client_left', model })
    expect(row.input_tokens).toBeGreaterThan(3)
    expect(row.output_tokens).toBeGreaterThan(1)
    expect(row.output_tokens).toBeLessThan(8)
    expect(row.cost_micros).toBe(row.input_tokens + 3 * row.output_tokens)
  })
})

describe('who leaves before an answer has begun ends it upstream within a second and pays for the prompt', () => {
  test.each([
    ['hang', false],
    ['stall-after-3', false],
    ['hang', true],
    ['slow-headers-9000', false],
    ['slow-first-9000', true],
  ])('%s, streamed: %s', async (model, stream) => {
    await fetch(`${relay.upstreamUrl}/seen/reset`, { method: 'POST' })
    await setPrice(relay.api, model, price)
    const { leave } = callRaw(relay.api.url, chatPath, door.key, { model, messages, stream })
    await hasArrived(model)
    leave()
    await sawLeaving(model)
    const row = await logOfModel(model)
    expect(row).toMatchObject({ model, output_tokens: 0 })
    expect(row.cost_micros).toBe(row.input_tokens)
    expect(row.input_tokens).toBeGreaterThan(3)
  })
})

test('who leaves while sound is being sent ends it upstream', async () => {
  await fetch(`${relay.upstreamUrl}/seen/reset`, { method: 'POST' })
  const body = { model: 'stall-after-1', voice: 'alloy', input: 'tell me of the sea' }
  const wire = await callRaw(relay.api.url, '/v1/audio/speech', door.key, body).answer
  wire.leave()
  await sawLeaving('stall-after-1')
  expect(await logOf(relay.api, String(wire.headers['x-request-id']))).toMatchObject({ status: 499 })
})

test('who leaves between two attempts is not asked for again', async () => {
  await fetch(`${relay.upstreamUrl}/seen/reset`, { method: 'POST' })
  const model = 'status-503-retry-ms-1500'
  const { leave } = callRaw(relay.api.url, chatPath, door.key, { model, messages })
  await hasArrived(model)
  leave()
  expect(await logOfModel(model)).toMatchObject({ error_code: 'client_left' })
  expect((await relay.seen()).requests[model]).toBe(1)
})

test('who leaves makes room for the next call', async () => {
  await fetch(`${relay.upstreamUrl}/seen/reset`, { method: 'POST' })
  for (let round = 1; round <= 3; round += 1) {
    const { leave } = callRaw(relay.api.url, chatPath, narrow.key, { model: 'hang', messages })
    await hasArrived('hang', round)
    leave()
    await vi.waitFor(async () => expect((await relay.seen()).open).toBe(0), { timeout: 1_000, interval: 10 })
  }
  expect((await expectBalanced(relay.api)).logged).toBeGreaterThan(0)
})
