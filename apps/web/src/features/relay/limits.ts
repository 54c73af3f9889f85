import type { RelayGroup } from '@parley/protocol/relay'
import type { Quota } from '@parley/protocol/relay-fields'
import { microsInput, parseMicros } from './money.ts'

export const rateNames = ['rpm', 'tpm', 'concurrency'] as const
export type RateName = (typeof rateNames)[number]
export type Rates = Pick<RelayGroup, RateName>
/** Limits as they stand in their fields. */
export type RatesDraft = Record<RateName, string>

export const periods = ['total', 'day', 'week', 'month'] as const
export type Period = (typeof periods)[number]
/** Budgets as they stand in their fields. */
export type QuotaDraft = Record<Period, string>

export const noRates: Rates = { rpm: null, tpm: null, concurrency: null }
export const noQuota: Quota = { total: null, day: null, week: null, month: null }

/** A whole number within bounds; null where it is none. */
export function parseWhole(text: string, least: number, most: number): number | null {
  const value = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : null
}

/** A whole number of 1 or more; null where it is none. */
export function parseCount(text: string): number | null {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : 0
  return value >= 1 && Number.isSafeInteger(value) ? value : null
}

/** What stands in a field that may be empty; undefined where it cannot be read. */
export const readOptional = (text: string, parse: (text: string) => number | null): number | null | undefined =>
  text.trim() === '' ? null : (parse(text) ?? undefined)

const countInput = (count: number | null) => (count === null ? '' : String(count))

export const ratesDraftOf = ({ rpm, tpm, concurrency }: Rates): RatesDraft => ({
  rpm: countInput(rpm),
  tpm: countInput(tpm),
  concurrency: countInput(concurrency),
})

export const quotaDraftOf = ({ total, day, week, month }: Quota): QuotaDraft => ({
  total: microsInput(total),
  day: microsInput(day),
  week: microsInput(week),
  month: microsInput(month),
})

/** The limits of a draft; null while one of its fields cannot be read. */
export function readRates(draft: RatesDraft): Rates | null {
  const rpm = readOptional(draft.rpm, parseCount)
  const tpm = readOptional(draft.tpm, parseCount)
  const concurrency = readOptional(draft.concurrency, parseCount)
  if (rpm === undefined || tpm === undefined || concurrency === undefined) return null
  return { rpm, tpm, concurrency }
}

/** The budgets of a draft; null while one of its fields cannot be read. */
export function readQuota(draft: QuotaDraft): Quota | null {
  const total = readOptional(draft.total, parseMicros)
  const day = readOptional(draft.day, parseMicros)
  const week = readOptional(draft.week, parseMicros)
  const month = readOptional(draft.month, parseMicros)
  if (total === undefined || day === undefined || week === undefined || month === undefined) return null
  return { total, day, week, month }
}
