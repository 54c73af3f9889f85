import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect } from '@playwright/test'
import { createRoom } from '@parley/protocol/rooms'
import { startStack } from '../../scripts/stack.ts'
import { registerPerson } from '../people.ts'
import { test } from './fixtures.ts'

/** The part of a span of OTLP's JSON that is looked at. https://opentelemetry.io/docs/specs/otlp/ */
interface Span {
  spanId: string
  parentSpanId?: string
  name: string
}

const isSpan = (value: unknown): value is Span =>
  typeof value === 'object' && value !== null && 'spanId' in value && 'name' in value

/** A collector of traces that remembers every span. */
async function startCollector() {
  const spans: Span[] = []
  const remember = (_: string, value: unknown) => {
    if (isSpan(value)) spans.push(value)
    return value
  }
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      JSON.parse(body, remember)
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the collector listens nowhere')
  return { origin: `http://127.0.0.1:${address.port}`, spans, stop: () => server.close() }
}

test('one trace leads from a person’s key or finger to the statement that stores the message', async ({ seat }) => {
  const collector = await startCollector()
  const stack = await startStack({ LOG_LEVEL: 'error', OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin })
  const { client, email, password } = await registerPerson(stack.origin, 'tracer')
  const { room } = await client.rest.call(createRoom, { body: { name: 'Traces', type: 'PUBLIC' } })
  client.stop()
  const me = await seat(stack.origin)
  await me.page.request.post('/api/login', { data: { login: email, password } })
  await me.page.goto(`/r/${room.id}`)
  await me.say('traced from here to the disk')

  /** The names above a statement that stores a message, up to what the person did. */
  const story = () => {
    const above = (id: string | undefined) => collector.spans.find(({ spanId }) => spanId === id)
    return collector.spans
      .filter(({ name }) => name === 'INSERT')
      .map((insert) => {
        const names = []
        for (let span = above(insert.parentSpanId); span; span = above(span.parentSpanId)) names.push(span.name)
        return names.join(' < ')
      })
  }
  await expect
    .poll(story, { timeout: 20_000 })
    .toContainEqual(
      expect.stringMatching(/^commit messages < command room.sendMessage < room.sendMessage < (enter|click|submit)$/),
    )
  await stack.stop()
  collector.stop()
})
