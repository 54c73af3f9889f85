import { rateLimited } from '../../platform/http/errors.ts'

interface Attempts {
  /** Counts an attempt, or throws RATE_LIMITED. Counted before its outcome is known, so that many at once gain nothing. */
  begin(key: string): void
  /** Takes one attempt back: it was no guess. */
  undo(key: string): void
  /** Forgets a key's attempts. */
  clear(key: string): void
}

interface Tries {
  count: number
  lastAtMs: number
  blockedUntilMs: number
}

const forgottenAfterMs = 15 * 60_000
const delayMsMax = 60_000
const keysMax = 100_000

/** Slows down guessing: after `freely` attempts each next one costs twice the wait of the one before, up to a minute. */
export function createAttempts(freely: number, now: () => number = () => performance.now()): Attempts {
  const triesOf = new Map<string, Tries>()

  const recent = (key: string): Tries | undefined => {
    const tries = triesOf.get(key)
    return tries && now() - tries.lastAtMs < forgottenAfterMs ? tries : undefined
  }

  return {
    begin(key) {
      const nowMs = now()
      const tries = recent(key)
      if (tries && nowMs < tries.blockedUntilMs) throw rateLimited(Math.ceil(tries.blockedUntilMs - nowMs))
      const count = (tries?.count ?? 0) + 1
      const delayMs = count < freely ? 0 : Math.min(1_000 * 2 ** (count - freely), delayMsMax)
      // Set anew, the key moves to the end: the first key of the map is always the one longest unused.
      triesOf.delete(key)
      triesOf.set(key, { count, lastAtMs: nowMs, blockedUntilMs: nowMs + delayMs })
      if (triesOf.size <= keysMax) return
      const oldest = triesOf.keys().next()
      if (!oldest.done) triesOf.delete(oldest.value)
    },
    undo(key) {
      const tries = recent(key)
      if (!tries) return
      tries.count -= 1
      tries.blockedUntilMs = 0
    },
    clear: (key) => void triesOf.delete(key),
  }
}
