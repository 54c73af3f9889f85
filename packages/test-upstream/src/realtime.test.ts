import { once } from 'node:events'
import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createTestUpstream } from './server.ts'
import { serving } from './testing/serving.ts'

let upstream: Awaited<ReturnType<typeof serving>>

beforeAll(async () => {
  upstream = await serving(createTestUpstream())
})
afterAll(() => upstream.stop())

// The official client speaks to https only.
function open(area: string, model: string, key = 'any'): WebSocket {
  const url = `${upstream.url.replace('http', 'ws')}/${area}/v1/realtime?model=${model}`
  return new WebSocket(url, ['realtime', `openai-insecure-api-key.${key}`])
}

/** Sends when the session is there, and hears until the response is done or the connection is closed. */
async function converse(socket: WebSocket, ...said: RealtimeClientEvent[]): Promise<RealtimeServerEvent[]> {
  const heard: RealtimeServerEvent[] = []
  socket.on('message', (data: Buffer) => {
    const event = JSON.parse(data.toString()) as RealtimeServerEvent
    heard.push(event)
    if (event.type === 'session.created') for (const each of said) socket.send(JSON.stringify(each))
    if (event.type === 'response.done') socket.close()
  })
  await once(socket, 'close')
  return heard
}

function textOf(events: RealtimeServerEvent[]): string {
  return events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('')
}

it('answers sound and text, and counts both', async () => {
  const socket = open('answers', 'test-small')
  const sound = await converse(
    socket,
    { type: 'input_audio_buffer.append', audio: Buffer.alloc(4800).toString('base64') },
    { type: 'input_audio_buffer.commit' },
    { type: 'response.create' },
  )
  expect(socket.protocol).toBe('realtime')
  expect(textOf(sound)).toBe('You said: 4800 bytes of audio')
  expect(sound.at(-1)).toMatchObject({
    response: { usage: { input_tokens: 5, output_tokens: 7, input_token_details: { audio_tokens: 1 } } },
  })
  const content = [{ type: 'input_text' as const, text: 'Hello' }]
  const text = await converse(
    open('answers', 'test-small'),
    { type: 'conversation.item.create', item: { type: 'message', role: 'user', content } },
    { type: 'response.create' },
  )
  expect(textOf(text)).toBe('You said: Hello')
})

it('refuses a wrong key, and fails as the model tells', async () => {
  await expect(converse(open('answers', 'test-small', 'wrong'))).rejects.toThrow('401')
  await expect(converse(open('failures', 'status-503'))).rejects.toThrow('503')
  const cut = await converse(open('failures', 'die-after-2'), { type: 'response.create' })
  expect(textOf(cut)).toBe('You said')
})
