import type { RequestOf } from '@parley/protocol/contract'
import type { createToken, RelayToken } from '@parley/protocol/relay'
import {
  noQuota,
  noRates,
  parseCount,
  quotaDraftOf,
  ratesDraftOf,
  readOptional,
  readQuota,
  readRates,
  type QuotaDraft,
  type RatesDraft,
} from './limits.ts'

/** A token as it stands in its form. */
export interface TokenDraft {
  name: string
  models: readonly string[]
  subnets: readonly string[]
  /** A day; empty for none. */
  lastDay: string
  cacheSeconds: string
  quota: QuotaDraft
  rates: RatesDraft
}

export const newToken: TokenDraft = {
  name: '',
  models: [],
  subnets: [],
  lastDay: '',
  cacheSeconds: '',
  quota: quotaDraftOf(noQuota),
  rates: ratesDraftOf(noRates),
}

export const tokenDraftOf = (token: RelayToken): TokenDraft => ({
  name: token.name,
  models: token.models ?? [],
  subnets: token.subnets ?? [],
  lastDay: token.expired_at === null ? '' : dayOf(token.expired_at),
  cacheSeconds: String(token.options.cache_ttl_seconds || ''),
  quota: quotaDraftOf(token.quota),
  rates: ratesDraftOf(token),
})

const cacheSecondsMax = 2_592_000

/** For how long answers are kept; null for not at all, undefined where it cannot be read. */
export const readCacheSeconds = (text: string) =>
  readOptional(text, (typed) => {
    const seconds = parseCount(typed)
    return seconds !== null && seconds <= cacheSecondsMax ? seconds : null
  })

/** What is asked of the server for a draft; null while something in it cannot be read. */
export function readToken(draft: TokenDraft): RequestOf<typeof createToken>['body'] | null {
  const rates = readRates(draft.rates)
  const quota = readQuota(draft.quota)
  const cacheSeconds = readCacheSeconds(draft.cacheSeconds)
  const name = draft.name.trim()
  if (name === '' || rates === null || quota === null || cacheSeconds === undefined) return null
  return {
    name,
    models: draft.models.length > 0 ? [...draft.models] : null,
    subnets: draft.subnets.length > 0 ? [...draft.subnets] : null,
    expired_at: endOf(draft.lastDay),
    quota,
    ...rates,
    options: cacheSeconds === null ? {} : { cache_ttl_seconds: cacheSeconds },
  }
}

/** The day of a moment, where the reader is. */
function dayOf(atMs: number): string {
  // An end is the first moment of the day after.
  const last = new Date(atMs - 1)
  const padded = (value: number) => String(value).padStart(2, '0')
  return `${last.getFullYear()}-${padded(last.getMonth() + 1)}-${padded(last.getDate())}`
}

/** When a day is over, where the reader is; null for no day. */
function endOf(day: string): number | null {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const end = new Date(year, month - 1, date + 1).getTime()
  return day === '' || Number.isNaN(end) ? null : end
}
