import { listAudit } from '@parley/protocol/audit'
import * as contracts from '@parley/protocol/relay-channels'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, refusal, type TestApi, type TestUser } from '../../../../test/harness.ts'
import { createRelayMember, sendByKey, startRelayApi } from '../../../../test/relay.ts'

let api: TestApi
let member: TestUser
beforeAll(async () => {
  api = await startRelayApi({ RELAY_UPSTREAM_HOSTS: 'api.openai.com, api.example.com, other.example.com' })
  member = await createRelayMember(api)
})
afterAll(() => api.close())

const providerKey = 'a-key-of-the-provider'
let made = 0

async function makeChannel(wanted: Record<string, unknown> = {}): Promise<contracts.RelayChannel> {
  made += 1
  const body = {
    name: `Channel ${made}`,
    type: 'openai' as const,
    models: ['gpt-4.1-mini'],
    key: providerKey,
    ...wanted,
  }
  return (await call(api, api.operator, contracts.createChannel, { body })).data
}

const sealedOf = async (id: string): Promise<unknown> => {
  const [[row]] = await api.sql.query<RowDataPacket[]>('SELECT key_sealed FROM relay_channels WHERE id = ?', [id])
  return row?.key_sealed
}

describe('a channel', () => {
  test('has what is usual where nothing is said', async () => {
    expect(await makeChannel()).toMatchObject({
      base_url: 'https://api.openai.com/v1',
      has_key: true,
      model_mapping: {},
      priority: 0,
      weight: 1,
      status: 'enabled',
      timeouts: { connect_ms: 5_000 },
      health: { state: 'healthy', samples: 0, failures: 0, error_rate: 0, banned_until: null },
    })
    expect(await makeChannel({ type: 'test', key: undefined })).toMatchObject({ base_url: 'answers', has_key: false })
  })

  test('changes only what is named', async () => {
    const channel = await makeChannel({ timeouts: { idle_ms: 1_000 } })
    const change = { weight: 3, model_mapping: { 'gpt-4.1-mini': 'small' }, timeouts: { connect_ms: 200 }, rpm: 5 }
    const { data } = await call(api, api.operator, contracts.updateChannel, {
      params: { id: channel.id },
      body: change,
    })
    expect(data).toEqual({ ...channel, ...change, timeouts: { ...channel.timeouts, connect_ms: 200 } })
  })

  test('is listed by priority, and found by a part of its name', async () => {
    await makeChannel({ name: 'Far one', priority: 1 })
    await makeChannel({ name: 'Near one', priority: 9 })
    const { data } = await call(api, api.operator, contracts.listChannels, { query: { query: 'R ONE' } })
    expect(data).toMatchObject({ channels: [{ name: 'Near one' }, { name: 'Far one' }], total: 2 })
  })

  test('is deleted', async () => {
    const { id } = await makeChannel()
    await call(api, api.operator, contracts.deleteChannel, { params: { id }, query: {} })
    expect(await refusal(api, api.operator, contracts.getChannel, { params: { id } })).toMatchObject({ status: 404 })
  })

  test('has a name of its own', async () => {
    const { name } = await makeChannel()
    const body = { name: name.toUpperCase(), type: 'test', models: [] }
    expect(await refusal(api, api.operator, contracts.createChannel, { body })).toMatchObject({
      details: { reason: 'name-taken' },
    })
  })
})

describe('trying a channel out', () => {
  const tried = async (id: string, query: Record<string, string> = {}) =>
    (await call(api, api.operator, contracts.testChannel, { params: { id }, query })).data

  test('says that it works, or what is wrong and with which model', async () => {
    const { id } = await makeChannel({ type: 'test', key: undefined, model_mapping: { 'gpt-4.1-mini': 'small' } })
    expect(await tried(id)).toMatchObject({ ok: true, reason: 'ok', status: 200, model: 'small' })
    const { id: patterns } = await makeChannel({ type: 'test', key: undefined, models: ['gpt-*'] })
    expect(await tried(patterns)).toMatchObject({ ok: false, reason: 'no_model', status: null })
    expect(await tried(patterns, { model: 'gpt-x' })).toMatchObject({ ok: true, model: 'gpt-x' })
  })
})

describe('the key of a channel', () => {
  test('is encrypted, and never told again', async () => {
    const channel = await makeChannel()
    const params = { id: channel.id }
    const seen = [
      JSON.stringify(channel),
      JSON.stringify(await sealedOf(channel.id)),
      JSON.stringify(await call(api, api.operator, contracts.listChannels, { query: { per_page: 100 } })),
      JSON.stringify(
        await call(api, api.operator, contracts.updateChannel, { params, body: { key: `${providerKey}-2` } }),
      ),
      JSON.stringify(await call(api, api.operator, listAudit, { query: { action: 'relay-channel' } })),
    ]
    for (const text of seen) expect(text).not.toContain(providerKey)
  })

  test('stays unless another is given', async () => {
    const { id } = await makeChannel()
    const before = await sealedOf(id)
    await call(api, api.operator, contracts.updateChannel, { params: { id }, body: { priority: 5 } })
    expect(await sealedOf(id)).toBe(before)
    const { data } = await call(api, api.operator, contracts.updateChannel, { params: { id }, body: { key: '' } })
    expect(data.has_key).toBe(false)
  })

  test('that cannot be read any more does not hide the channel', async () => {
    const { id } = await makeChannel()
    await api.sql.query("UPDATE relay_channels SET key_sealed = REPLACE(key_sealed, 'v1.', 'v1.AAAA') WHERE id = ?", [
      id,
    ])
    const { data } = await call(api, api.operator, contracts.getChannel, { params: { id }, query: {} })
    expect(data.has_key).toBe(true)
  })

  test('does not follow the channel to another host', async () => {
    const { id } = await makeChannel({ base_url: 'https://api.example.com/v1' })
    const params = { id }
    const moved = { params, body: { base_url: 'https://other.example.com/v1' } }
    expect(await refusal(api, api.operator, contracts.updateChannel, moved)).toMatchObject({
      details: { reason: 'key-needed', fields: [{ field: 'body.key' }] },
    })
    await call(api, api.operator, contracts.updateChannel, { params, body: { base_url: 'https://api.example.com/v2' } })
    const withKey = { ...moved.body, key: 'another' }
    expect((await call(api, api.operator, contracts.updateChannel, { params, body: withKey })).data.base_url).toBe(
      moved.body.base_url,
    )
  })
})

test.each([
  { base_url: 'https://evil.example.com' },
  { base_url: 'http://127.0.0.1:1/v1' },
  { base_url: 'http://169.254.169.254/latest/meta-data' },
  { base_url: 'file:///etc/passwd' },
  { base_url: 'https://name:word@api.example.com' },
  { base_url: 'nothing' },
  { type: 'test', base_url: 'https://api.example.com' },
  { type: 'other' },
  { key: 'two\r\nlines' },
  { weight: -1 },
  { timeouts: { connect_ms: 0 } },
  { models: 'gpt' },
  { name: '' },
])('no channel is made with %j', async (wanted) => {
  const body = { name: 'Wrong', type: 'openai', models: [], ...wanted }
  const response = await sendByKey(api, contracts.createChannel, { body })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ success: false, error: { code: 'VALIDATION_FAILED' } })
})

test('members have nothing to do with channels, and strangers still less', async () => {
  const { id } = await makeChannel()
  for (const [contract, request] of [
    [contracts.listChannels, {}],
    [contracts.createChannel, { body: { name: 'x', type: 'test', models: [] } }],
    [contracts.getChannel, { params: { id } }],
    [contracts.updateChannel, { params: { id }, body: { weight: 1 } }],
    [contracts.testChannel, { params: { id } }],
    [contracts.deleteChannel, { params: { id } }],
  ] as const) {
    expect(await refusal(api, member, contract, request)).toMatchObject({ code: 'PERMISSION_DENIED' })
    expect(await refusal(api, null, contract, request)).toMatchObject({ status: 401 })
  }
})
