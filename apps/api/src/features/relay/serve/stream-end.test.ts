import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logOf, makeDoor, saying, setPrice, type Door } from '../../../../test/relay-calls.ts'
import { expectBalanced, readRaw, timesIn, type Wire } from '../../../../test/relay-wire.ts'
import { asStream, sse, startScripted, type Script, type ScriptedRelay } from '../../../../test/scripted-upstream.ts'

let relay: ScriptedRelay
let door: Door

beforeAll(async () => {
  relay = await startScripted()
  door = await makeDoor(relay.api)
})
afterAll(() => relay.close())

const chunk = (index: number, content: string, finish: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  choices: [{ index, delta: { content }, finish_reason: finish }],
})

const askChat = async (script: Script, timeouts: object = {}): Promise<Wire> => {
  const model = await relay.model(script, timeouts)
  return readRaw(relay.api.url, '/v1/chat/completions', door.key, { model, messages: saying('hello'), stream: true })
}

const rowOf = ({ headers }: Wire) => logOf(relay.api, String(headers['x-request-id']))

/** Each event in a write of its own, so that they are not read as one. */
async function sendApart(res: Parameters<Script>[0], events: object[]): Promise<void> {
  asStream(res)
  for (const event of events) {
    res.write(sse(event))
    await new Promise(setImmediate)
  }
}

describe('of several answers side by side', () => {
  test.each([
    ['one finished, and the provider was lost', [chunk(0, 'a'), chunk(1, 'b'), chunk(0, '', 'stop')]],
    ['the second began first', [chunk(1, 'b'), chunk(0, 'a'), chunk(1, '', 'stop')]],
    ['the second began late', [chunk(0, 'a'), chunk(0, '', 'stop'), chunk(1, 'b')]],
  ])('%s: the stream broke, and bears no mark of success', async (_, events) => {
    const wire = await askChat((res) => void sendApart(res, events).then(() => res.end()))
    expect(wire.text()).not.toContain('[DONE]')
    expect(timesIn(wire.text(), '"error"')).toBe(1)
    expect(await rowOf(wire)).toMatchObject({ status: 200, error_code: 'stream_broken' })
  })

  test('all finished: the stream is complete', async () => {
    const events = [chunk(0, 'a'), chunk(1, 'b'), chunk(0, '', 'stop'), chunk(1, '', 'length')]
    const wire = await askChat((res) => void sendApart(res, events).then(() => res.end()))
    expect(timesIn(wire.text(), '[DONE]')).toBe(1)
    expect(await rowOf(wire)).toMatchObject({ status: 200, error_code: null })
  })
})

describe('the time for the first token', () => {
  const script: Script = (res) => {
    asStream(res).write(sse({ ...chunk(0, ''), choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }))
    const timer = setInterval(() => res.write(': still thinking\n\n'), 20)
    res.once('close', () => clearInterval(timer))
  }

  test('goes on while nothing but comments and the frame of an answer comes', async () => {
    const wire = await askChat(script, { first_token_ms: 100 })
    expect(wire.status).toBe(504)
    expect(await rowOf(wire)).toMatchObject({ status: 504, error_code: 'upstream_failed' })
  })

  test('ends with the first token: an answer may take longer than that', async () => {
    const wire = await askChat(
      (res) => {
        asStream(res).write(sse(chunk(0, 'hello')))
        setTimeout(() => res.end(sse(chunk(0, ' there', 'stop'))), 300)
      },
      { first_token_ms: 100 },
    )
    expect(timesIn(wire.text(), '[DONE]')).toBe(1)
  })
})

test('pictures that are streamed are billed by the piece', async () => {
  const usage = { input_tokens: 3, output_tokens: 20, total_tokens: 23 }
  const model = await relay.model((res) => {
    const partial = { type: 'image_generation.partial_image', partial_image_index: 0, b64_json: 'AAAA' }
    asStream(res).end(sse(partial, { type: 'image_generation.completed', b64_json: 'AAAA', usage }))
  })
  await setPrice(relay.api, model, { per_image: 7, image_output: 2_000_000 })
  const wire = await readRaw(relay.api.url, '/v1/images/generations', door.key, { model, prompt: 'sea', stream: true })
  expect(wire.status).toBe(200)
  const row: RowDataPacket = await rowOf(wire)
  expect(row).toMatchObject({ images: 1, input_tokens: 3, output_tokens: 20, image_output_tokens: 20, cost_micros: 47 })
})

test('every call is billed, and nothing stays set aside', async () => {
  expect((await expectBalanced(relay.api)).logged).toBeGreaterThan(0)
})
