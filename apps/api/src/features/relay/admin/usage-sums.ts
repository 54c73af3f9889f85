import type { UsageSums } from '@parley/protocol/relay-usage'
import { sql, sum } from 'drizzle-orm'
import { relayUsageHours as hours } from '../tables.ts'

const total = (column: Parameters<typeof sum>[0]) => sql`COALESCE(${sum(column)}, 0)`.mapWith(Number)

/** Columns of sums over hours. */
export const summed = {
  requests: total(hours.requests),
  errors: total(hours.errors),
  inputTokens: total(hours.inputTokens),
  cachedTokens: total(hours.cachedTokens),
  outputTokens: total(hours.outputTokens),
  costMicros: total(hours.costMicros),
  firstTokenMsSum: total(hours.firstTokenMsSum),
  firstTokens: total(hours.firstTokens),
  durationMsSum: total(hours.durationMsSum),
}

const mean = (sumMs: number, number: number): number | null =>
  number === 0 ? null : Math.round((sumMs / number) * 10) / 10

/** Sums as they are told. */
export const viewSums = (row: Record<keyof typeof summed, number>): UsageSums => ({
  requests: row.requests,
  errors: row.errors,
  input_tokens: row.inputTokens,
  cached_tokens: row.cachedTokens,
  output_tokens: row.outputTokens,
  cost: row.costMicros,
  first_token_ms: mean(row.firstTokenMsSum, row.firstTokens),
  duration_ms: mean(row.durationMsSum, row.requests),
})

/** Sums where nobody called. */
export const noUsageSums: UsageSums = {
  requests: 0,
  errors: 0,
  input_tokens: 0,
  cached_tokens: 0,
  output_tokens: 0,
  cost: 0,
  first_token_ms: null,
  duration_ms: null,
}
