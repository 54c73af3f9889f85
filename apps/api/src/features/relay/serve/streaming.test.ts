import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { heldBytes } from '../../../../test/held-bytes.ts'
import { logOf, makeDoor, saying, setPrice, type Door } from '../../../../test/relay-calls.ts'
import {
  callRaw,
  eventsIn,
  expectBalanced,
  readRaw,
  startRelay,
  timesIn,
  type TestRelay,
  type Wire,
} from '../../../../test/relay-wire.ts'

let relay: TestRelay
let door: Door
/** A stream of which nothing comes for a while, and when its first sign of life was there. */
let silent: Promise<{ wire: Wire; signAfterMs: number; eventsThen: object[] }>

const chatPath = '/v1/chat/completions'
const asked = { messages: saying('tell me of the sea'), stream: true }
const withUsage = { stream_options: { include_usage: true } }

const ask = (model: string, more: object = {}, path = chatPath) =>
  readRaw(relay.api.url, path, door.key, { model, ...asked, ...more })

const askUpstream = (model: string, more: object = {}, path = chatPath) =>
  readRaw(relay.upstreamUrl, path, 'any', { model, ...asked, ...more })

const requestIdOf = ({ headers }: Wire): string => String(headers['x-request-id'])

/** Streams of a provider that fails only after a while. */
const failingLate: Partial<Record<'chat' | 'messages', Promise<Wire>>> = {}

async function awaitSign(model: string) {
  const startedAtMs = performance.now()
  const wire = await callRaw(relay.api.url, chatPath, door.key, { model, ...asked }).answer
  await wire.until(': keep-alive')
  return { wire, signAfterMs: performance.now() - startedAtMs, eventsThen: eventsIn(wire.text()) }
}

beforeAll(async () => {
  relay = await startRelay()
  // A channel for each, as one that fails often is left alone.
  const failing = [
    'no-done',
    'done-twice',
    'no-finish',
    'die-after-3',
    'error-event-after-3',
    'stall-after-3',
    'bad-json',
  ]
  for (const model of failing) await relay.channel({ models: [model], timeouts: { idle_ms: 400 } })
  const others = ['comments', 'split-bytes', 'usage-odd-*', 'huge-*', 'slow-*', 'gpt-*', 'echo-*']
  await relay.channel({ models: others })
  for (const model of [...failing, 'gpt-test']) await setPrice(relay.api, model)
  door = await makeDoor(relay.api)
  for (const api of ['chat', 'messages'] as const) {
    const model = `late ${api}`
    // It is asked four times, and asks to be left alone in between.
    await relay.channel({ models: [model], model_mapping: { [model]: 'status-503-retry-ms-4400' } })
    const path = api === 'chat' ? chatPath : '/v1/messages'
    failingLate[api] = callRaw(relay.api.url, path, door.key, { model, max_tokens: 9, ...asked }).answer
    // Looked at by its test, later.
    failingLate[api].catch(() => undefined)
  }
  silent = awaitSign('slow-first-13500')
})
afterAll(() => relay.close())

test('a stream is what the upstream streams, under the relay’s own name, and not gathered by proxies', async () => {
  const [through, direct] = await Promise.all([ask('gpt-test'), askUpstream('gpt-test')])
  expect(through.text()).toBe(direct.text())
  expect(through.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
    'x-ratelimit-remaining-requests': '9999',
  })
  expect(requestIdOf(through)).not.toBe(requestIdOf(direct))
  expect(await logOf(relay.api, requestIdOf(through))).toMatchObject({
    status: 200,
    upstream_request_id: requestIdOf(direct),
  })
  expect(Object.keys(through.headers)).not.toContain('openai-organization')
})

describe('comments, odd lines and characters in pieces', () => {
  test('are understood, and what goes on is plain', async () => {
    const through = await ask('comments')
    expect(through.text()).not.toMatch(/^:|^id:|^retry:|\r/m)
    expect(eventsIn(through.text())).toEqual(eventsIn((await askUpstream('comments')).text()))
    expect(through.text().endsWith('data: [DONE]\n\n')).toBe(true)
  })

  test('characters that come byte by byte arrive whole', async () => {
    const through = await ask('split-bytes')
    const direct = await readRaw(relay.upstreamUrl, '/failures/v1/chat/completions', 'any', {
      model: 'split-bytes',
      ...asked,
    })
    expect(through.text()).toBe(direct.text())
    expect(through.text()).toContain('東')
    expect(through.text()).not.toContain('\ufffd')
  })
})

describe('the mark of the end comes once, last, after', () => {
  test.each(['gpt-test', 'no-done', 'done-twice', 'comments', 'usage-odd-5'])('%s', async (model) => {
    const text = (await ask(model)).text()
    expect(timesIn(text, '[DONE]')).toBe(1)
    expect(text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true)
  })
})

describe('a stream that breaks tells so in an event and bears no mark of success:', () => {
  test.each([
    ['no-finish', /ended the answer early/],
    ['die-after-3', /provider was lost/],
    ['error-event-after-3', /error while processing/],
    ['stall-after-3', /did not answer in time/],
    ['bad-json', /ended the answer early/],
  ])('%s', async (model, message) => {
    const wire = await ask(model)
    expect(wire.status).toBe(200)
    expect(await wire.ended).toBe('whole')
    expect(wire.text()).not.toContain('[DONE]')
    const last = wire.text().trimEnd().split('\n').at(-1) ?? ''
    expect(JSON.parse(last.slice('data: '.length))).toMatchObject({
      error: { message: expect.stringMatching(message) },
    })
    expect(timesIn(wire.text(), '"error"')).toBe(1)
    const row = await logOf(relay.api, requestIdOf(wire))
    expect(row).toMatchObject({ status: 200, error_code: 'stream_broken' })
    expect(row.input_tokens).toBeGreaterThan(0)
    expect(row.cost_micros).toBe(row.input_tokens + row.output_tokens)
    expect(row.output_tokens).toBeGreaterThan(0)
  })
})

describe('usage', () => {
  test.each([
    [chatPath, { messages: saying('one two three') }],
    ['/v1/completions', { prompt: 'one two three' }],
  ])('is metered at %s and goes to those who asked for it', async (path, question) => {
    const direct = await askUpstream('gpt-test', { ...question, ...withUsage }, path)
    const [wanted, unwanted] = await Promise.all([
      ask('gpt-test', { ...question, ...withUsage }, path),
      ask('gpt-test', question, path),
    ])
    expect(eventsIn(wanted.text())).toEqual(eventsIn(direct.text()))
    expect(eventsIn(wanted.text()).at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 3 } })
    expect(unwanted.text()).toBe((await askUpstream('gpt-test', question, path)).text())
    expect(unwanted.text()).not.toContain('"usage"')
    const told = eventsIn(direct.text()).at(-1)
    const rows = await Promise.all([wanted, unwanted].map((wire) => logOf(relay.api, requestIdOf(wire))))
    for (const row of rows)
      expect(told).toMatchObject({
        usage: { prompt_tokens: row.input_tokens, completion_tokens: row.output_tokens },
      })
  })

  test.each([1, 2, 3, 4, 8, 9, 10])('told oddly (%i) is understood', async (number) => {
    const model = `usage-odd-${number}`
    const told = eventsIn((await askUpstream('gpt-test', withUsage)).text()).at(-1)
    for (const stream of [true, false]) {
      const row = await logOf(relay.api, requestIdOf(await ask(model, { stream })))
      expect(told).toMatchObject({
        usage: { prompt_tokens: row.input_tokens, completion_tokens: row.output_tokens },
      })
    }
  })

  test.each([1, 2, 3, 10])('told oddly (%i) is taken out of the stream of who did not ask', async (number) => {
    expect((await ask(`usage-odd-${number}`)).text()).not.toContain('"usage"')
  })

  test.each([5, 6, 7])('not told (%i) is counted', async (number) => {
    for (const stream of [true, false]) {
      const row = await logOf(relay.api, requestIdOf(await ask(`usage-odd-${number}`, { stream })))
      expect(row.input_tokens).toBeGreaterThan(3)
      expect(row.output_tokens).toBeGreaterThan(3)
    }
  })

  test.each([3, 7])('has a chunk without choices where it was told in one (%i)', async (number) => {
    const events = eventsIn((await ask(`usage-odd-${number}`, withUsage)).text())
    expect(events.filter(({ usage }) => usage)).toMatchObject([{ choices: [] }])
  })
})

describe('a reader that is slow', () => {
  const megabyte = 1024 * 1024

  test('slows the upstream, memory stays bounded, and nothing is lost', { timeout: 60_000 }, async () => {
    const before = heldBytes()
    const slow = await callRaw(relay.api.url, chatPath, door.key, { model: 'huge-40mb', ...asked }).answer
    await slow.until('data: ')
    slow.pause()
    const samples: number[] = []
    await vi.waitFor(() => expect(samples.push(heldBytes())).toBeGreaterThan(20), { timeout: 10_000, interval: 50 })
    expect(Math.max(...samples) - before).toBeLessThan(16 * megabyte)
    // All of it would be more than what is on its way.
    expect((await relay.seen()).open).toBeGreaterThan(0)
    slow.resume()
    expect(await slow.ended).toBe('whole')
    expect(slow.text().length).toBeGreaterThan(40 * megabyte)
    expect(slow.text().endsWith('data: [DONE]\n\n')).toBe(true)
  })

  test('that leaves has had the upstream write a fraction', async () => {
    await fetch(`${relay.upstreamUrl}/seen/reset`, { method: 'POST' })
    const slow = await callRaw(relay.api.url, chatPath, door.key, { model: 'huge-50mb', ...asked }).answer
    await slow.until('data: ')
    slow.pause()
    slow.leave()
    await vi.waitFor(async () => expect((await relay.seen()).aborted['huge-50mb']).toBe(1), { timeout: 2_000 })
    expect((await relay.seen()).bytesWritten).toBeLessThan(20 * megabyte)
    expect(await logOf(relay.api, requestIdOf(slow))).toMatchObject({ status: 499 })
  })
})

test(
  'a stream whose upstream is silent lives: its head and a comment come well within 15 s',
  { timeout: 30_000 },
  async () => {
    const { wire, signAfterMs, eventsThen } = await silent
    expect(signAfterMs).toBeLessThan(15_000)
    expect(eventsThen).toEqual([])
    await wire.ended
    expect(wire.text()).toMatch(/^: .*\n\ndata: \{/)
    expect(eventsIn(wire.text())).toEqual(eventsIn((await askUpstream('slow-first-13500')).text()))
    expect(wire.text().endsWith('data: [DONE]\n\n')).toBe(true)
  },
)

describe('a provider that fails after its stream was opened to show that it lives', () => {
  test.each([
    ['chat', /data: \{"error":\{[^\n]*\}\n\n$/],
    ['messages', /event: error\ndata: \{"type":"error","error":\{[^\n]*\}\n\n$/],
  ] as const)('is told of in an event (%s)', { timeout: 30_000 }, async (api, pattern) => {
    const wire = await failingLate[api]
    if (!wire) throw new Error('it was not asked')
    await wire.ended
    expect(wire.status).toBe(200)
    expect(wire.text()).toMatch(/^: keep-alive\n\n/)
    expect(wire.text()).toMatch(pattern)
    expect(wire.text()).not.toContain('[DONE]')
    expect(await logOf(relay.api, requestIdOf(wire))).toMatchObject({ status: 503, cost_micros: 0 })
  })
})

test('every call is billed, and nothing stays set aside', async () => {
  expect((await expectBalanced(relay.api)).used).toBeGreaterThan(0)
})
