import type { IncomingHttpHeaders } from 'node:http'
import type { Outcome } from './health.ts'
import type { UpstreamFault } from '../upstream/client.ts'

/** An attempt of which nothing has reached the client. */
export interface Failure {
  /** What the upstream answered; null where no head came. */
  status: number | null
  /** How it failed where it was not by a status. */
  fault: UpstreamFault | 'unreadable' | 'event' | null
  headers: IncomingHttpHeaders
}

/** Where the same call may be tried again. `elsewhere`: on another channel only. */
export type RetryPlace = 'anywhere' | 'elsewhere' | 'nowhere'

/** Attempts of one call, the first included. */
const attemptsMax = 4
/** No attempt begins later than this after the call arrived: its client has lost patience by then. */
const retryWithinMs = 60_000
const backoffBaseMs = 100
const backoffMaxMs = 2_000
/** An upstream that asks for a longer pause is not asked again. */
const retryAfterMaxMs = 5_000

/** What is wrong with the call itself, and so everywhere. */
const clientMistakes = new Set([400, 413, 422, 451])
/** What is wrong with the key, the account or what the channel says it has, and so not with the next channel. */
const channelMistakes = new Set([401, 402, 403, 404, 405])

/** Whether, and where, it makes sense to try a failed call again. */
export function retryPlace({ status, fault, headers }: Failure): RetryPlace {
  if (fault === 'left' || fault === 'closing') return 'nowhere'
  if (fault === 'address') return 'elsewhere'
  if (status === null || fault === 'unreadable') return 'anywhere'
  if (clientMistakes.has(status)) return 'nowhere'
  if (channelMistakes.has(status)) return 'elsewhere'
  if (status !== 408 && status !== 429 && status < 500) return 'nowhere'
  return headers['x-should-retry'] === 'false' ? 'elsewhere' : 'anywhere'
}

/** What a failed attempt says about its channel. A 404 may be the client's own invention and says nothing. */
export function outcomeOf({ status, fault }: Pick<Failure, 'status' | 'fault'>): Outcome {
  if (fault === 'left' || fault === 'closing') return 'unknown'
  if (status === null || fault === 'unreadable') return 'failed'
  if (status === 429) return 'limited'
  // A key that the provider refuses must get no calls.
  return status >= 500 || [401, 402, 403, 408].includes(status) ? 'failed' : 'unknown'
}

/** How long an upstream asks to be left alone, from `retry-after-ms`, or `retry-after` in seconds or as a date. */
export function retryAfterMsOf(headers: IncomingHttpHeaders, nowMs: number): number | null {
  const inMs = Number.parseFloat(String(headers['retry-after-ms']))
  if (inMs >= 0) return inMs
  const text = headers['retry-after']?.trim()
  if (text === undefined || text === '') return null
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000
  // Dates of HTTP begin with the day of the week; anything else may be taken for one all the same.
  const atMs = /^[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs)
}

/** How long to wait before the same channel is tried again: somewhere up to twice as long each time, so that clients spread. */
export function backoffMs(attempt: number, retryAfterMs: number | null, random: () => number): number {
  const spread = random() * Math.min(backoffBaseMs * 2 ** attempt, backoffMaxMs)
  return Math.max(spread, retryAfterMs ?? 0)
}

interface RetryCase {
  failure: Failure
  /** Attempts made so far. */
  attempts: number
  /** Since the call arrived. */
  elapsedMs: number
  /** Whether a channel that was not tried is left. */
  hasOther: boolean
  nowMs: number
  random: () => number
}

/** What to do after a failure: another channel at once, the same one after a pause, or nothing (null). */
export function planRetry(situation: RetryCase): { channel: 'other' | 'same'; waitMs: number } | null {
  const { failure, attempts, elapsedMs, hasOther, nowMs, random } = situation
  const place = retryPlace(failure)
  if (place === 'nowhere' || attempts >= attemptsMax || elapsedMs > retryWithinMs) return null
  if (hasOther) return { channel: 'other', waitMs: 0 }
  if (place === 'elsewhere') return null
  const retryAfterMs = retryAfterMsOf(failure.headers, nowMs)
  const waitMs = backoffMs(attempts, retryAfterMs, random)
  if ((retryAfterMs ?? 0) > retryAfterMaxMs || elapsedMs + waitMs > retryWithinMs) return null
  return { channel: 'same', waitMs }
}
