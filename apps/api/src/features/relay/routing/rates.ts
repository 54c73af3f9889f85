import type { Counted, LimitStore } from '../../../platform/rate-limit-stores.ts'

/** A token, a group or a channel, and how fast it may be used; null for no limit. */
export interface Limited {
  /** Names it among all of them: `t`, `g` or `c` and the id. */
  key: string
  rpm: number | null
  tpm: number | null
  concurrency: number | null
}

/** A rate that has no room for a call now. */
export interface RateRefusal {
  key: string
  limit: 'rpm' | 'tpm'
  retryAfterMs: number
}

/** Calls and tokens a minute. */
export interface Rates {
  /** Takes a call and its expected tokens of all of them, or of none: then it answers what is waited for longest. */
  take(owners: readonly Limited[], tokens: number): Promise<RateRefusal | null>
  /** Counts what the call used beyond what was expected, even beyond the limit, or gives back the difference. */
  correct(owners: readonly Limited[], tokens: number, tokensUsed: number): Promise<void>
}

interface CountedRate extends Counted {
  refusal: Pick<RateRefusal, 'key' | 'limit'>
}

const nameOf = (key: string, limit: RateRefusal['limit']): string => `relay:${limit}:${key}`

/** A call larger than the limit is let through when nothing is held against its owner; the rest is counted when it is known. */
const takenOf = (tokens: number, tpm: number): number => Math.min(tokens, tpm)

function ratesOf({ key, rpm, tpm }: Limited, tokens: number): CountedRate[] {
  const rates: CountedRate[] = []
  if (rpm !== null) rates.push({ key: nameOf(key, 'rpm'), limit: { perMinute: rpm }, refusal: { key, limit: 'rpm' } })
  if (tpm !== null)
    rates.push({
      key: nameOf(key, 'tpm'),
      limit: { perMinute: tpm },
      cost: takenOf(tokens, tpm),
      refusal: { key, limit: 'tpm' },
    })
  return rates
}

export function createRates(store: LimitStore): Rates {
  return {
    async take(owners, tokens) {
      const rates = owners.flatMap((owner) => ratesOf(owner, tokens))
      if (rates.length === 0) return null
      const outcomes = await store(rates)
      const refusals = rates.flatMap(({ refusal }, index) => {
        const { isAllowed = true, retryAfterUs = 0 } = outcomes[index] ?? {}
        return isAllowed ? [] : [{ ...refusal, retryAfterMs: Math.ceil(retryAfterUs / 1_000) }]
      })
      return refusals.toSorted((one, other) => other.retryAfterMs - one.retryAfterMs)[0] ?? null
    },
    async correct(owners, tokens, tokensUsed) {
      const counted = owners.flatMap(({ key, tpm }) => {
        const cost = tpm === null ? 0 : tokensUsed - takenOf(tokens, tpm)
        return tpm === null || cost === 0 ? [] : [{ key: nameOf(key, 'tpm'), limit: { perMinute: tpm }, cost }]
      })
      if (counted.length > 0) await store(counted, true)
    },
  }
}
