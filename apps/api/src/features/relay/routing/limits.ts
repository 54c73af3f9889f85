import type { Concurrency, Place } from './concurrency.ts'
import type { Limited, RateRefusal, Rates } from './rates.ts'

/** A limit that has no room for a call now. */
export interface LimitRefusal {
  /** Whose limit it is. */
  key: string
  limit: RateRefusal['limit'] | 'concurrency'
  retryAfterMs: number
}

/** A call that was let in; it leaves once, with the tokens it has used. */
export interface Entered {
  leave(tokensUsed: number): void
}

/** How fast tokens, groups and channels may be used: calls and tokens a minute, and calls under way. */
export interface Limits {
  /** Lets a call in under all limits of its owners, or under none. `tokens` is what it is expected to use. */
  enter(owners: readonly Limited[], tokens: number): Promise<Entered | { refusal: LimitRefusal }>
}

/** Nobody knows when a call under way ends. */
const concurrencyRetryMs = 1_000

const unlimited: Entered = { leave: () => undefined }

function placesOf(owners: readonly Limited[]): Place[] {
  return owners.flatMap(({ key, concurrency }) => (concurrency === null ? [] : [{ key, max: concurrency }]))
}

export function createLimits({ rates, concurrency }: { rates: Rates; concurrency: Concurrency }): Limits {
  return {
    async enter(all, tokens) {
      const owners = all.filter(({ rpm, tpm, concurrency: max }) => rpm !== null || tpm !== null || max !== null)
      if (owners.length === 0) return unlimited
      const entry = await concurrency.enter(placesOf(owners))
      if ('full' in entry)
        return { refusal: { key: entry.full, limit: 'concurrency', retryAfterMs: concurrencyRetryMs } }
      const refusal = await rates.take(owners, tokens)
      if (refusal) {
        entry.leave()
        return { refusal }
      }
      let hasLeft = false
      return {
        leave(tokensUsed) {
          if (hasLeft) return
          hasLeft = true
          entry.leave()
          void rates.correct(owners, tokens, tokensUsed)
        },
      }
    },
  }
}
