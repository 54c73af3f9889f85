import type { Cluster } from './cluster.ts'
import type { Outcome } from './gcra.ts'
import { networkOf } from './http/address.ts'
import { rateLimited } from './http/errors.ts'
import type { RateClass } from './rate-classes.ts'
import { createSharedStore, type Counted } from './rate-limit-stores.ts'

/** How much of each class one person may ask in a minute, and how many people may share an address. */
export type RateLimits = Record<RateClass, number> & { addressFactor: number }

/** Who asks. */
export interface Asker {
  address: string
  /** Absent before they have signed in. */
  userId?: string | undefined
}

/** What is left to an asker under the limit that is nearest to its end. */
export interface Allowance {
  limit: number
  remaining: number
  /** Until the whole limit may be used at once again. */
  resetMs: number
  /** How long a refused asker has to wait; 0 for one who may go on. */
  retryAfterMs: number
}

export type RateLimiter = (rateClass: RateClass, asker: Asker) => Promise<Allowance>

interface RateLimiterDependencies {
  /** Asked each time: limits may change while the server runs. */
  limits: () => RateLimits
  cluster: Pick<Cluster, 'redis' | 'key'> | null
  log: { warn(context: object, message: string): void }
}

const toMs = (microseconds: number) => Math.ceil(microseconds / 1_000)

/** What refuses longest or, if nothing does, what leaves the least. */
function nearest(counted: Counted[], outcomes: Outcome[]): Allowance {
  const allowances = outcomes.map(({ remaining, resetUs, retryAfterUs }, index) => ({
    limit: counted[index]?.limit.perMinute ?? 0,
    remaining,
    resetMs: toMs(resetUs),
    retryAfterMs: toMs(retryAfterUs),
  }))
  return allowances.reduce((one, other) => {
    if (one.retryAfterMs !== other.retryAfterMs) return one.retryAfterMs > other.retryAfterMs ? one : other
    return one.remaining <= other.remaining ? one : other
  })
}

/** Makes what counts requests, for all nodes together. */
export function createRateLimiter({ limits, cluster, log }: RateLimiterDependencies): RateLimiter {
  const take = createSharedStore({ cluster, log })

  return async (rateClass, { address, userId }) => {
    const { [rateClass]: perMinute, addressFactor } = limits()
    const counted: Counted[] = [
      { key: `${rateClass}:address:${networkOf(address)}`, limit: { perMinute: perMinute * addressFactor } },
    ]
    if (userId !== undefined) counted.push({ key: `${rateClass}:user:${userId}`, limit: { perMinute } })
    return nearest(counted, await take(counted))
  }
}

/** Throws RATE_LIMITED unless the asker may go on. */
export function requireAllowance({ retryAfterMs }: Allowance): void {
  if (retryAfterMs > 0) throw rateLimited(retryAfterMs)
}
