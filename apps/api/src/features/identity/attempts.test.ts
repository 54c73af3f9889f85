import { expect, test } from 'vitest'
import { AppError } from '../../platform/http/errors.ts'
import { createAttempts } from './attempts.ts'

const waitOf = (attempt: () => void): number => {
  try {
    attempt()
    return 0
  } catch (error) {
    if (error instanceof AppError) return error.details?.retryAfterMs ?? 0
    throw error
  }
}

test('each attempt past the free ones waits twice as long, up to a minute', () => {
  let nowMs = 0
  const attempts = createAttempts(3, () => nowMs)
  const waits = Array.from({ length: 12 }, () => {
    attempts.begin('lin')
    const waitMs = waitOf(() => attempts.begin('lin'))
    nowMs += waitMs
    return waitMs
  })
  // The first probe was still free, and counted.
  expect(waits.slice(1)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000, 60_000])
})

test('what was right, taken back or long ago is not held against anybody', () => {
  let nowMs = 0
  const attempts = createAttempts(1, () => nowMs)
  attempts.begin('lin')
  attempts.clear('lin')
  attempts.begin('lin')
  attempts.undo('lin')
  attempts.begin('lin')
  expect(waitOf(() => attempts.begin('lin'))).toBe(1_000)
  nowMs = 16 * 60_000
  expect(waitOf(() => attempts.begin('lin'))).toBe(0)
})
