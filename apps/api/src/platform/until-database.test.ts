import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { untilDatabaseAnswers } from './until-database.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const lost = Object.assign(new Error('gone'), { code: 'PROTOCOL_CONNECTION_LOST' })

test('how long the database was away is counted from when it was lost, not from when the work began', async () => {
  const warn = vi.fn<(context: object, message: string) => void>()
  let tries = 0
  const work = async () => {
    tries += 1
    if (tries > 1) return
    vi.advanceTimersByTime(3_600_000)
    throw lost
  }
  await untilDatabaseAnswers(work, { log: { warn }, patienceMs: 60_000 })
  expect(warn.mock.calls.map(([context]) => context)).toEqual([{ reason: 'gone', awayMs: 0, nextTryMs: 500 }])
})

test('a database that stays away for longer than there is patience for is given up', async () => {
  const work = async () => {
    vi.advanceTimersByTime(10_001)
    throw lost
  }
  const log = { warn: () => undefined }
  await expect(untilDatabaseAnswers(work, { log, patienceMs: 10_000 })).rejects.toBe(lost)
})
