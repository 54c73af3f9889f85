import { listAudit } from '@parley/protocol/audit'
import * as contracts from '@parley/protocol/relay'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, refusal, type TestApi, type TestUser } from '../../../../test/harness.ts'
import { createRelayMember, makeGroup, makeToken, sendByKey, startRelayApi } from '../../../../test/relay.ts'

let api: TestApi
let member: TestUser
beforeAll(async () => {
  api = await startRelayApi()
  member = await createRelayMember(api)
})
afterAll(() => api.close())

const place = ({ group, id }: contracts.RelayToken) => ({ group, id })

describe('the key of a token', () => {
  test('is in the answer that makes it, and nowhere else: not in the database, a list or the audit log', async () => {
    const group = await makeGroup(api)
    const token = await makeToken(api, group)
    const key = token.key ?? ''
    expect(key).toMatch(/^pk-[\w-]{43}$/)
    expect(key.startsWith(token.key_shown)).toBe(true)
    const [rows] = await api.sql.query<RowDataPacket[]>('SELECT * FROM relay_tokens WHERE id = ?', [token.id])
    const params = place(token)
    const seen = [
      JSON.stringify(rows),
      JSON.stringify(await call(api, api.operator, contracts.listTokens, { query: {} })),
      JSON.stringify(await call(api, api.operator, contracts.getToken, { params, query: {} })),
      JSON.stringify(await call(api, api.operator, contracts.updateToken, { params, body: { rpm: 3 } })),
      JSON.stringify(await call(api, api.operator, listAudit, { query: { action: 'relay-token' } })),
    ]
    for (const text of seen) {
      expect(text).not.toContain(key)
      expect(text).not.toContain(key.slice(3))
    }
  })

  test('is new after a rotation, and the old one opens until the overlap ends', async () => {
    const token = await makeToken(api, await makeGroup(api))
    const params = place(token)
    const [[before]] = await api.sql.query<RowDataPacket[]>('SELECT key_hash FROM relay_tokens WHERE id = ?', [
      token.id,
    ])
    const started = Date.now()
    const body = { overlap_seconds: 60 }
    const { data } = await call(api, api.operator, contracts.rotateToken, { params, body })
    expect(data.key).toMatch(/^pk-/)
    expect(data.key).not.toBe(token.key)
    expect(data.previous_key_until).toBeGreaterThanOrEqual(started + 60_000)
    const [[after]] = await api.sql.query<RowDataPacket[]>('SELECT * FROM relay_tokens WHERE id = ?', [token.id])
    expect(after?.previous_key_hash).toBe(before?.key_hash)
    const { data: again } = await call(api, api.operator, contracts.rotateToken, { params, body: null })
    expect(again.previous_key_until).toBeNull()
  })
})

describe('the name of a token', () => {
  test('is unique in its group, capital letters or not, and free in another', async () => {
    const [one, other] = [await makeGroup(api), await makeGroup(api)]
    await makeToken(api, one, { name: 'Build' })
    const again = { params: { group: one }, body: { name: ' bUILD ' } }
    expect(await refusal(api, api.operator, contracts.createToken, again)).toMatchObject({
      status: 409,
      details: { reason: 'name-taken' },
    })
    await makeToken(api, other, { name: 'build' })
  })

  test('is given to one of two who ask at once', async () => {
    const group = await makeGroup(api)
    const request = { params: { group }, body: { name: 'token 1' } }
    const answers = await Promise.all(Array.from({ length: 6 }, () => sendByKey(api, contracts.createToken, request)))
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      200, 409, 409, 409, 409, 409,
    ])
  })

  test('that is taken answers what there is, without its key, if that is asked for', async () => {
    const group = await makeGroup(api)
    const token = await makeToken(api, group, { name: 'token 1' })
    const request = { params: { group }, query: { ignore_exist: true }, body: { name: 'TOKEN 1', rpm: 9 } }
    const { data } = await call(api, api.operator, contracts.createToken, request)
    expect(data).toMatchObject({ id: token.id, rpm: null })
    expect(data.key).toBeUndefined()
  })

  test.each(['茶館 令牌', 'naïve café', '👩‍👩‍👧‍👦', "o'clock; --"])('may be %s', async (name) => {
    expect(await makeToken(api, await makeGroup(api), { name })).toMatchObject({ name })
  })

  test.each(['', '   ', 'x'.repeat(33), 5, null])('is not %j', async (name) => {
    const group = await makeGroup(api)
    expect((await sendByKey(api, contracts.createToken, { params: { group }, body: { name } })).status).toBe(400)
  })
})

test('a group that is missing is made with the token if that is asked for, by many at once too', async () => {
  const body = (name: string) => ({ params: { group: 'ns-new' }, query: { auto_create_group: true }, body: { name } })
  expect((await sendByKey(api, contracts.createToken, { ...body('a'), query: {} })).status).toBe(404)
  const answers = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) => sendByKey(api, contracts.createToken, body(name))),
  )
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  const { data } = await call(api, api.operator, contracts.getGroup, { params: { group: 'ns-new' }, query: {} })
  expect(data.tokens).toBe(4)
})

test('a token keeps what it was made with, and changes only what is named', async () => {
  const group = await makeGroup(api)
  const wanted = {
    name: 'all of it',
    models: ['gpt-*', 'claude-sonnet'],
    subnets: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'],
    quota: { total: 10, day: 1 },
    expired_at: 1_900_000_000_000,
    rpm: 1,
    tpm: 2,
    concurrency: 3,
    options: { cache_ttl_seconds: 60 },
  }
  const request = { params: { group }, query: {}, body: wanted }
  const { data: token } = await call(api, api.operator, contracts.createToken, request)
  const { key: _key, ...shown } = token
  expect(token).toMatchObject({ ...wanted, quota: { total: 10, day: 1, week: null, month: null } })
  expect(token.owner).toMatchObject({ id: api.operator.id })
  const params = place(token)
  const change = { status: 'disabled' as const, subnets: null, expired_at: null }
  const { data } = await call(api, api.operator, contracts.updateToken, { params, body: change })
  expect(data).toEqual({ ...shown, ...change })
  const { items } = await call(api, api.operator, listAudit, { query: { action: 'relay-token.changed' } })
  expect(items[0]).toMatchObject({ targetId: token.id, before: { status: 'enabled' }, after: change })
})

test.each([
  { subnets: ['10.0.0.0/33'] },
  { subnets: ['ten'] },
  { subnets: ['10.0.0.0/8/8'] },
  { subnets: ['::1/129'] },
  { quota: -1 },
  { quota: 1.5 },
  { rpm: 0 },
  { expired_at: 'tomorrow' },
  { options: { other: 1 } },
  { owner: '1' },
])('no token is made with %j', async (wanted) => {
  const group = await makeGroup(api)
  const response = await sendByKey(api, contracts.createToken, { params: { group }, body: { name: 'x', ...wanted } })
  expect(response.status).toBe(400)
})

test('a token is deleted with its budget', async () => {
  const token = await makeToken(api, await makeGroup(api), { quota: 5 })
  const params = place(token)
  await call(api, api.operator, contracts.deleteToken, { params, query: {} })
  expect(await refusal(api, api.operator, contracts.getToken, { params })).toMatchObject({ status: 404 })
  const [rows] = await api.sql.query<RowDataPacket[]>('SELECT 1 FROM relay_balances WHERE owner = ?', [`t${token.id}`])
  expect(rows).toEqual([])
  expect(await refusal(api, api.operator, contracts.deleteToken, { params })).toMatchObject({ status: 404 })
})

test('a token is found in its own group only', async () => {
  const token = await makeToken(api, await makeGroup(api))
  const params = { group: await makeGroup(api), id: token.id }
  expect(await refusal(api, api.operator, contracts.getToken, { params })).toMatchObject({ status: 404 })
})

describe('a member who may use the relay', () => {
  test('makes, changes, rotates and deletes tokens of their own', async () => {
    const group = await makeGroup(api, { self_service: true })
    const token = await makeToken(api, group, { name: 'mine', by: member })
    expect(token.owner).toMatchObject({ id: member.id })
    const params = place(token)
    expect((await call(api, member, contracts.updateToken, { params, body: { rpm: 4 } })).data.rpm).toBe(4)
    expect((await call(api, member, contracts.rotateToken, { params, body: null })).data.key).toMatch(/^pk-/)
    expect((await call(api, member, contracts.listTokens, { query: {} })).data.tokens).toMatchObject([{ id: token.id }])
    await call(api, member, contracts.deleteToken, { params, query: {} })
    expect((await call(api, member, contracts.listTokens, { query: {} })).data.total).toBe(0)
  })

  test('neither sees nor touches the tokens of others', async () => {
    const group = await makeGroup(api, { self_service: true })
    const token = await makeToken(api, group, { name: 'theirs', by: await createRelayMember(api) })
    const params = place(token)
    for (const [contract, request] of [
      [contracts.getToken, { params }],
      [contracts.updateToken, { params, body: { status: 'disabled' } }],
      [contracts.rotateToken, { params }],
      [contracts.deleteToken, { params }],
    ] as const) {
      expect(await refusal(api, member, contract, request)).toMatchObject({ status: 404 })
    }
    const { data } = await call(api, member, contracts.listGroupTokens, { params: { group }, query: {} })
    expect(data).toEqual({ tokens: [], total: 0 })
    const taken = { params: { group }, query: { ignore_exist: true }, body: { name: 'theirs' } }
    expect(await refusal(api, member, contracts.createToken, taken)).toMatchObject({ status: 409 })
    expect((await call(api, api.operator, contracts.getToken, { params, query: {} })).data.status).toBe('enabled')
  })

  test('makes none in a group that does not let them, nor such a group', async () => {
    const group = await makeGroup(api)
    const request = { query: { auto_create_group: true }, body: { name: 'mine' } }
    for (const each of [group, 'ns-of-a-member'])
      expect(await refusal(api, member, contracts.createToken, { ...request, params: { group: each } })).toMatchObject({
        status: 404,
      })
  })
})
