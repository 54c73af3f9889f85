import type { Quota, QuotaWanted, Used } from '@parley/protocol/relay-fields'
import type { Balance, Quotas } from '../accounting/balances.ts'

/** A quota as it was given, as it is kept. */
export function quotasOf(wanted: QuotaWanted): Quotas {
  const {
    total = null,
    day = null,
    week = null,
    month = null,
  } = typeof wanted === 'number' ? { total: wanted } : (wanted ?? {})
  return { quotaMicros: total, quotaDayMicros: day, quotaWeekMicros: week, quotaMonthMicros: month }
}

/** A balance as it is told. */
export const budgetOf = (balance: Balance): { quota: Quota; used: Used } => ({
  quota: {
    total: balance.quotaMicros,
    day: balance.quotaDayMicros,
    week: balance.quotaWeekMicros,
    month: balance.quotaMonthMicros,
  },
  used: {
    total: balance.usedMicros,
    day: balance.usedDayMicros,
    week: balance.usedWeekMicros,
    month: balance.usedMonthMicros,
    reserved: balance.reservedMicros,
  },
})
