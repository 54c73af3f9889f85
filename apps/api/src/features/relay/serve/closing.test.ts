import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { logOf, makeDoor, saying, setPrice, type Door, type LogRecord } from '../../../../test/relay-calls.ts'
import { callRaw, expectBalanced, startRelay, timesIn, type TestRelay, type Wire } from '../../../../test/relay-wire.ts'

let relay: TestRelay
let door: Door

const messages = saying('tell me of the sea')

beforeAll(async () => {
  relay = await startRelay()
  await relay.channel({ models: ['stall-after-*', 'hang', 'slow-*', 'huge-*'] })
  // A channel of its own, as one that fails is left alone; it is asked again and again.
  await relay.channel({ models: ['status-503-retry-ms-4900'] })
  for (const model of ['stall-after-3', 'stall-after-4', 'slow-100', 'hang']) await setPrice(relay.api, model)
  door = await makeDoor(relay.api)
})
afterAll(() => relay.close())

function ask(model: string, { path = '/v1/chat/completions', stream = true, ...more }: Record<string, unknown> = {}) {
  const body = { model, messages, max_tokens: 50, stream, ...more }
  return callRaw(relay.api.url, String(path), door.key, body).answer
}

async function streaming(model: string, more: Record<string, unknown> = {}): Promise<Wire> {
  const wire = await ask(model, more)
  await wire.until(' said')
  return wire
}

const rowOf = ({ headers }: Wire): Promise<LogRecord> => logOf(relay.api, String(headers['x-request-id']))

test(
  'a server that closes lets short answers end, breaks off the others in time, and bills all',
  { timeout: 20_000 },
  async () => {
    const whole = ask('hang', { stream: false })
    const pausing = ask('status-503-retry-ms-4900', { stream: false })
    const [brief, chat, anthropic, sound, unread] = await Promise.all([
      streaming('slow-100'),
      streaming('stall-after-3'),
      streaming('stall-after-4', { path: '/v1/messages' }),
      ask('stall-after-1', { path: '/v1/audio/speech', voice: 'alloy', input: 'tell me of the sea' }),
      ask('huge-40mb'),
    ])
    unread.pause()
    expect(brief.text()).not.toContain('[DONE]')
    await vi.waitFor(async () =>
      expect((await relay.seen()).requests).toMatchObject({ hang: 1, 'status-503-retry-ms-4900': 1 }),
    )

    const startedAtMs = performance.now()
    await relay.api.app.close()
    expect(performance.now() - startedAtMs).toBeLessThan(9_000)

    expect(timesIn(brief.text(), '[DONE]')).toBe(1)
    expect(await rowOf(brief)).toMatchObject({ status: 200, error_code: null })
    for (const wire of [chat, anthropic]) {
      expect(await wire.ended).toBe('whole')
      expect(wire.text()).not.toMatch(/\[DONE\]|message_stop/)
      expect(timesIn(wire.text(), '"error":{')).toBe(1)
      const row = await rowOf(wire)
      expect(row).toMatchObject({ status: 200, error_code: 'stream_broken' })
      expect(row.output_tokens).toBeGreaterThan(1)
      expect(row.cost_micros).toBe(row.input_tokens + row.output_tokens)
    }
    expect(anthropic.text()).toContain('event: error')
    for (const wire of [await whole, await pausing]) expect(wire.status).toBe(503)
    const refused = await whole
    await refused.ended
    expect(JSON.parse(refused.text())).toMatchObject({ error: { type: 'server_error', code: 'overloaded' } })
    expect(await rowOf(refused)).toMatchObject({ status: 503, error_code: 'overloaded', cost_micros: 0 })
    expect(await sound.ended).toBe('broken')
    for (const wire of [sound, unread]) expect(await rowOf(wire)).toMatchObject({ error_code: 'stream_broken' })
    expect((await expectBalanced(relay.api)).logged).toBeGreaterThan(0)
  },
)
