/** Bounds of an exponential backoff. */
export interface Backoff {
  baseMs: number
  maxMs: number
}

/**
 * How long to wait before attempt `attempt` (0 is the first repeat). Full jitter: anything up to the exponential bound,
 * so that clients cut off together do not come back together.
 */
export function backoffMs(attempt: number, { baseMs, maxMs }: Backoff): number {
  return Math.random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30))
}
