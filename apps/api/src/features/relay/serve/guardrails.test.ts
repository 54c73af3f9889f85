import { createGuardrail, updateRelaySettings } from '@parley/protocol/relay-settings'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { call } from '../../../../test/harness.ts'
import { ask, logOf, makeDoor, saying, setPrice, type Door } from '../../../../test/relay-calls.ts'
import { eventsIn, expectBalanced, readRaw, startRelay, type TestRelay } from '../../../../test/relay-wire.ts'

let relay: TestRelay
let watched: Door
let free: Door

type Guard = Parameters<typeof call<typeof createGuardrail>>[3]['body']

beforeAll(async () => {
  relay = await startRelay()
  await relay.channel({ models: ['gpt-test', 'echo-body'] })
  await relay.channel({ type: 'anthropic', models: ['claude'] })
  await setPrice(relay.api, 'gpt-test')
  watched = await makeDoor(relay.api)
  free = await makeDoor(relay.api)
  const guard = (body: Omit<Guard, 'group'>) =>
    call(relay.api, relay.api.operator, createGuardrail, { body: { ...body, group: watched.group } })
  await guard({ name: 'numbers', kind: 'pattern', matches: ['\\d{4}-\\d{4}'], action: 'redact', direction: 'input' })
  await guard({ name: 'project', kind: 'keyword', matches: ['bluebird'], action: 'refuse', direction: 'input' })
  await guard({ name: 'colour', kind: 'keyword', matches: ['magenta'], action: 'redact', direction: 'output' })
  await guard({ name: 'word', kind: 'keyword', matches: ['vermilion'], action: 'refuse', direction: 'output' })
})
afterAll(() => relay.close())

const paths = { chat: '/v1/chat/completions', messages: '/v1/messages', responses: '/v1/responses' }
const forms: [keyof typeof paths, string, boolean][] = [
  ['chat', 'gpt-test', false],
  ['chat', 'gpt-test', true],
  ['chat', 'claude', true],
  ['messages', 'gpt-test', false],
  ['messages', 'claude', true],
  ['responses', 'gpt-test', true],
  ['responses', 'claude', false],
]

async function say(door: Door, api: keyof typeof paths, model: string, stream: boolean, text: string) {
  const said = api === 'responses' ? { input: text } : { messages: saying(text), max_tokens: 200 }
  const wire = await readRaw(relay.api.url, paths[api], door.key, { model, stream, ...said })
  return { wire, row: await logOf(relay.api, String(wire.headers['x-request-id'])) }
}

/** The text of an answer, streamed or not, in any dialect. */
const textOf = (answer: string): string =>
  [...answer.matchAll(/"(?:content|text|delta)":"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]).join('')

describe('what goes in', () => {
  test.each(forms)('is redacted before a provider sees it (%s, %s, streamed: %s)', async (api, model, stream) => {
    const { wire } = await say(watched, api, model, stream, 'call 1234-5678 now')
    expect(wire.status).toBe(200)
    expect(textOf(wire.text())).not.toContain('1234')
    expect(textOf(wire.text())).toContain(' now')
  })

  test.each(forms)('is refused, and no provider sees it (%s, %s, streamed: %s)', async (api, model, stream) => {
    const before = await relay.seen()
    const { wire, row } = await say(watched, api, model, stream, 'what of bluebird')
    expect(wire.status).toBe(400)
    expect(wire.text()).toContain('project')
    expect(row).toMatchObject({ status: 400, error_code: 'guardrail', cost_micros: 0 })
    expect((await relay.seen()).requests).toEqual(before.requests)
  })
})

describe('what comes out', () => {
  test.each(forms)('is redacted (%s, %s, streamed: %s)', async (api, model, stream) => {
    const { wire, row } = await say(watched, api, model, stream, 'paint it magenta please')
    expect(wire.status).toBe(200)
    expect(wire.text()).not.toContain('magenta')
    expect(textOf(wire.text())).toContain('please')
    expect(row).toMatchObject({ status: 200, error_code: null })
  })

  test.each(forms)('is refused, and what it cost is billed (%s, %s, streamed: %s)', async (api, model, stream) => {
    const { wire, row } = await say(watched, api, model, stream, 'paint it vermilion please')
    expect(wire.text()).not.toContain('vermilion')
    expect(wire.text()).not.toContain('[DONE]')
    expect(wire.text()).not.toMatch(/message_stop|response\.completed/)
    expect(wire.text()).toContain('guardrail')
    expect(row.error_code).not.toBeNull()
    expect(row.input_tokens).toBeGreaterThan(0)
  })
})

test('another group is not watched', async () => {
  const { wire } = await say(free, 'chat', 'gpt-test', true, 'bluebird 1234-5678 magenta vermilion')
  expect(eventsIn(wire.text()).length).toBeGreaterThan(5)
  expect(wire.text()).toContain('vermilion')
})

describe('prompts', () => {
  const kept = async (requestId: string | null) => {
    const [rows] = await relay.api.sql.query<RowDataPacket[]>('SELECT * FROM relay_prompt_logs WHERE request_id = ?', [
      requestId,
    ])
    return rows[0]
  }

  const asked = async (text: string, stream = false) => {
    const body = { model: 'gpt-test', messages: saying(text), stream }
    const response = await ask(relay.api, free.key, paths.chat, body)
    await response.text()
    const requestId = response.headers.get('x-request-id')
    await logOf(relay.api, requestId)
    return requestId
  }

  test('are kept for who wants it, redacted, and for nobody else', async () => {
    const before = await asked('not to be kept')
    await call(relay.api, relay.api.operator, updateRelaySettings, { body: { prompt_log_days: 1 } })
    for (const stream of [false, true]) {
      const requestId = await asked('write to lin@example.com of the sea', stream)
      const record = await vi.waitFor(async () => {
        const found = await kept(requestId)
        if (!found) throw new Error('it is not kept')
        return found
      })
      expect(record.request).toContain('of the sea')
      expect(record.answer).toContain('of the sea')
      expect(`${record.request} ${record.answer}`).not.toContain('lin@example.com')
    }
    await call(relay.api, relay.api.operator, updateRelaySettings, { body: { prompt_log_days: 0 } })
    const after = await asked('not to be kept either')
    expect([await kept(before), await kept(after)]).toEqual([undefined, undefined])
  })
})

test('every call is billed, and nothing stays set aside', async () => {
  expect((await expectBalanced(relay.api)).used).toBeGreaterThan(0)
})
