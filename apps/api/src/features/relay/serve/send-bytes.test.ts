import { once } from 'node:events'
import { createServer, get, type ServerResponse } from 'node:http'
import { serving } from '@parley/test-upstream/testing/serving'
import { afterEach, expect, test, vi } from 'vitest'
import type { BodyReader, UpstreamAnswer } from '../upstream/client.ts'
import { pipeBytes } from './send-bytes.ts'
import { stuckMsMax } from './sink.ts'

afterEach(() => void vi.useRealTimers())

const piece = Buffer.alloc(1024 * 1024)

/** An upstream that sends for as long as it is not paused. */
function endless() {
  let reader: BodyReader | undefined
  let isPaused = false
  const answer: UpstreamAnswer = {
    status: 200,
    headers: {},
    read(next) {
      reader = next
      while (!isPaused) next.data(piece)
    },
    begun: () => undefined,
    hold: () => undefined,
    abort: () => undefined,
    pause: () => void (isPaused = true),
    resume: () => undefined,
  }
  return { answer, isPaused: () => isPaused, end: () => reader?.end() }
}

/** A client that was sent the head of an answer and reads nothing of the rest. */
async function withoutReading() {
  const { promise: response, resolve } = Promise.withResolvers<ServerResponse>()
  const server = await serving(createServer((_, res) => resolve(res)))
  const client = get(server.url, { agent: false })
  client.on('error', () => undefined)
  return { res: await response, client, stop: server.stop }
}

test('who takes no sound for two minutes is left, so that the upstream is not held for nobody', async () => {
  const { res, client, stop } = await withoutReading()
  const upstream = endless()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  void pipeBytes(upstream.answer, res)
  expect(upstream.isPaused()).toBe(true)
  vi.advanceTimersByTime(stuckMsMax - 1)
  expect(res.destroyed).toBe(false)
  vi.advanceTimersByTime(1)
  expect(res.destroyed).toBe(true)
  vi.useRealTimers()
  client.destroy()
  await stop()
})

test('who takes it in time is not', async () => {
  const { res, client, stop } = await withoutReading()
  const upstream = endless()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const sent = pipeBytes(upstream.answer, res)
  client.on('response', (response) => response.resume())
  await once(res, 'drain')
  vi.advanceTimersByTime(stuckMsMax)
  expect(res.destroyed).toBe(false)
  upstream.end()
  expect(await sent).toBe('complete')
  vi.useRealTimers()
  await stop()
})
