import { expect, test } from 'vitest'
import { endOf, periodsAt, type Period } from './period.ts'

test.each<{ period: Period; last: string; ends: string }>([
  { period: 'day', last: '2026-02-28T23:59:59.999Z', ends: '2026-03-01T00:00:00.000Z' },
  { period: 'day', last: '2028-02-28T23:59:59.999Z', ends: '2028-02-29T00:00:00.000Z' },
  { period: 'week', last: '2026-11-22T23:59:59.999Z', ends: '2026-11-23T00:00:00.000Z' },
  { period: 'week', last: '1970-01-04T23:59:59.999Z', ends: '1970-01-05T00:00:00.000Z' },
  { period: 'month', last: '2026-04-30T23:59:59.999Z', ends: '2026-05-01T00:00:00.000Z' },
  { period: 'month', last: '2026-12-31T23:59:59.999Z', ends: '2027-01-01T00:00:00.000Z' },
])('the $period of $last ends at $ends', ({ period, last, ends }) => {
  const [before, after] = [new Date(last), new Date(ends)]
  expect(endOf(period, before)).toEqual(after)
  expect(periodsAt(after)[period]).toBe(periodsAt(before)[period] + 1)
})

test('a week is the seven days from Monday', () => {
  const weeks = [16, 17, 18, 19, 20, 21, 22].map((day) => periodsAt(new Date(Date.UTC(2026, 10, day))).week)
  expect(new Set(weeks).size).toBe(1)
})
