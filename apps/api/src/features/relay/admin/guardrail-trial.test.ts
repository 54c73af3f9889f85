import { listGuardrails, tryGuardrail } from '@parley/protocol/relay-settings'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, refusal, type TestApi, type TestUser } from '../../../../test/harness.ts'
import { createRelayMember, startRelayApi } from '../../../../test/relay.ts'

let api: TestApi
let member: TestUser
beforeAll(async () => {
  api = await startRelayApi()
  member = await createRelayMember(api)
})
afterAll(() => api.close())

const rule = { kind: 'keyword' as const, matches: ['secret', '密码'], action: 'redact' as const }

test('a guardrail shows what it would make of a text, and is not kept', async () => {
  const body = { ...rule, text: 'My Secret 密码 is none' }
  const { data } = await call(api, api.operator, tryGuardrail, { body })
  expect(data).toEqual({ refused: false, text: 'My [redacted] [redacted] is none', hits: 2 })
  expect((await call(api, api.operator, listGuardrails, { query: {} })).data.total).toBe(0)
})

test('one that refuses says so, and tells nothing of the text', async () => {
  const body = { ...rule, action: 'refuse' as const, text: 'a secret' }
  const { data } = await call(api, api.operator, tryGuardrail, { body })
  expect(data).toEqual({ refused: true, text: '', hits: 0 })
})

test('an expression that cannot be used is refused', async () => {
  const body = { ...rule, kind: 'pattern' as const, matches: ['(?=a)'], text: 'a' }
  const refused = await refusal(api, api.operator, tryGuardrail, { body })
  expect(refused).toMatchObject({ code: 'VALIDATION_FAILED', details: { reason: 'pattern-refused' } })
})

test('members do not try guardrails', async () => {
  const refused = await refusal(api, member, tryGuardrail, { body: { ...rule, text: 'a' } })
  expect(refused).toMatchObject({ code: 'PERMISSION_DENIED' })
})
