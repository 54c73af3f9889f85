import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Seen } from './seen.ts'
import { createTestUpstream } from './server.ts'
import { serving } from './testing/serving.ts'

let upstream: Awaited<ReturnType<typeof serving>>

beforeAll(async () => {
  upstream = await serving(createTestUpstream())
})
afterAll(() => upstream.stop())
beforeEach(() => fetch(`${upstream.url}/seen/reset`, { method: 'POST' }))

const messages = [{ role: 'user', content: 'one two three four' }]
const headers = { authorization: 'Bearer any', 'anthropic-version': '2023-06-01', 'content-type': 'application/json' }

function call(model: string, body: object = {}, path = '/v1/chat/completions', signal?: AbortSignal) {
  const openai = path === '/v1/chat/completions' ? { authorization: 'Bearer any' } : headers
  return fetch(`${upstream.url}/failures${path}`, {
    method: 'POST',
    headers: openai,
    body: JSON.stringify({ model, messages, max_tokens: 100, ...body }),
    signal,
  })
}

async function seen(): Promise<Seen> {
  const answer = await fetch(`${upstream.url}/seen`)
  return (await answer.json()) as Seen
}

/** The data of all events. */
function eventsOf(text: string): string[] {
  return text
    .split(/\r?\n\r?\n/)
    .map(
      (event) =>
        event
          .match(/^data: ?(.*)$/gm)
          ?.map((line) => line.replace(/^data: ?/, ''))
          .join('\n') ?? '',
    )
    .filter((data) => data !== '')
}

function contentOf(text: string): string {
  const chunks = eventsOf(text).filter((data) => data !== '[DONE]')
  return chunks.map((data) => JSON.parse(data).choices?.[0]?.delta.content ?? '').join('')
}

/** Reads to the end, or to where the connection broke. */
async function readAll(answer: Response): Promise<{ text: string; broken: boolean }> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of answer.body ?? []) text += decoder.decode(chunk, { stream: true })
    return { text, broken: false }
  } catch {
    return { text, broken: true }
  }
}

describe('statuses', () => {
  it.each([400, 401, 403, 404, 408, 413, 422, 429, 451, 500, 503, 529])(
    'answers %i in both envelopes',
    async (status) => {
      const openai = await call(`status-${status}`)
      expect(openai.status).toBe(status)
      expect(await openai.json()).toEqual({
        error: expect.objectContaining({ message: expect.any(String), type: expect.any(String) }),
      })
      const anthropic = await call(`status-${status}`, {}, '/v1/messages')
      expect(anthropic.status).toBe(status)
      expect(await anthropic.json()).toMatchObject({ type: 'error', error: { type: expect.any(String) } })
    },
  )

  it('answers after failing as often as told, and says when to try again', async () => {
    const statuses = []
    for (let time = 0; time < 4; time += 1) statuses.push((await call('status-429-after-2')).status)
    expect(statuses).toEqual([429, 429, 200, 200])
    expect((await call('status-429-retry-2')).headers.get('retry-after')).toBe('2')
    expect((await call('status-503-retry-ms-500')).headers.get('retry-after-ms')).toBe('500')
  })
})

describe('broken streams', () => {
  it.each([
    ['die-after-3', 'You said:', false, true],
    ['no-finish', 'You said: one two three four', false, false],
    ['no-done', 'You said: one two three four', false, false],
    ['done-twice', 'You said: one two three four', true, false],
    ['comments', 'You said: one two three four', true, false],
    ['split-bytes', 'Zürich 東京 👩‍👩‍👧 𝒳 naïve', true, false],
  ])('%s', async (model, content, done, broken) => {
    const read = await readAll(await call(model, { stream: true }))
    expect(contentOf(read.text)).toBe(content)
    expect(read.text.includes('[DONE]')).toBe(done)
    expect(read.broken).toBe(broken)
    expect(read.text.includes('"finish_reason":"stop"')).toBe(!['die-after-3', 'no-finish'].includes(model))
  })

  it('tells an error in mid-stream in the manner of the provider', async () => {
    const openai = eventsOf((await readAll(await call('error-event-after-3', { stream: true }))).text)
    expect(JSON.parse(openai.at(-1) ?? '')).toMatchObject({ error: { type: 'server_error' } })
    const anthropic = await readAll(await call('error-event-after-3', { stream: true }, '/v1/messages'))
    expect(anthropic.text).toMatch(/event: error\ndata: .*overloaded_error/)
    expect(anthropic.text).not.toContain('message_stop')
  })

  it('stalls, and notices at once when the reader has had enough', async () => {
    const giveUp = new AbortController()
    const answer = await call('stall-after-3', { stream: true }, undefined, giveUp.signal)
    const reader = answer.body?.getReader()
    await reader?.read()
    expect(await seen()).toMatchObject({ requests: { 'stall-after-3': 1 }, open: 1, aborted: {} })
    giveUp.abort()
    await expect.poll(async () => (await seen()).aborted).toEqual({ 'stall-after-3': 1 })
  })
})

describe('answers that are none', () => {
  it('destroys the connection or never answers', async () => {
    await expect(call('reset')).rejects.toThrow('fetch failed')
    await expect(call('hang', {}, undefined, AbortSignal.timeout(50))).rejects.toThrow('timeout')
    await expect.poll(async () => (await seen()).aborted).toEqual({ hang: 1 })
  })

  it('sends pages, cut JSON and nothing', async () => {
    const page = await call('html-error')
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html'])
    expect((await call('wrong-type')).headers.get('content-type')).toBe('text/html')
    await expect((await call('bad-json')).json()).rejects.toThrow(SyntaxError)
    expect(await (await call('empty', { stream: true })).text()).toBe('')
    expect(await (await call('empty')).text()).toBe('')
    const half = await readAll(await call('die-after-3'))
    expect(half).toMatchObject({ broken: true, text: expect.stringContaining('chatcmpl') })
  })

  it('waits before the headers, before the body, or between events', async () => {
    const timeOf = async (model: string) => {
      const start = performance.now()
      const answer = await call(model, { stream: true })
      const headersMs = performance.now() - start
      await answer.text()
      return { headersMs, bodyMs: performance.now() - start - headersMs }
    }
    expect((await timeOf('slow-headers-100')).headersMs).toBeGreaterThan(95)
    expect((await timeOf('slow-first-100')).bodyMs).toBeGreaterThan(50)
    expect((await timeOf('slow-20')).bodyMs).toBeGreaterThan(100)
  })

  it('says what it was sent', async () => {
    const told = (await (await call('echo-headers')).json()) as { choices: { message: { content: string } }[] }
    expect(JSON.parse(told.choices[0]?.message.content ?? '')).toMatchObject({ authorization: 'Bearer any' })
    expect(contentOf(await (await call('echo-body', { stream: true })).text())).toContain('"model":"echo-body"')
  })
})

describe('odd usage', () => {
  it.each([
    [1, { choices: [{ finish_reason: 'stop' }], usage: { completion_tokens: 7 } }],
    [2, { choices: [{ finish_reason: 'stop' }], usage: { completion_tokens: 7 } }],
    [3, { choices: [], usage: { input_tokens: 4, output_tokens: 7 } }],
    [4, { choices: [{ finish_reason: 'stop', usage: { completion_tokens: 7 } }] }],
    [5, { choices: [{ finish_reason: 'stop' }], usage: null }],
    [6, { choices: [{ finish_reason: 'stop' }] }],
    [7, { choices: [], usage: { prompt_tokens: 4 } }],
    [8, { usage: { prompt_cache_hit_tokens: 2, prompt_cache_miss_tokens: 2 } }],
    [9, { x_groq: { usage: { completion_tokens: 7 } } }],
    [10, { choices: [{ delta: { content: '' } }], usage: { completion_tokens: 7 } }],
  ])('%i', async (number, last) => {
    const { text } = await readAll(await call(`usage-odd-${number}`, { stream: true }))
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(JSON.parse(eventsOf(text).at(-2) ?? '')).toMatchObject(last)
    const plain = await (await call(`usage-odd-${number}`)).json()
    expect(plain).toMatchObject({ ...last, object: 'chat.completion', choices: [{ finish_reason: 'stop' }] })
  })

  it('grows from chunk to chunk', async () => {
    const { text } = await readAll(await call('usage-odd-2', { stream: true }))
    const told = eventsOf(text).slice(0, -1)
    const written = told.map((data) => JSON.parse(data).usage.completion_tokens)
    expect(written).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 7])
  })
})

it('stops writing while nobody reads', async () => {
  const { port } = new URL(upstream.url)
  const body = JSON.stringify({ model: 'huge-100mb', messages, stream: true })
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(
    `POST /failures/v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer any\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  socket.pause()
  await expect.poll(async () => (await seen()).requests['huge-100mb']).toBe(1)
  await pause(100)
  expect((await seen()).open).toBe(1)
  socket.destroy()
  await expect.poll(async () => (await seen()).aborted).toEqual({ 'huge-100mb': 1 })
  await expect.poll(async () => (await seen()).bytesWritten).toBeGreaterThan(0)
  expect((await seen()).bytesWritten).toBeLessThan(20 * 1024 * 1024)
})

it('answers 500 to what it cannot make', async () => {
  expect((await call('huge-9999mb')).status).toBe(500)
})

it('sends a huge stream whole', async () => {
  const { text } = await readAll(await call('huge-2mb', { stream: true }))
  expect(contentOf(text)).toHaveLength(2 * 1024 * 1024)
  expect(text).toContain('[DONE]')
})
