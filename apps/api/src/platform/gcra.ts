/** So many in a minute, all of them at once at most. */
export interface Limit {
  perMinute: number
}

/** What is wanted of a limit. */
export interface Wanted {
  limit: Limit
  /** How many at once; 1 if absent. */
  cost?: number
}

/** What became of one request under one limit. */
export interface Outcome {
  isAllowed: boolean
  /** The clock it was judged by. */
  nowUs: number
  /** How many more would be allowed at once. */
  remaining: number
  /** When the next one is allowed; 0 if this one was. */
  retryAfterUs: number
  /** When all that the limit allows may be used at once again. */
  resetUs: number
}

const minuteUs = 60_000_000

/** Microseconds that one request takes of a limit. Whole numbers, so that Redis counts to the same results. */
export const intervalUsOf = ({ perMinute }: Limit): number => Math.max(1, Math.ceil(minuteUs / perMinute))

/**
 * The generic cell rate algorithm. All that is remembered of a key is when its next request would arrive if they came
 * evenly, `arrivalUs`: nothing is held against a key whose time is past, and none is ahead by more than the whole limit.
 *
 * With `isForced` the cost is counted even beyond the limit, for what was used already; a cost below 0 gives back.
 */
export function gcra(
  arrivalUs: number,
  nowUs: number,
  { limit, cost = 1 }: Wanted,
  isForced = false,
): Outcome & { arrivalUs: number } {
  const intervalUs = intervalUsOf(limit)
  const wholeUs = intervalUs * limit.perMinute
  const before = Math.max(arrivalUs, nowUs)
  const after = Math.max(nowUs, before + intervalUs * cost)
  const retryAfterUs = isForced ? 0 : Math.max(0, after - wholeUs - nowUs)
  const isAllowed = retryAfterUs === 0
  const kept = isAllowed ? after : before
  return {
    isAllowed,
    nowUs,
    // Of a limit that was lowered meanwhile, more may be used up than it has.
    remaining: Math.max(0, Math.floor((wholeUs - (kept - nowUs)) / intervalUs)),
    retryAfterUs,
    resetUs: kept - nowUs,
    arrivalUs: kept,
  }
}
