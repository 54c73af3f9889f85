import { expect, it } from 'vitest'
import { readServerEvents } from './server-events.ts'

/** The text as a stream that is cut after every `size` bytes, in the middle of characters too. */
const streamOf = (text: string, size: number) => {
  const bytes = new TextEncoder().encode(text)
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
      controller.close()
    },
  })
}

const eventsOf = async (text: string, size: number) => {
  const events: string[] = []
  for await (const event of readServerEvents(streamOf(text, size))) events.push(event)
  return events
}

it.each([1, 2, 3, 7, 1_000])('events cut after every %d bytes arrive whole, without comments', async (size) => {
  const text =
    ': still here\n\ndata: {"text":"你好 👋"}\n\nevent: ping\r\ndata:one\r\ndata: two\r\n\r\ndata: [DONE]\n\n'
  expect(await eventsOf(text, size)).toEqual(['{"text":"你好 👋"}', 'one\ntwo', '[DONE]'])
})

it('an event that was never ended is none', async () => {
  expect(await eventsOf('data: one\n\ndata: tw', 4)).toEqual(['one'])
})
