/** Lets through a steady rate with a burst of twice as many; answers how long to wait, 0 to go on. */
export interface RateMeter {
  take(nowMs: number): number
}

/** A token bucket of one socket. */
export function createRateMeter(perSecond: number): RateMeter {
  const burst = perSecond * 2
  let tokens = burst
  let filledAtMs = 0
  return {
    take(nowMs) {
      if (filledAtMs > 0) tokens = Math.min(burst, tokens + ((nowMs - filledAtMs) / 1_000) * perSecond)
      filledAtMs = nowMs
      if (tokens < 1) return Math.ceil(((1 - tokens) / perSecond) * 1_000)
      tokens -= 1
      return 0
    },
  }
}
