import { createChannel } from '@parley/protocol/relay-channels'
import * as contracts from '@parley/protocol/relay-models'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, refusal, type TestApi, type TestUser } from '../../../../test/harness.ts'
import { createRelayMember, sendByKey, startRelayApi } from '../../../../test/relay.ts'

let api: TestApi
let member: TestUser
beforeAll(async () => {
  api = await startRelayApi()
  member = await createRelayMember(api)
})
afterAll(() => api.close())

const set = async (model: string, body: Record<string, unknown>) =>
  (await call(api, api.operator, contracts.setModelConfig, { params: { model }, body })).data

const read = async (model: string) =>
  (await call(api, api.operator, contracts.getModelConfig, { params: { model }, query: {} })).data

const price: contracts.RelayPrice = {
  input: 400_000,
  output: 1_600_000,
  cached: 100_000,
  cache_creation: 1,
  audio_input: 2,
  audio_output: 3,
  image_input: 4,
  image_output: 5,
  thinking: 6,
  per_image: 7,
  per_request: 8,
  per_search: 9,
  tiers: [
    { input_tokens_from: 200_000, input: 800_000 },
    { service_tier: 'flex', output: 1 },
  ],
}

describe('the price of a model', () => {
  test('is kept as it was given, every rate of it', async () => {
    expect((await set('whole', { price })).price).toEqual(price)
  })

  test('is followed by a new one, and the old one stays with its time', async () => {
    await set('dated', { price: { input: 1 } })
    const later = Date.now() + 3_600_000
    const planned = await set('dated', { price: { input: 3 }, valid_from: later })
    expect(planned).toMatchObject({
      price: { input: 1 },
      prices: [{ price: { input: 3 }, valid_from: later }, { price: { input: 1 } }],
    })
    const now = await set('dated', { price: { input: 2 } })
    expect(now.price).toEqual({ input: 2 })
    expect(now.prices.map((each) => each.price)).toEqual([{ input: 3 }, { input: 2 }, { input: 1 }])
  })

  test('cannot begin in the past', async () => {
    const body = { price: { input: 1 }, valid_from: Date.now() - 86_400_000 }
    expect(
      await refusal(api, api.operator, contracts.setModelConfig, { params: { model: 'past' }, body }),
    ).toMatchObject({
      details: { reason: 'valid-from-past' },
    })
  })

  test('ends with its deletion, and what it was stays', async () => {
    await set('ended', { price: { input: 1 }, output_tokens_max: 5 })
    await call(api, api.operator, contracts.deleteModelConfig, { params: { model: 'ended' }, query: {} })
    const { price: now, output_tokens_max, prices } = await read('ended')
    expect({ now, output_tokens_max, prices: prices.map((each) => each.price) }).toEqual({
      now: null,
      output_tokens_max: null,
      prices: [null, { input: 1 }],
    })
    const { data } = await call(api, api.operator, contracts.listModelConfigs, { query: { query: 'ended' } })
    expect(data.total).toBe(0)
    const again = { params: { model: 'ended' } }
    expect(await refusal(api, api.operator, contracts.deleteModelConfig, again)).toMatchObject({ status: 404 })
  })

  test.each([{ input: -1 }, { input: 0.5 }, { input: 2e12 }, { unheard: 1 }, { tiers: [{ service_tier: '' }] }])(
    'is not %j',
    async (wrong) => {
      const request = { params: { model: 'wrong' }, body: { price: wrong } }
      expect((await sendByKey(api, contracts.setModelConfig, request)).status).toBe(400)
    },
  )
})

test('the list has what channels serve and what has a price, by name', async () => {
  const models = ['served-a', 'served-b', 'all-*']
  await call(api, api.operator, createChannel, { body: { name: 'One', type: 'test', models } })
  await call(api, api.operator, createChannel, { body: { name: 'Two', type: 'test', models: ['SERVED-A'] } })
  await set('served-b', { output_tokens_max: 9 })
  const { data } = await call(api, api.operator, contracts.listModelConfigs, { query: { query: 'served' } })
  expect(data).toEqual({
    models: [
      { model: 'served-a', price: null, valid_from: null, output_tokens_max: null, channels: 2 },
      { model: 'served-b', price: null, valid_from: null, output_tokens_max: 9, channels: 1 },
    ],
    total: 2,
  })
})

test('a model may be called anything', async () => {
  for (const model of ['meta-llama/Llama-3.3-70B', '模型 一号', "o'model; --"]) {
    await set(model, { price: { input: 1 } })
    expect(await read(model)).toMatchObject({ model, price: { input: 1 } })
  }
})

test('members see prices and set none', async () => {
  const params = { model: 'seen' }
  await set('seen', { price: { input: 1 } })
  expect((await call(api, member, contracts.getModelConfig, { params, query: {} })).data.price).toEqual({ input: 1 })
  for (const [contract, request] of [
    [contracts.setModelConfig, { params, body: { price: {} } }],
    [contracts.deleteModelConfig, { params }],
  ] as const)
    expect(await refusal(api, member, contract, request)).toMatchObject({ code: 'PERMISSION_DENIED' })
  expect(await refusal(api, null, contracts.listModelConfigs)).toMatchObject({ status: 401 })
})
