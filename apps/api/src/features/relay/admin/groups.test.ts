import { listAudit } from '@parley/protocol/audit'
import * as contracts from '@parley/protocol/relay'
import { RelayErrorEnvelope } from '@parley/protocol/relay-fields'
import { createGuardrail, listGuardrails } from '@parley/protocol/relay-settings'
import type { RowDataPacket } from 'mysql2/promise'
import Value from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, createUser, refusal, send, startApi, type TestApi, type TestUser } from '../../../../test/harness.ts'
import { adminKey, createRelayMember, makeGroup, makeToken, sendByKey, startRelayApi } from '../../../../test/relay.ts'

let api: TestApi
let member: TestUser
beforeAll(async () => {
  api = await startRelayApi()
  member = await createRelayMember(api)
})
afterAll(() => api.close())

const countOf = async (table: string): Promise<number> => {
  const [[row]] = await api.sql.query<RowDataPacket[]>('SELECT COUNT(*) AS rows_there FROM ??', [table])
  return Number(row?.rows_there)
}

describe('the admin key', () => {
  test.each([
    ['alone', adminKey],
    ['as a bearer', `Bearer ${adminKey}`],
  ])('opens the surface %s', async (_, authorization) => {
    const response = await send(api, contracts.getRelayStatus, { headers: { authorization } })
    expect(await response.json()).toMatchObject({ success: true, data: { version: '0.1.0' } })
  })

  test.each([
    ['another key', `${adminKey}x`],
    ['half a key', adminKey.slice(0, -1)],
    ['none', ''],
    ['a bearer of nothing', 'Bearer '],
  ])('is refused for %s, in the envelope of the surface', async (_, authorization) => {
    const response = await send(api, contracts.listGroups, { headers: { authorization } })
    expect(response.status).toBe(401)
    expect(Value.Check(RelayErrorEnvelope, await response.json())).toBe(true)
  })

  test('does not open the rest of the API, nor by the address', async () => {
    expect((await send(api, listAudit, { headers: { authorization: `Bearer ${adminKey}` } })).status).toBe(401)
    expect((await fetch(`${api.url}/api/groups?key=${adminKey}&authorization=${adminKey}`)).status).toBe(401)
  })

  test('opens nothing where none is set', async () => {
    const closed = await startApi()
    for (const authorization of [adminKey, '', 'Bearer ', 'undefined', 'Bearer undefined'])
      expect((await send(closed, contracts.listGroups, { headers: { authorization } })).status).toBe(401)
    await closed.close()
  })

  test('acts in the name of nobody, and is written down', async () => {
    await sendByKey(api, contracts.createGroup, { body: { id: 'by-key' } })
    const { items } = await call(api, api.operator, listAudit, { query: { action: 'relay-group.made' } })
    expect(items[0]).toMatchObject({
      actorId: null,
      targetKind: 'relay-group',
      address: '127.0.0.1',
      after: { id: 'by-key' },
    })
  })
})

test('the walk of the contract: a group, a token in it, the list, the group deleted, the list again', async () => {
  const named = { params: { group: 'ns-admin' } }
  expect((await sendByKey(api, contracts.createGroup, { body: { id: 'ns-admin' } })).status).toBe(200)
  const made: unknown = await (
    await sendByKey(api, contracts.createToken, { ...named, body: { name: 'token 1' } })
  ).json()
  expect(made).toMatchObject({ success: true, data: { name: 'token 1', key: expect.stringMatching(/^pk-/) } })
  const before: unknown = await (await sendByKey(api, contracts.listTokens)).json()
  expect(before).toMatchObject({ success: true, data: { tokens: [{ name: 'token 1', group: 'ns-admin' }], total: 1 } })
  expect((await sendByKey(api, contracts.deleteGroup, named)).status).toBe(200)
  const after: unknown = await (await sendByKey(api, contracts.listTokens)).json()
  expect(after).toEqual({ success: true, data: { tokens: [], total: 0 } })
})

test.each([
  ['GET', '/api/groups'],
  ['GET', '/api/groups/'],
  ['GET', '/api/tokens'],
  ['GET', '/api/tokens/'],
  ['GET', '/api/channels/'],
  ['GET', '/api/logs/'],
  ['GET', '/api/model_configs/'],
])('%s %s answers with a slash at the end and without', async (method, path) => {
  const response = await fetch(`${api.url}${path}`, { method, headers: { authorization: adminKey } })
  expect(await response.json()).toMatchObject({ success: true })
})

describe('a group', () => {
  test('is made by its name in the address too, without a body', async () => {
    const response = await sendByKey(api, contracts.createNamedGroup, { params: { group: 'from-address' } })
    expect(await response.json()).toMatchObject({ success: true, data: { id: 'from-address', tokens: 0 } })
  })

  test('keeps what it was made with, and changes only what is named', async () => {
    const body = { id: 'limits', models: ['gpt-*'], rpm: 5, quota: { day: 7, month: 9 }, self_service: true }
    const { data } = await call(api, api.operator, contracts.createGroup, { body })
    expect(data).toMatchObject({ ...body, quota: { total: null, day: 7, week: null, month: 9 }, status: 'enabled' })
    const change = { params: { group: 'limits' }, body: { rpm: null, models: null, quota: 12 } }
    const { data: changed } = await call(api, api.operator, contracts.updateGroup, change)
    expect(changed).toEqual({
      ...data,
      rpm: null,
      models: null,
      quota: { total: 12, day: null, week: null, month: null },
    })
    const { items } = await call(api, api.operator, listAudit, { query: { action: 'relay-group.changed' } })
    expect(items[0]).toMatchObject({
      actorId: api.operator.id,
      before: { rpm: 5, models: ['gpt-*'], quota: { day: 7 } },
      after: { rpm: null, models: null, quota: 12 },
    })
  })

  test('cannot be made twice, capital letters or not, nor at the same moment', async () => {
    const group = await makeGroup(api)
    const again = { body: { id: group.toUpperCase() } }
    expect(await refusal(api, api.operator, contracts.createGroup, again)).toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'name-taken' },
    })
    const both = await Promise.all([0, 1].map(() => sendByKey(api, contracts.createGroup, { body: { id: 'twice' } })))
    expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409])
  })

  test.each([{ id: '' }, { id: 'with space' }, { id: 'x'.repeat(65) }, { id: '組' }, { id: 'ok', rpm: 0 }, {}])(
    'is not made of %j',
    async (body) => {
      const response = await sendByKey(api, contracts.createGroup, { body })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ success: false, error: { code: 'VALIDATION_FAILED' } })
    },
  )

  test('that is not there is 404', async () => {
    const params = { group: 'nowhere' }
    for (const contract of [contracts.getGroup, contracts.deleteGroup, contracts.listGroupTokens])
      expect(await refusal(api, api.operator, contract, { params })).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })

  test('is listed by page, in the order asked for, and found by a part of its name', async () => {
    for (const id of ['paged-a', 'paged-b', 'paged-c']) await sendByKey(api, contracts.createGroup, { body: { id } })
    const query = { query: 'PAGED-', order: '-id' as const, per_page: 2 }
    const { data } = await call(api, api.operator, contracts.listGroups, { query })
    expect(data.groups.map(({ id }) => id)).toEqual(['paged-c', 'paged-b'])
    const { data: next } = await call(api, api.operator, contracts.listGroups, { query: { ...query, page: 2 } })
    expect(next).toMatchObject({ groups: [{ id: 'paged-a' }], total: 3 })
    expect((await call(api, api.operator, contracts.listGroups, { query: { query: 'paged_' } })).data.total).toBe(0)
  })

  test('takes tokens, guardrails and budgets with it', async () => {
    const group = await makeGroup(api)
    await makeToken(api, group, { quota: 5 })
    await call(api, api.operator, createGuardrail, {
      body: { name: 'Of a group', kind: 'keyword', matches: ['word'], action: 'refuse', group },
    })
    const balances = await countOf('relay_balances')
    await call(api, api.operator, contracts.deleteGroup, { params: { group }, query: {} })
    expect((await call(api, api.operator, contracts.listTokens, { query: { group } })).data.total).toBe(0)
    expect((await call(api, api.operator, listGuardrails, { query: {} })).data.total).toBe(0)
    expect(await countOf('relay_balances')).toBe(balances - 1)
    const { items } = await call(api, api.operator, listAudit, { query: { action: 'relay-group.deleted' } })
    expect(items[0]).toMatchObject({ before: { id: group, size: 1 } })
  })

  test('stays whole if its deletion fails half way', async () => {
    const group = await makeGroup(api)
    await makeToken(api, group, { quota: 5 })
    await api.sql.query("CREATE TRIGGER keep_groups BEFORE DELETE ON relay_groups FOR EACH ROW SIGNAL SQLSTATE '45000'")
    try {
      expect((await sendByKey(api, contracts.deleteGroup, { params: { group } })).status).toBe(500)
    } finally {
      await api.sql.query('DROP TRIGGER keep_groups')
    }
    const { data } = await call(api, api.operator, contracts.listGroupTokens, { params: { group }, query: {} })
    expect(data.tokens).toMatchObject([{ group, quota: { total: 5 } }])
  })
})

describe('a member who may use the relay', () => {
  test('knows of groups that let members make tokens, and of no other', async () => {
    const [open, closed] = [await makeGroup(api, { self_service: true }), await makeGroup(api)]
    const { data } = await call(api, member, contracts.listGroups, { query: { per_page: 100 } })
    expect(data.groups.map(({ id }) => id)).toContain(open)
    expect(data.groups.every((group) => group.self_service)).toBe(true)
    expect(await refusal(api, member, contracts.getGroup, { params: { group: closed } })).toMatchObject({ status: 404 })
  })

  test('changes none', async () => {
    const group = await makeGroup(api, { self_service: true })
    const params = { group }
    for (const [contract, request] of [
      [contracts.createGroup, { body: { id: 'mine' } }],
      [contracts.updateGroup, { params, body: { rpm: 1 } }],
      [contracts.deleteGroup, { params }],
    ] as const) {
      expect(await refusal(api, member, contract, request)).toMatchObject({ code: 'PERMISSION_DENIED' })
    }
  })
})

test('who may not use the relay sees nothing of it', async () => {
  const somebody = await createUser(api)
  for (const contract of [contracts.listGroups, contracts.listTokens, contracts.getRelayStatus])
    expect(await refusal(api, somebody, contract)).toMatchObject({ status: 403 })
})
