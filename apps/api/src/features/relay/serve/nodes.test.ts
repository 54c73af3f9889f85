import { deleteChannel, getChannel, testChannel, updateChannel } from '@parley/protocol/relay-channels'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { call, type TestApi } from '../../../../test/harness.ts'
import { startNodes, type TestNodes } from '../../../../test/nodes.ts'
import { ask, makeChannel, makeDoor, saying, setPrice } from '../../../../test/relay-calls.ts'
import { expectBalanced } from '../../../../test/relay-wire.ts'

let nodes: TestNodes

beforeAll(async () => {
  nodes = await startNodes()
})
afterAll(() => nodes.close())

test('of 100 calls at once on a budget for 10, 10 are made, whichever nodes they come to', async () => {
  await makeChannel(nodes.a, { models: ['per-call'] })
  await setPrice(nodes.a, 'per-call', { per_request: 100 })
  const { key } = await makeDoor(nodes.a, { token: { quota: 1_000 } })
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      ask(index % 2 === 0 ? nodes.a : nodes.b, key, '/v1/chat/completions', {
        model: 'per-call',
        messages: saying('hello'),
      }),
    ),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
  expect(answers.filter(({ status }) => status !== 200 && status !== 403)).toEqual([])
  expect((await expectBalanced(nodes.a)).used).toBe(1_000)
})

describe('a banned channel', () => {
  const model = 'mended'
  const calling = (node: TestApi, key: string) =>
    ask(node, key, '/v1/chat/completions', { model, messages: saying('hello') }).then(({ status }) => status)
  const stateAt = async (node: TestApi, id: string) =>
    (await call(node, nodes.a.operator, getChannel, { params: { id }, query: {} })).data.health.state

  test.each([
    [
      'changed',
      (id: string) => call(nodes.a, nodes.a.operator, updateChannel, { params: { id }, body: { model_mapping: {} } }),
    ],
    [
      'found well',
      (id: string) => call(nodes.a, nodes.a.operator, testChannel, { params: { id }, query: { model: 'other' } }),
    ],
  ])('that was %s is used again at once, by every node', async (_, mend) => {
    const failing = { base_url: 'failures', models: [model, 'other'], model_mapping: { [model]: 'status-500' } }
    const id = await makeChannel(nodes.a, failing)
    const { key } = await makeDoor(nodes.a)
    const both = [nodes.a, nodes.b]
    for (const node of both) {
      for (let turn = 0; turn < 12; turn += 1) expect(await calling(node, key)).toBeGreaterThanOrEqual(500)
      expect(await stateAt(node, id)).toBe('banned')
    }
    await mend(id)
    await vi.waitFor(async () => {
      for (const node of both) expect(await stateAt(node, id)).toBe('healthy')
    }, 5_000)
    await call(nodes.a, nodes.a.operator, deleteChannel, { params: { id }, query: {} })
  })
})

/** Another's Redis is not ours to kill. */
describe.skipIf(process.env.REDIS_URL !== undefined)('Redis lost in the midst of calls', () => {
  test('loses no usage: all are answered, and the log adds up to the balances', async () => {
    await makeChannel(nodes.a, { models: ['slow-30'], rpm: 100_000, concurrency: 1_000 })
    await setPrice(nodes.a, 'slow-30')
    const limits = { rpm: 100_000, tpm: 10_000_000, concurrency: 1_000 }
    const options = { cache_ttl_seconds: 60 }
    const { key } = await makeDoor(nodes.a, { group: limits, token: { ...limits, quota: 1_000_000, options } })

    const wave = (name: string) =>
      Array.from({ length: 40 }, async (_, index) => {
        const node = index % 2 === 0 ? nodes.a : nodes.b
        const body = { model: 'slow-30', messages: saying(`say ${name} ${index}`), max_tokens: 20, stream: true }
        const response = await ask(node, key, '/v1/chat/completions', body)
        expect(response.status).toBe(200)
        expect(await response.text()).toContain('[DONE]')
        return response.headers.get('x-request-id')
      })

    const before = wave('before')
    await nodes.redis?.kill()
    const during = [...wave('during'), ...wave('while it is away')]
    const early = await Promise.all([...before, ...during])
    await nodes.redis?.restart()
    const all = [...early, ...(await Promise.all(wave('after')))]

    expect(new Set(all).size).toBe(160)
    expect((await expectBalanced(nodes.a)).used).toBeGreaterThan(160)
    const [rows] = await nodes.a.sql.query("SELECT request_id FROM relay_logs WHERE status = 200 AND model = 'slow-30'")
    expect(rows).toHaveLength(160)
  })
})
