import type { RequestOf } from '@parley/protocol/contract'
import type { createToken, RelayToken } from '@parley/protocol/relay'
import { dayOf, startOfDay } from '../../ui/day-bounds.ts'
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
  // An end is the first moment of the day after.
  lastDay: token.expired_at === null ? '' : dayOf(new Date(token.expired_at - 1)),
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
    expired_at: startOfDay(draft.lastDay, 1)?.getTime() ?? null,
    quota,
    ...rates,
    options: cacheSeconds === null ? {} : { cache_ttl_seconds: cacheSeconds },
  }
}
