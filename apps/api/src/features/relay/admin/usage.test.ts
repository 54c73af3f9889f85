import { randomUUID } from 'node:crypto'
import { listAudit } from '@parley/protocol/audit'
import { getToken, type RelayToken } from '@parley/protocol/relay'
import * as contracts from '@parley/protocol/relay-usage'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reservationOf, settlementOf } from '../../../../test/accounting.ts'
import { call, refusal, send, type TestApi, type TestUser } from '../../../../test/harness.ts'
import { createRelayMember, makeGroup, makeToken, sendByKey, startRelayApi } from '../../../../test/relay.ts'
import { openDatabase, type DatabasePools } from '../../../platform/database.ts'
import { createEventBus } from '../../../platform/events.ts'
import { createAccounting, type Accounting } from '../accounting/index.ts'
import type { Settlement } from '../accounting/settlement.ts'
import type { RelayEvents } from '../events.ts'

let api: TestApi
let member: TestUser
let database: DatabasePools
let accounting: Accounting
let group: string
let token: RelayToken
let own: RelayToken
let requestIds: string[]

const failOnError = (error: unknown): never => {
  throw error
}

async function groupIdOf(name: string): Promise<string> {
  const [[row]] = await api.sql.query<RowDataPacket[]>('SELECT id FROM relay_groups WHERE name = ?', [name])
  return String(row?.id)
}

/** Bills a call of a token as the relay does. */
async function bill(of: RelayToken, given: Partial<Settlement> = {}): Promise<string> {
  const requestId = randomUUID()
  const reservation = reservationOf(
    { workspaceId: '1', groupId: await groupIdOf(of.group), tokenId: of.id },
    { requestId, groupName: of.group, tokenName: of.name },
  )
  await accounting.ledger.settle(settlementOf(reservation, given))
  return requestId
}

beforeAll(async () => {
  api = await startRelayApi()
  database = openDatabase(api.databaseUrl)
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  accounting = createAccounting({ database, events: createEventBus<RelayEvents>(failOnError), log })
  member = await createRelayMember(api)
  group = await makeGroup(api)
  token = await makeToken(api, group, { name: '=SUM(A1)' })
  own = await makeToken(api, await makeGroup(api, { self_service: true }), { name: '我的', by: member })
  const attempt = {
    channelId: '9',
    channelName: 'broken',
    status: 503,
    errorCode: 'upstream_status',
    upstreamRequestId: 'up-1',
    durationMs: 5,
  }
  requestIds = [
    await bill(token, { costMicros: 100, inputTokens: 10, outputTokens: 20, firstTokenMs: 10 }),
    await bill(token, { costMicros: 50, model: 'large', firstTokenMs: 30, attempts: [attempt] }),
    await bill(token, {
      costMicros: 0,
      status: 503,
      errorCode: 'no_channel',
      errorMessage: 'No channel is left.',
      channelId: null,
      channelName: null,
      firstTokenMs: null,
    }),
    await bill(own, { costMicros: 7 }),
  ]
})
afterAll(async () => {
  await accounting.close()
  await database.close()
  await api.close()
})

const listed = async (query: Record<string, unknown>, by: TestUser = api.operator) =>
  (await call(api, by, contracts.listLogs, { query })).data

describe('the log', () => {
  test('has the latest call first, and as many as there are', async () => {
    const { logs, total } = await listed({})
    expect(logs.map((log) => log.request_id)).toEqual(requestIds.toReversed())
    expect(total).toBe(4)
    const { logs: paged, total: all } = await listed({ page: 2, per_page: 3, order: 'created_at' })
    expect(paged.map((log) => log.request_id)).toEqual([requestIds[3]])
    expect(all).toBe(4)
  })

  test.each<[Record<string, unknown>, number[]]>([
    [{ model: 'large' }, [1]],
    [{ outcome: 'error' }, [2]],
    [{ outcome: 'success', model: 'small' }, [3, 0]],
    [{ status: 503 }, [2]],
    [{ channel_id: '7', model: 'large' }, [1]],
    [{ endpoint: 'nothing' }, []],
    [{ to: 1 }, []],
    [{ from: 1 }, [3, 2, 1, 0]],
    [{ group: 'nowhere' }, []],
  ])('is narrowed down by %j', async (query, expected) => {
    expect((await listed(query)).logs.map((log) => requestIds.indexOf(log.request_id))).toEqual(expected)
  })

  test('is narrowed down by group, token and request', async () => {
    expect((await listed({ group })).total).toBe(3)
    expect((await listed({ token_id: own.id })).total).toBe(1)
    expect((await listed({ request_id: requestIds[1] })).logs).toMatchObject([{ model: 'large' }])
    const { data } = await call(api, api.operator, contracts.listGroupLogs, { params: { group }, query: {} })
    expect(data.total).toBe(3)
  })

  test('tells of one call the attempts that failed, and what was said while that is kept', async () => {
    const [log] = (await listed({ request_id: requestIds[1] })).logs
    const params = { id: log?.id ?? '' }
    await api.sql.query('INSERT INTO relay_prompt_logs VALUES (?, 1, ?, ?, ?)', [
      requestIds[1],
      JSON.stringify('{"asked":true}'),
      JSON.stringify('answered'),
      new Date(Date.now() + 60_000),
    ])
    const { data } = await call(api, api.operator, contracts.getLog, { params, query: {} })
    expect(data).toMatchObject({
      ...log,
      attempts: [{ number: 1, channel_name: 'broken', status: 503, upstream_request_id: 'up-1' }],
      prompt: { request: '{"asked":true}', answer: 'answered' },
    })
    await api.sql.query('UPDATE relay_prompt_logs SET expires_at = ?', [new Date(0)])
    expect((await call(api, api.operator, contracts.getLog, { params, query: {} })).data.prompt).toBeNull()
  })

  test('adds up to what the balances say', async () => {
    const { logs } = await listed({ token_id: token.id })
    const params = { group, id: token.id }
    const { data } = await call(api, api.operator, getToken, { params, query: {} })
    expect(data.used.total).toBe(logs.reduce((sum, log) => sum + log.cost, 0))
    expect(data.used).toMatchObject({ total: 150, day: 150, week: 150, month: 150, reserved: 0 })
  })

  test('shows members the calls of their own tokens', async () => {
    expect((await listed({}, member)).logs).toMatchObject([{ token_id: own.id }])
    expect((await listed({ token_id: token.id }, member)).total).toBe(0)
    const [log] = (await listed({ request_id: requestIds[0] })).logs
    const others = { params: { id: log?.id } }
    expect(await refusal(api, member, contracts.getLog, others)).toMatchObject({ status: 404 })
    expect(await refusal(api, member, contracts.listGroupLogs, { params: { group } })).toMatchObject({ status: 404 })
  })
})

describe('the log as a file', () => {
  test('has a line for each call, in which no spreadsheet finds a formula', async () => {
    const response = await send(api, contracts.exportLogs, { query: { group } }, api.operator)
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('content-disposition')).toContain('attachment')
    const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer()).split('\r\n')
    expect(lines[0]).toMatch(/^\uFEFFid,created_at,request_id,/)
    expect(lines.slice(1, -1).map((line) => line.split(',')[2])).toEqual(
      requestIds.slice(0, 3).map((requestId) => `"${requestId}"`),
    )
    expect(lines[1]).toContain(`"'=SUM(A1)"`)
    const { items } = await call(api, api.operator, listAudit, { query: { action: 'relay-log.exported' } })
    expect(items[0]).toMatchObject({ after: { group } })
  })

  test('holds for members their own calls, names of any script included', async () => {
    const text = await (await send(api, contracts.exportLogs, {}, member)).text()
    expect(text.trimEnd().split('\r\n')).toHaveLength(2)
    expect(text).toContain('"我的"')
  })
})

describe('the dashboard', () => {
  const dashboard = async (query: Record<string, unknown> = {}, by: TestUser = api.operator) =>
    (await call(api, by, contracts.getDashboard, { query })).data

  test('adds up to the log', async () => {
    const { totals, series, by_model, by_token, by_channel, by_group } = await dashboard()
    expect(totals).toMatchObject({ requests: 4, errors: 1, cost: 157 })
    expect(series).toHaveLength(24)
    for (const parts of [series, by_model, by_token, by_channel, by_group]) {
      expect(parts.reduce((sum, part) => sum + part.cost, 0)).toBe(157)
      expect(parts.reduce((sum, part) => sum + part.requests, 0)).toBe(4)
    }
    expect(by_token).toMatchObject([
      { id: token.id, name: '=SUM(A1)', cost: 150, first_token_ms: 20 },
      { id: own.id, name: '我的' },
    ])
    expect(by_model.map(({ name }) => name)).toEqual(['small', 'large'])
    expect(by_group.map(({ name }) => name)).toEqual([group, own.group])
    expect(by_channel.map(({ id }) => id)).toEqual(['7', null])
  })

  test('has every hour or day of the window, those without calls included', async () => {
    const to = Date.UTC(2026, 0, 8)
    const { series, from, totals } = await dashboard({ step: 'day', from: Date.UTC(2026, 0, 1), to })
    expect(series.map(({ at }) => at)).toEqual(Array.from({ length: 7 }, (_, day) => from + day * 86_400_000))
    expect(totals).toMatchObject({ requests: 0, first_token_ms: null })
    const days = await dashboard({ step: 'day' })
    expect(days.series).toHaveLength(30)
    expect(days.series.at(-1)).toMatchObject({ requests: 4, cost: 157 })
  })

  test('of a group has what the group used', async () => {
    const params = { group }
    const { data } = await call(api, api.operator, contracts.getGroupDashboard, { params, query: {} })
    expect(data).toMatchObject({ totals: { requests: 3, cost: 150 }, by_group: [{ name: group }] })
  })

  test('shows members what their own tokens used', async () => {
    expect(await dashboard({}, member)).toMatchObject({ totals: { requests: 1, cost: 7 }, by_token: [{ id: own.id }] })
    const others = { params: { group } }
    expect(await refusal(api, member, contracts.getGroupDashboard, others)).toMatchObject({ status: 404 })
  })

  test.each([{ from: 7_200_000, to: 3_600_000 }, { from: 0 }, { step: 'minute' }, { to: -1 }])(
    'has no window of %j',
    async (query) => {
      expect((await sendByKey(api, contracts.getDashboard, { query })).status).toBe(400)
    },
  )
})

test('who is not signed in reads nothing', async () => {
  for (const contract of [contracts.listLogs, contracts.exportLogs, contracts.getDashboard])
    expect(await refusal(api, null, contract)).toMatchObject({ status: 401 })
})
