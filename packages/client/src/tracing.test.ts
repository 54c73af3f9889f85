import type { BrowserSpan } from '@parley/protocol/traces'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTracing } from './tracing.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start() {
  const reported: BrowserSpan[] = []
  const tracing = createTracing({ report: async (spans) => void reported.push(...spans), now: () => Date.now() })
  return { tracing, reported }
}

const tracingServer = new Headers({ traceresponse: '00-1-1-01' })

test('nothing is measured while the server does not trace, nor after it stopped', async () => {
  const { tracing, reported } = start()
  expect(tracing.open('GET /api/rooms')).toBeNull()
  tracing.observe(tracingServer)
  expect(tracing.open('GET /api/rooms')).not.toBeNull()
  tracing.observe(new Headers())
  expect(tracing.open('GET /api/rooms')).toBeNull()
  await vi.runAllTimersAsync()
  expect(reported).toEqual([])
})

test('calls that follow an act within a second share its trace, and the act lasts until the last of them', async () => {
  const { tracing, reported } = start()
  tracing.observe(tracingServer)
  tracing.begin('click')
  vi.advanceTimersByTime(10)
  const first = tracing.open('POST /api/room/message')
  const second = tracing.open('GET /api/room')
  vi.advanceTimersByTime(20)
  first?.close()
  second?.close()
  vi.advanceTimersByTime(2_000)
  const later = tracing.open('GET /api/later')
  later?.close()
  await vi.runAllTimersAsync()
  const [call, , act, alone] = reported
  expect(act).toMatchObject({ name: 'click', durationMs: 30 })
  expect(act?.parentSpanId).toBeUndefined()
  expect(call).toMatchObject({ traceId: act?.traceId, parentSpanId: act?.spanId, durationMs: 20 })
  expect(first?.traceparent).toBe(`00-${call?.traceId}-${call?.spanId}-01`)
  expect(alone?.traceId).not.toBe(act?.traceId)
  expect(alone?.parentSpanId).toBeUndefined()
})
