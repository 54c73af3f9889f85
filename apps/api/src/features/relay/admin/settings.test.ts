import { listAudit } from '@parley/protocol/audit'
import { createGroup } from '@parley/protocol/relay'
import * as contracts from '@parley/protocol/relay-settings'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, refusal, type TestApi, type TestUser } from '../../../../test/harness.ts'
import { createRelayMember, makeGroup, sendByKey, startRelayApi } from '../../../../test/relay.ts'

let api: TestApi
let member: TestUser
beforeAll(async () => {
  api = await startRelayApi()
  member = await createRelayMember(api)
})
afterAll(() => api.close())

test('settings are the usual ones until somebody changes what they name', async () => {
  const { data } = await call(api, api.operator, contracts.getRelaySettings, { query: {} })
  expect(data).toMatchObject({
    output_tokens_default: 4_096,
    prompt_log_days: 0,
    alert_webhook_url: null,
    has_alert_webhook_secret: false,
    alert_emails: [],
    quota: { total: null },
    used: { total: 0 },
  })
  const secret = 'signs-what-is-sent'
  const body = {
    prompt_log_days: 7,
    alert_emails: ['lin@example.com'],
    quota: { month: 5 },
    alert_webhook_secret: secret,
  }
  const { data: changed } = await call(api, api.operator, contracts.updateRelaySettings, { body })
  expect(changed).toEqual({
    ...data,
    prompt_log_days: 7,
    alert_emails: ['lin@example.com'],
    has_alert_webhook_secret: true,
    quota: { total: null, day: null, week: null, month: 5 },
  })
  expect((await call(api, api.operator, contracts.getRelaySettings, { query: {} })).data).toEqual(changed)
  const [rows] = await api.sql.query<RowDataPacket[]>('SELECT * FROM relay_settings')
  const audit = await call(api, api.operator, listAudit, { query: { action: 'relay-settings' } })
  expect(audit.items[0]).toMatchObject({ before: { prompt_log_days: 0 }, after: { prompt_log_days: 7 } })
  for (const text of [JSON.stringify(rows), JSON.stringify(audit)]) expect(text).not.toContain(secret)
})

test.each([
  {},
  { output_tokens_default: 0 },
  { prompt_log_days: 366 },
  { alert_webhook_url: 'ftp://example.com' },
  { alert_webhook_secret: 'short' },
  { alert_emails: ['nobody'] },
  { quota: { year: 1 } },
])('settings do not take %j', async (body) => {
  expect((await sendByKey(api, contracts.updateRelaySettings, { body })).status).toBe(400)
})

const rule = { name: 'Cards', kind: 'pattern' as const, matches: ['\\d{16}'], action: 'redact' as const }

describe('a guardrail', () => {
  test('is made, changed, listed and deleted, and each is written down', async () => {
    const group = await makeGroup(api)
    const { data } = await call(api, api.operator, contracts.createGuardrail, { body: { ...rule, group } })
    expect(data).toMatchObject({ ...rule, group, direction: 'both', status: 'enabled' })
    const params = { id: data.id }
    const change = { group: null, kind: 'keyword' as const, matches: ['机密', 'secret'] }
    const { data: changed } = await call(api, api.operator, contracts.updateGuardrail, { params, body: change })
    expect(changed).toEqual({ ...data, ...change })
    const { data: list } = await call(api, api.operator, contracts.listGuardrails, { query: { query: 'card' } })
    expect(list).toEqual({ guardrails: [changed], total: 1 })
    await call(api, api.operator, contracts.deleteGuardrail, { params, query: {} })
    expect(await refusal(api, api.operator, contracts.deleteGuardrail, { params })).toMatchObject({ status: 404 })
    const { items } = await call(api, api.operator, listAudit, { query: { action: 'relay-guardrail' } })
    expect(items.map(({ action }) => action)).toEqual([
      'relay-guardrail.deleted',
      'relay-guardrail.changed',
      'relay-guardrail.made',
    ])
  })

  test('has a name of its own, and a group that is there', async () => {
    await call(api, api.operator, contracts.createGuardrail, { body: { ...rule, name: 'Twice' } })
    const twice = { body: { ...rule, name: 'TWICE' } }
    expect(await refusal(api, api.operator, contracts.createGuardrail, twice)).toMatchObject({ status: 409 })
    const nowhere = { body: { ...rule, name: 'Nowhere', group: 'nowhere' } }
    expect(await refusal(api, api.operator, contracts.createGuardrail, nowhere)).toMatchObject({ status: 404 })
  })

  test.each(['(', '(a)\\1', '(?=a)', '.*'])('is not the expression %s', async (pattern) => {
    const body = { ...rule, name: 'Wrong', matches: [pattern] }
    expect(await refusal(api, api.operator, contracts.createGuardrail, { body })).toMatchObject({
      details: { reason: 'pattern-refused', fields: [{ field: 'body.matches.0' }] },
    })
  })

  test('of words does not become one of expressions that do not compile', async () => {
    const body = { ...rule, name: 'Words', kind: 'keyword' as const, matches: ['('] }
    const { data } = await call(api, api.operator, contracts.createGuardrail, { body })
    const change = { params: { id: data.id }, body: { kind: 'pattern' } }
    expect(await refusal(api, api.operator, contracts.updateGuardrail, change)).toMatchObject({ status: 400 })
  })
})

test('members have nothing to do with either', async () => {
  for (const [contract, request] of [
    [contracts.getRelaySettings, {}],
    [contracts.updateRelaySettings, { body: { prompt_log_days: 1 } }],
    [contracts.listGuardrails, {}],
    [contracts.createGuardrail, { body: rule }],
    [contracts.updateGuardrail, { params: { id: '1' }, body: { name: 'x' } }],
    [contracts.deleteGuardrail, { params: { id: '1' } }],
    [createGroup, { body: { id: 'x' } }],
  ] as const) {
    expect(await refusal(api, member, contract, request)).toMatchObject({ code: 'PERMISSION_DENIED' })
    expect(await refusal(api, null, contract, request)).toMatchObject({ status: 401 })
  }
})
