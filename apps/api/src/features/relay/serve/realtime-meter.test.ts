import { expect, test } from 'vitest'
import { noUsage } from '../usage.ts'
import { createRealtimeMeter } from './realtime-meter.ts'

const created = (id: string) => ({ type: 'response.created', event_id: 'event_1', response: { id } })
const said = (id: string, delta: string) => ({ type: 'response.output_audio_transcript.delta', response_id: id, delta })
const done = (id: string, usage: object | null, more: object = {}) => ({
  type: 'response.done',
  response: { id, ...more, usage },
})

const usage = {
  total_tokens: 90,
  input_tokens: 60,
  output_tokens: 30,
  input_token_details: { text_tokens: 10, audio_tokens: 30, image_tokens: 20, cached_tokens: 8 },
  output_token_details: { text_tokens: 10, audio_tokens: 20 },
}
const told = {
  ...noUsage,
  inputTokens: 60,
  cachedTokens: 8,
  audioInputTokens: 30,
  imageInputTokens: 20,
  outputTokens: 30,
  audioOutputTokens: 20,
}

function meterOf(...events: object[]) {
  const meter = createRealtimeMeter()
  for (const event of events) meter.hear(Buffer.from(JSON.stringify(event)))
  return meter
}

test('what the upstream tells is counted, each kind of token by itself', () => {
  const meter = meterOf(created('a'), said('a', 'Hello'), done('a', usage))
  expect(meter.usage()).toEqual(told)
  expect(meter.isAnswering()).toBe(false)
})

test('responses add up, side by side too', () => {
  const meter = meterOf(created('a'), created('b'), done('b', usage))
  expect(meter.isAnswering()).toBe(true)
  meter.hear(Buffer.from(JSON.stringify(done('a', usage))))
  expect(meter.usage()).toMatchObject({ inputTokens: 120, outputTokens: 60, audioOutputTokens: 40 })
})

test('of a response under way, what was said is counted here', () => {
  const meter = meterOf(created('a'), said('a', 'Hello '), said('a', 'world'))
  expect(meter.usage()).toEqual({ ...noUsage, outputTokens: 2 })
})

test('a response that used nothing, or does not tell, costs nothing', () => {
  expect(meterOf(created('a'), done('a', null)).usage()).toEqual(noUsage)
})

test('sound is passed over, and nothing that only looks like it', () => {
  const delta = Buffer.alloc(9_000).toString('base64')
  const sound = { type: 'response.output_audio.delta', event_id: 'event_1', response_id: 'a', delta }
  expect(meterOf(created('a'), sound).usage()).toEqual(noUsage)
  const metadata = { type: 'response.audio.delta' }
  expect(meterOf(done('a', usage, { metadata })).usage()).toEqual(told)
})

test('what is no JSON is no event', () => {
  expect(createRealtimeMeter().hear(Buffer.from('{"type":"response.done"'))).toBe(false)
})
