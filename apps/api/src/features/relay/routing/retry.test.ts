import { describe, expect, test } from 'vitest'
import { backoffMs, outcomeOf, planRetry, retryAfterMsOf, retryPlace, type Failure, type RetryPlace } from './retry.ts'
import type { Outcome } from './health.ts'

type Way = Pick<Failure, 'status' | 'fault'>
const status = (code: number): Way => ({ status: code, fault: null })
const fault = (name: NonNullable<Failure['fault']>): Way => ({ status: null, fault: name })

const rules: [string, Way, RetryPlace, Outcome][] = [
  ['no connection', fault('connect'), 'anywhere', 'failed'],
  ['no answer in time', fault('timeout'), 'anywhere', 'failed'],
  ['a connection that was lost', fault('reset'), 'anywhere', 'failed'],
  ['an address that is not allowed', fault('address'), 'elsewhere', 'failed'],
  ['a client that left', fault('left'), 'nowhere', 'unknown'],
  ['a relay that ends', fault('closing'), 'nowhere', 'unknown'],
  ['an answer that is none', { status: 200, fault: 'unreadable' }, 'anywhere', 'failed'],
  ['an error event that says overloaded', { status: 529, fault: 'event' }, 'anywhere', 'failed'],
  ['an error event that says bad request', { status: 400, fault: 'event' }, 'nowhere', 'unknown'],
  ['400', status(400), 'nowhere', 'unknown'],
  ['401', status(401), 'elsewhere', 'failed'],
  ['402', status(402), 'elsewhere', 'failed'],
  ['403', status(403), 'elsewhere', 'failed'],
  ['404', status(404), 'elsewhere', 'unknown'],
  ['405', status(405), 'elsewhere', 'unknown'],
  ['408', status(408), 'anywhere', 'failed'],
  ['409', status(409), 'nowhere', 'unknown'],
  ['413', status(413), 'nowhere', 'unknown'],
  ['422', status(422), 'nowhere', 'unknown'],
  ['429', status(429), 'anywhere', 'limited'],
  ['451', status(451), 'nowhere', 'unknown'],
  ['500', status(500), 'anywhere', 'failed'],
  ['502', status(502), 'anywhere', 'failed'],
  ['503', status(503), 'anywhere', 'failed'],
  ['529', status(529), 'anywhere', 'failed'],
]

describe('a failure', () => {
  test.each(rules)('%s', (_, way, place, outcome) => {
    expect(retryPlace({ ...way, headers: {} })).toBe(place)
    expect(outcomeOf(way)).toBe(outcome)
  })

  test('of which the upstream says not to retry is retried elsewhere only', () => {
    expect(retryPlace({ ...status(429), headers: { 'x-should-retry': 'false' } })).toBe('elsewhere')
    expect(retryPlace({ ...status(400), headers: { 'x-should-retry': 'true' } })).toBe('nowhere')
  })
})

const nowMs = Date.parse('2026-01-02T03:04:05Z')

test.each<[Record<string, string>, number | null]>([
  [{}, null],
  [{ 'retry-after': '3' }, 3_000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': ' 2 ' }, 2_000],
  [{ 'retry-after': 'Fri, 02 Jan 2026 03:04:15 GMT' }, 10_000],
  [{ 'retry-after': 'Fri, 02 Jan 2026 03:00:00 GMT' }, 0],
  [{ 'retry-after': 'soon' }, null],
  [{ 'retry-after': '' }, null],
  [{ 'retry-after': '-5' }, null],
  [{ 'retry-after-ms': '250' }, 250],
  [{ 'retry-after-ms': '250', 'retry-after': '3' }, 250],
  [{ 'retry-after-ms': 'x', 'retry-after': '3' }, 3_000],
])('%j asks for a pause of %s ms', (headers, expected) => {
  expect(retryAfterMsOf(headers, nowMs)).toBe(expected)
})

test('the pause grows twofold up to two seconds, is spread over its whole length, and is never shorter than asked', () => {
  const longest = [0, 1, 2, 3, 4, 5, 20].map((attempt) => backoffMs(attempt, null, () => 1))
  expect(longest).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000])
  expect(backoffMs(5, null, () => 0)).toBe(0)
  expect(backoffMs(1, 3_000, () => 1)).toBe(3_000)
})

describe('what comes after a failure', () => {
  const situation = {
    failure: { ...status(500), headers: {} },
    attempts: 1,
    elapsedMs: 10,
    hasOther: false,
    nowMs,
    random: () => 0.5,
  }
  const limited = (seconds: string): Failure => ({ ...status(429), headers: { 'retry-after': seconds } })

  test.each<[string, Partial<typeof situation>, ReturnType<typeof planRetry>]>([
    ['another channel at once', { hasOther: true }, { channel: 'other', waitMs: 0 }],
    [
      'another channel does not wait for the first one',
      { hasOther: true, failure: limited('60') },
      { channel: 'other', waitMs: 0 },
    ],
    ['the same channel after a pause', {}, { channel: 'same', waitMs: 100 }],
    ['the same channel when it asks to be', { failure: limited('2') }, { channel: 'same', waitMs: 2_000 }],
    ['nothing when it asks for too long', { failure: limited('6') }, null],
    [
      'another channel for a dead key',
      { hasOther: true, failure: { ...status(401), headers: {} } },
      { channel: 'other', waitMs: 0 },
    ],
    ['nothing for a dead key on the only channel', { failure: { ...status(401), headers: {} } }, null],
    ["nothing for the client's mistake", { hasOther: true, failure: { ...status(422), headers: {} } }, null],
    ['the last attempt', { attempts: 3 }, { channel: 'same', waitMs: 400 }],
    ['nothing after four attempts', { attempts: 4, hasOther: true }, null],
    ['nothing after a minute', { elapsedMs: 60_001, hasOther: true }, null],
    ['nothing that would begin after a minute', { elapsedMs: 59_999 }, null],
  ])('%s', (_, change, expected) => {
    expect(planRetry({ ...situation, ...change })).toEqual(expected)
  })
})
