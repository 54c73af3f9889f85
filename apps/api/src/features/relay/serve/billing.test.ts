import { createGroup } from '@parley/protocol/relay'
import { updateRelaySettings } from '@parley/protocol/relay-settings'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { call } from '../../../../test/harness.ts'
import { ask, logOf, makeDoor, saying, setPrice } from '../../../../test/relay-calls.ts'
import { expectBalanced, startRelay, type TestRelay } from '../../../../test/relay-wire.ts'

let relay: TestRelay

const chatPath = '/v1/chat/completions'
/** Costs 100 a call, whatever is said. */
const model = 'per-call'
const costMicros = 100
const question = { model, messages: saying('hello'), max_tokens: 5 }

beforeAll(async () => {
  relay = await startRelay()
  await relay.channel({ models: [model, 'cheap-then-dear', 'status-*', 'no-price'] })
  await setPrice(relay.api, model, { per_request: costMicros })
  await setPrice(relay.api, 'cheap-then-dear')
})
afterEach(async () => {
  await expectBalanced(relay.api)
})
afterAll(() => relay.close())

const askAll = async (keys: string[], body: object = question) => {
  const answers = await Promise.all(keys.map((key) => ask(relay.api, key, chatPath, body)))
  await Promise.all(answers.map((answer) => answer.text()))
  return answers
}

const statusesOf = (answers: Response[]) => {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

const usedBy = async (owner: string): Promise<number> => {
  const [[record]] = await relay.api.sql.query<RowDataPacket[]>(
    'SELECT used_micros FROM relay_balances WHERE owner = ?',
    [owner],
  )
  return Number(record?.used_micros ?? 0)
}

const arrived = async () => (await relay.seen()).requests[model] ?? 0

describe('of 100 calls at once on a budget for 10, 10 are made and none beyond reaches the upstream, where it is of', () => {
  test.each([
    ['the token', { token: { quota: 10 * costMicros } }],
    ['the day of the token', { token: { quota: { day: 10 * costMicros } } }],
    ['the group', { group: { quota: 10 * costMicros } }],
    ['the month of the group', { group: { quota: { month: 10 * costMicros } } }],
  ])('%s', async (_, wanted) => {
    const { key, tokenId } = await makeDoor(relay.api, wanted)
    const before = await arrived()
    const answers = await askAll(Array.from({ length: 100 }, () => key))
    expect(statusesOf(answers)[200]).toBe(10)
    expect(answers.filter(({ status }) => ![200, 403, 429].includes(status))).toEqual([])
    expect((await arrived()) - before).toBe(10)
    await expectBalanced(relay.api)
    expect(await usedBy(`t${tokenId}`)).toBe(10 * costMicros)
  })

  test('the workspace, whichever tokens ask', async () => {
    const doors = await Promise.all(Array.from({ length: 5 }, () => makeDoor(relay.api)))
    await expectBalanced(relay.api)
    const quota = (await usedBy('w1')) + 10 * costMicros
    await call(relay.api, relay.api.operator, updateRelaySettings, { body: { quota } })
    const before = await arrived()
    const keys = doors.flatMap(({ key }) => Array.from({ length: 20 }, () => key))
    expect(statusesOf(await askAll(keys))).toEqual({ 200: 10, 403: 90 })
    expect((await arrived()) - before).toBe(10)
    await call(relay.api, relay.api.operator, updateRelaySettings, { body: { quota: null } })
  })
})

test('what a budget has seen to be ample is not spent twice', async () => {
  const { key, tokenId } = await makeDoor(relay.api, { token: { quota: 30 * costMicros } })
  for (let round = 0; round < 4; round += 1) await askAll(Array.from({ length: 20 }, () => key))
  await expectBalanced(relay.api)
  expect(await usedBy(`t${tokenId}`)).toBe(30 * costMicros)
})

test('what a call uses beyond what was set aside is owed, and the next call is refused', async () => {
  const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ')
  const { key, tokenId } = await makeDoor(relay.api, { token: { quota: 400 } })
  // It answers with the whole text again, whatever the limit says: the limit is set aside.
  const dear = { model: 'cheap-then-dear', messages: saying(words), max_tokens: 1 }
  const [first] = await askAll([key], { ...dear, n: 1, max_tokens: 200 })
  expect(first?.status).toBe(200)
  const row = await logOf(relay.api, first?.headers.get('x-request-id') ?? null)
  expect(row.cost_micros).toBe(row.input_tokens + row.output_tokens)
  await relay.api.sql.query('UPDATE relay_balances SET quota_micros = ? WHERE owner = ?', [
    row.cost_micros - 1,
    `t${tokenId}`,
  ])
  const [second] = await askAll([key], dear)
  expect(second?.status).toBe(403)
})

test('a call that fails costs nothing, and its money is free again', async () => {
  const { key, tokenId } = await makeDoor(relay.api, { token: { quota: 3 * costMicros } })
  await setPrice(relay.api, 'status-422', { per_request: costMicros })
  expect(statusesOf(await askAll([key, key, key], { ...question, model: 'status-422' }))).toEqual({ 422: 3 })
  await expectBalanced(relay.api)
  expect(await usedBy(`t${tokenId}`)).toBe(0)
  expect(statusesOf(await askAll([key, key, key]))).toEqual({ 200: 3 })
})

test('a model without a price costs nothing, and is logged', async () => {
  const { key } = await makeDoor(relay.api, { token: { quota: 1 } })
  const [answer] = await askAll([key], { ...question, model: 'no-price' })
  expect(answer?.status).toBe(200)
  const row = await logOf(relay.api, answer?.headers.get('x-request-id') ?? null)
  expect(row).toMatchObject({ cost_micros: 0 })
  expect(row.output_tokens).toBeGreaterThan(0)
})

test('token, group and workspace are billed the same', async () => {
  await call(relay.api, relay.api.operator, createGroup, { body: { id: 'unused' } })
  const { key, tokenId, group } = await makeDoor(relay.api)
  const before = await usedBy('w1')
  await askAll([key, key, key])
  await expectBalanced(relay.api)
  const [[record]] = await relay.api.sql.query<RowDataPacket[]>('SELECT id FROM relay_groups WHERE name = ?', [group])
  expect(await usedBy(`t${tokenId}`)).toBe(3 * costMicros)
  expect(await usedBy(`g${record?.id}`)).toBe(3 * costMicros)
  expect((await usedBy('w1')) - before).toBe(3 * costMicros)
})
