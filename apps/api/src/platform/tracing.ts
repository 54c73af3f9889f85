import {
  diag,
  DiagLogLevel,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type HrTime,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import type { BrowserSpan } from '@parley/protocol/traces'

/** Where finished spans go while the process traces. */
interface Tracing {
  tracer: Tracer
  processor: SpanProcessor
  browser: Resource
}

let tracing: Tracing | undefined

/** Whether traces are made: nothing below costs anything while they are not. */
export const isTracing = (): boolean => tracing !== undefined

/** A collector that is away is worth a line a minute, not one a second. */
const failureEveryMs = 60_000
/** How long the end of the process waits for a collector that does not answer. */
const exportTimeoutMs = 3_000

/** Lets the SDK's complaints be heard: it drops what it cannot export, without a word. */
function hearFailures(onFailure: (reason: string) => void): void {
  let saidAtMs = -failureEveryMs
  const error = (reason: string) => {
    if (performance.now() - saidAtMs < failureEveryMs) return
    saidAtMs = performance.now()
    // The SDK writes errors as JSON, with their stacks.
    onFailure(/"message":"([^"]+)"/.exec(reason)?.[1] ?? reason.slice(0, 300))
  }
  const silent = () => undefined
  diag.setLogger(
    { error, warn: silent, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  )
}

/** Begins to export spans to a collector, by OTLP over HTTP. Answers how to send what is left and stop. */
export async function startTracing(
  endpoint: string,
  onFailure: (reason: string) => void,
): Promise<() => Promise<void>> {
  // Loaded only here: most servers never trace, and the SDK is not small.
  const [{ BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all(
    [
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ],
  )
  hearFailures(onFailure)
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs })
  const processor = new BatchSpanProcessor({
    exporter,
    scheduledDelayMillis: 1_000,
    exportTimeoutMillis: exportTimeoutMs,
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'parley-api' }),
    spanProcessors: [processor],
  })
  const mine = {
    tracer: provider.getTracer('parley'),
    processor,
    browser: resourceFromAttributes({ 'service.name': 'parley-web' }),
  }
  tracing = mine
  return async () => {
    if (tracing === mine) tracing = undefined
    await provider.shutdown()
  }
}

/** Reads a `traceparent` of W3C Trace Context; null for what is none. https://www.w3.org/TR/trace-context/ */
function readTraceparent(text: unknown): SpanContext | null {
  const [, traceId, spanId, flags] =
    typeof text === 'string' ? (/^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(text) ?? []) : []
  if (traceId === undefined || spanId === undefined || flags === undefined) return null
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
  return isSpanContextValid(context) ? context : null
}

interface SpanOptions {
  kind: 'server' | 'client' | 'internal'
  /** The span it belongs to, or what came as `traceparent`; without one it begins a trace. */
  parent?: unknown
  attributes: Attributes
  /** Spans of other traces that wait for this one too. */
  links?: Span[]
}

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL }

const isSpan = (value: unknown): value is Span =>
  typeof value === 'object' && value !== null && 'spanContext' in value && 'isRecording' in value

function contextBelow(parent: unknown): Context {
  if (isSpan(parent)) return trace.setSpan(ROOT_CONTEXT, parent)
  const remote = readTraceparent(parent)
  return remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT
}

/** Starts a span; undefined while nothing is traced. */
export function startSpan(name: string, { kind, parent, attributes, links = [] }: SpanOptions): Span | undefined {
  return tracing?.tracer.startSpan(
    name,
    { kind: kinds[kind], attributes, links: links.map((span) => ({ context: span.spanContext() })) },
    contextBelow(parent),
  )
}

/** Ends a span, as a failure if it is called one. */
export function endSpan(span: Span | undefined, { failure }: { failure?: string | undefined } = {}): void {
  if (failure !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR, message: failure })
  span?.end()
}

/** The header that tells a client which trace its request became, and so that the server traces. */
export function traceResponse(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1_000_000)]

/** Exports a span that a browser measured, beside the server's own. */
export function recordBrowserSpan({ traceId, spanId, parentSpanId, name, startMs, durationMs }: BrowserSpan): void {
  if (!tracing) return
  const contextOf = (id: string): SpanContext => ({ traceId, spanId: id, traceFlags: 1 })
  tracing.processor.onEnd({
    name,
    kind: parentSpanId === undefined ? SpanKind.INTERNAL : SpanKind.CLIENT,
    spanContext: () => contextOf(spanId),
    ...(parentSpanId !== undefined && { parentSpanContext: contextOf(parentSpanId) }),
    startTime: hrTime(startMs),
    endTime: hrTime(startMs + durationMs),
    duration: hrTime(durationMs),
    ended: true,
    status: { code: SpanStatusCode.UNSET },
    attributes: {},
    links: [],
    events: [],
    resource: tracing.browser,
    instrumentationScope: { name: 'parley' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  })
}
