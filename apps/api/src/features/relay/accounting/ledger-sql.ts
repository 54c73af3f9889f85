import { format } from 'mysql2'
import type { RowDataPacket } from 'mysql2/promise'
import { relayLogs } from '../tables.ts'
import type { BalanceRow } from './balances.ts'
import type { Plan } from './plan.ts'
import type { LogRow } from './settlement.ts'

export interface BalanceRecord extends RowDataPacket {
  owner: string
  quota_micros: number | string | null
  quota_day_micros: number | string | null
  quota_week_micros: number | string | null
  quota_month_micros: number | string | null
  used_micros: number | string
  reserved_micros: number | string
  day: number
  used_day_micros: number | string
  week: number
  used_week_micros: number | string
  month: number
  used_month_micros: number | string
}

const limit = (value: number | string | null) => (value === null ? null : Number(value))

export const balanceOf = (record: BalanceRecord): BalanceRow => ({
  owner: record.owner,
  quotaMicros: limit(record.quota_micros),
  quotaDayMicros: limit(record.quota_day_micros),
  quotaWeekMicros: limit(record.quota_week_micros),
  quotaMonthMicros: limit(record.quota_month_micros),
  usedMicros: Number(record.used_micros),
  reservedMicros: Number(record.reserved_micros),
  day: record.day,
  usedDayMicros: Number(record.used_day_micros),
  week: record.week,
  usedWeekMicros: Number(record.used_week_micros),
  month: record.month,
  usedMonthMicros: Number(record.used_month_micros),
})

/** Locks in order of owner, so that batches of several nodes wait for one another and never in a circle. */
export const lockSql = (owners: string[]): string =>
  format('SELECT * FROM relay_balances WHERE owner IN (?) ORDER BY owner FOR UPDATE', [owners])

export const makeSql = (owners: string[]): string =>
  format('INSERT IGNORE INTO relay_balances (owner) VALUES ?', [owners.map((owner) => [owner])])

export const settledSql = (requestIds: string[]): string =>
  format('SELECT request_id FROM relay_logs WHERE request_id IN (?)', [requestIds])

export const openSql = (requestIds: string[]): string =>
  format('SELECT request_id FROM relay_reservations WHERE request_id IN (?)', [requestIds])

type Value = string | number | boolean | Date | null

/** An INSERT of rows, or nothing for none. */
const insert = (into: string, rows: Value[][], onDuplicate = ''): string[] =>
  rows.length === 0 ? [] : [format(`INSERT INTO ${into} VALUES ?${onDuplicate}`, [rows], false, 'Z')]

const reservationsSql = ({ reservations }: Plan, now: Date): string[] =>
  insert(
    'relay_reservations (request_id, node, workspace_id, group_id, token_id, group_name, token_name, model, endpoint, input_tokens, amount_micros, input_micros, created_at)',
    reservations.map((call) => [
      call.requestId,
      call.node,
      call.workspaceId,
      call.groupId,
      call.tokenId,
      call.groupName,
      call.tokenName,
      call.model,
      call.endpoint,
      call.inputTokens,
      call.amountMicros,
      call.inputMicros,
      now,
    ]),
  )

const logKeys = [
  'requestId',
  'workspaceId',
  'groupId',
  'tokenId',
  'groupName',
  'tokenName',
  'channelId',
  'channelName',
  'endpoint',
  'model',
  'upstreamModel',
  'isStream',
  'status',
  'errorCode',
  'errorMessage',
  'upstreamRequestId',
  'isCached',
  'address',
  'inputTokens',
  'cachedTokens',
  'cacheCreationTokens',
  'audioInputTokens',
  'imageInputTokens',
  'outputTokens',
  'thinkingTokens',
  'audioOutputTokens',
  'imageOutputTokens',
  'images',
  'searches',
  'serviceTier',
  'costMicros',
  'priceId',
  'firstTokenMs',
  'durationMs',
  'createdAt',
] as const satisfies (keyof LogRow)[]

const logInto = `relay_logs (${logKeys.map((key) => relayLogs[key].name).join(', ')})`

const logsSql = ({ logs }: Plan): string[] =>
  insert(
    logInto,
    logs.map((row) => logKeys.map((key) => row[key])),
  )

const attemptsSql = ({ attempts }: Plan, now: Date): string[] =>
  insert(
    'relay_attempts (request_id, number, channel_id, channel_name, status, error_code, upstream_request_id, duration_ms, created_at)',
    attempts.map(({ requestId, number, attempt }) => [
      requestId,
      number,
      attempt.channelId,
      attempt.channelName,
      attempt.status,
      attempt.errorCode,
      attempt.upstreamRequestId,
      attempt.durationMs,
      now,
    ]),
  )

const hourMs = 3_600_000

/** What a row of the log adds to the sums of its hour. */
const countsOf = (row: LogRow): number[] => [
  1,
  row.status >= 400 ? 1 : 0,
  row.inputTokens,
  row.outputTokens,
  row.cachedTokens,
  row.costMicros,
  row.firstTokenMs ?? 0,
  row.firstTokenMs === null ? 0 : 1,
  row.durationMs,
]

const countNames = [
  'requests',
  'errors',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'cost_micros',
  'first_token_ms_sum',
  'first_tokens',
  'duration_ms_sum',
]

/** Sums of the batch, in order of their keys: a lane is not alone in locking them where a call costs nothing. */
function usageHoursSql({ logs }: Plan): string[] {
  const sums = new Map<string, { key: Value[]; counts: number[] }>()
  for (const row of logs) {
    const hour = new Date(Math.floor(row.createdAt.getTime() / hourMs) * hourMs)
    const key: Value[] = [row.workspaceId, hour, row.groupId, row.tokenId, row.model, row.channelId ?? '0']
    const name = key.map(String).join(' ')
    const counts = countsOf(row)
    const sum = sums.get(name)
    if (sum) sum.counts = sum.counts.map((count, index) => count + (counts[index] ?? 0))
    else sums.set(name, { key, counts })
  }
  const names = [...sums.keys()].toSorted()
  return insert(
    `relay_usage_hours (workspace_id, hour, group_id, token_id, model, channel_id, ${countNames.join(', ')})`,
    names.flatMap((name) => {
      const sum = sums.get(name)
      return sum ? [[...sum.key, ...sum.counts]] : []
    }),
    ` ON DUPLICATE KEY UPDATE ${countNames.map((name) => `${name} = ${name} + VALUES(${name})`).join(', ')}`,
  )
}

const closedSql = ({ closed }: Plan): string[] =>
  closed.length === 0 ? [] : [format('DELETE FROM relay_reservations WHERE request_id IN (?)', [closed])]

const movedNames = [
  'used_micros',
  'reserved_micros',
  'day',
  'used_day_micros',
  'week',
  'used_week_micros',
  'month',
  'used_month_micros',
]

/** The figures as they now are, which the locks allow. Every row is there, so this inserts none. */
const balancesSql = ({ before }: Plan, balances: Map<string, BalanceRow>): string[] =>
  insert(
    `relay_balances (owner, ${movedNames.join(', ')})`,
    [...before.keys()].flatMap((owner) => {
      const row = balances.get(owner)
      if (!row) return []
      const { usedMicros, usedDayMicros, usedWeekMicros, usedMonthMicros, reservedMicros, day, week, month } = row
      return [[owner, usedMicros, reservedMicros, day, usedDayMicros, week, usedWeekMicros, month, usedMonthMicros]]
    }),
    ` ON DUPLICATE KEY UPDATE ${movedNames.map((name) => `${name} = VALUES(${name})`).join(', ')}`,
  )

/** Everything a batch writes, in one go. The log comes first: its unique key decides whether the rest may happen. */
export const writeSql = (plan: Plan, balances: Map<string, BalanceRow>, now: Date): string =>
  [
    ...logsSql(plan),
    ...reservationsSql(plan, now),
    ...attemptsSql(plan, now),
    ...usageHoursSql(plan),
    ...closedSql(plan),
    ...balancesSql(plan, balances),
    'COMMIT',
  ].join(';')
