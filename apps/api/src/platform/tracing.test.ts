import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { createRoom } from '@parley/protocol/rooms'
import { sendMessage } from '@parley/protocol/messages'
import { reportSpans } from '@parley/protocol/traces'
import { Type, type Static } from 'typebox'
import Value from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, connect, createUser, send, startApi, type TestApi, type TestUser } from '../../test/harness.ts'

/** The part of OTLP's JSON that is looked at. https://opentelemetry.io/docs/specs/otlp/ */
const Span = Type.Object({
  traceId: Type.String(),
  spanId: Type.String(),
  parentSpanId: Type.Optional(Type.String()),
  name: Type.String(),
  attributes: Type.Array(Type.Object({ key: Type.String(), value: Type.Unknown() })),
  links: Type.Optional(Type.Array(Type.Object({ traceId: Type.String() }))),
})
type Span = Static<typeof Span>
const Export = Type.Object({
  resourceSpans: Type.Array(Type.Object({ scopeSpans: Type.Array(Type.Object({ spans: Type.Array(Span) })) })),
})

/** Listens on a free port of loopback; answers it. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the server listens nowhere')
  return address.port
}

const spans: Span[] = []
let collector: Server
let api: TestApi
let ada: TestUser

beforeAll(async () => {
  collector = createServer((request, response) => {
    void json(request).then((body) => {
      if (request.url === '/v1/traces' && Value.Check(Export, body)) {
        spans.push(...body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)))
      }
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  const port = await listen(collector)
  api = await startApi({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })
  ada = await createUser(api)
})
afterAll(async () => {
  await api.close()
  collector.close()
})

const traceId = (digit: string) => digit.repeat(32)
const spanId = (digit: string) => digit.repeat(16)
const inTrace = (id: string) => spans.filter((span) => span.traceId === id)
const named = (id: string, name: string | RegExp) => inTrace(id).find((span) => span.name.match(name))
const settled = (id: string, name: string) => expect.poll(() => named(id, name), { timeout: 10_000 }).toBeDefined()

describe('one trace', () => {
  test('holds what a person did, the call that followed, its request, its commit and its statements', async () => {
    const { room } = await call(api, ada, createRoom, { body: { name: 'Traces', type: 'PUBLIC' } })
    const id = traceId('a')
    const body = {
      roomId: room.id,
      clientId: '0197f0c0-0000-7000-8000-000000000001',
      body: { kind: 'text', text: 'a sentence' },
    }
    const headers = { traceparent: `00-${id}-${spanId('b')}-01` }
    const response = await send(api, sendMessage, { body, headers }, ada)
    expect(response.headers.get('traceresponse')).toContain(id)
    const click = { traceId: id, spanId: spanId('c'), name: 'click', startMs: Date.now() - 40, durationMs: 30 }
    const called = { ...click, spanId: spanId('b'), parentSpanId: spanId('c'), name: 'POST /api/room/message' }
    await call(api, ada, reportSpans, { body: { spans: [click, called] } })
    await settled(id, 'click')
    await settled(id, 'commit messages')
    const request = inTrace(id).find((span) => span.parentSpanId === spanId('b'))
    expect(request).toMatchObject({ name: 'POST /api/room/message' })
    expect(named(id, 'click')?.parentSpanId).toBeUndefined()
    expect(inTrace(id).find((span) => span.spanId === spanId('b'))).toMatchObject({ parentSpanId: spanId('c') })
    const commit = named(id, 'commit messages')
    expect(commit?.parentSpanId).toBe(request?.spanId)
    const statements = inTrace(id).filter((span) => span.name === 'INSERT' || span.name === 'SELECT')
    expect(statements.some((span) => span.name === 'INSERT' && span.parentSpanId === commit?.spanId)).toBe(true)
    expect(JSON.stringify(inTrace(id))).not.toContain('a sentence')
  })

  test('holds a command and its statements', async () => {
    const socket = await connect(api, ada)
    const id = traceId('d')
    await socket.refused('room.join', { id: '999999' }, { traceparent: `00-${id}-${spanId('e')}-01` })
    socket.close()
    await settled(id, 'command room.join')
    const command = named(id, 'command room.join')
    expect(command?.parentSpanId).toBe(spanId('e'))
    expect(inTrace(id).filter((span) => span.parentSpanId === command?.spanId).length).toBeGreaterThan(0)
  })
})

test('a header that is no trace begins a new one', async () => {
  const response = await fetch(`${api.url}/healthz`, {
    headers: { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` },
  })
  expect(response.headers.get('traceresponse')).toMatch(/^00-(?!0{32})[\da-f]{32}-[\da-f]{16}-01$/)
})

test('a collector that is away holds up neither the requests nor the end, and is complained of', async () => {
  // Nothing listens on the port of a server that has closed.
  const gone = createServer()
  const port = await listen(gone)
  gone.close()
  const LOG_DIR = await mkdtemp(join(tmpdir(), 'parley-tracing-'))
  const alone = await startApi({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, LOG_DIR, LOG_LEVEL: 'warn' })
  const logged = () => readFile(join(LOG_DIR, 'api.1.log'), 'utf8')
  await expect.poll(logged, { timeout: 15_000 }).toContain('spans could not be exported')
  const startedAtMs = performance.now()
  await alone.close()
  expect(performance.now() - startedAtMs).toBeLessThan(10_000)
  await rm(LOG_DIR, { recursive: true })
}, 60_000)
