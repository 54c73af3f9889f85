import { createHash, timingSafeEqual } from 'node:crypto'
import type { Span } from '@opentelemetry/api'
import { reportSpans } from '@parley/protocol/traces'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Pool } from 'mysql2/promise'
import type { Settings } from '../config-reload.ts'
import { poolUse } from './database.ts'
import { notFound } from './http/errors.ts'
import { route } from './http/route.ts'
import {
  connections,
  httpDurations,
  httpRequests,
  poolConnections,
  poolWaiting,
  redisAway,
  refusedForRate,
  registry,
} from './metrics.ts'
import { noteSpan } from './request-context.ts'
import { watchQueries } from './telemetry-queries.ts'
import { endSpan, isTracing, recordBrowserSpan, startSpan, startTracing, traceResponse } from './tracing.ts'

interface TelemetryOptions {
  /** Throws while the database does not answer. */
  ping: () => Promise<void>
  /** Whether Redis answers, where there is one. */
  isRedisReady?: () => boolean
  /** The pools of the database, by the name their metrics carry. */
  pools: Record<string, Pool>
  settings: Settings
}

const loopback = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Behind a proxy on this machine everybody comes from loopback. */
const isLocal = (request: FastifyRequest): boolean =>
  loopback.has(request.ip) && request.headers['x-forwarded-for'] === undefined

const holdsToken = (request: FastifyRequest, token: string | undefined): boolean =>
  token !== undefined && timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`))

function countPools(pools: Record<string, Pool>): void {
  for (const [pool, use] of Object.entries(pools)) {
    const { open, idle, waiting } = poolUse(use)
    poolConnections.set({ pool, state: 'idle' }, idle)
    poolConnections.set({ pool, state: 'in_use' }, open - idle)
    poolWaiting.set({ pool }, waiting)
  }
}

/** Counts, times and traces every request, and says in the log which were slow. */
function watchRequests(app: FastifyInstance, settings: Settings): void {
  const spans = new WeakMap<FastifyRequest, Span>()
  function trace(request: FastifyRequest, reply: FastifyReply): void {
    const endpoint = request.routeOptions.url ?? 'unknown'
    const attributes = { 'http.request.method': request.method, 'http.route': endpoint, 'request.id': request.id }
    const parent = request.headers.traceparent
    const span = startSpan(`${request.method} ${endpoint}`, { kind: 'server', parent, attributes })
    if (!span) return
    spans.set(request, span)
    noteSpan(span)
    void reply.header('traceresponse', traceResponse(span))
  }

  function count(request: FastifyRequest, reply: FastifyReply): void {
    const { method } = request
    // The route's pattern, not the address: one series an endpoint, whatever strangers ask for.
    const endpoint = request.routeOptions.url ?? 'unknown'
    const status = reply.statusCode
    const durationMs = Math.round(reply.elapsedTime)
    httpRequests.inc({ method, endpoint, status })
    httpDurations.observe({ method, endpoint }, reply.elapsedTime / 1_000)
    if (status === 429) refusedForRate.inc({ transport: 'http' })
    const span = spans.get(request)?.setAttribute('http.response.status_code', status)
    endSpan(span, status >= 500 ? { failure: `answered ${status}` } : {})
    const line = { requestId: request.id, route: `${method} ${endpoint}`, status, durationMs }
    if (durationMs > settings.current().SLOW_REQUEST_MS) request.log.warn(line, 'slow request')
    else request.log.debug(line, 'answered')
  }

  // No promises: every request passes here.
  app.addHook('onRequest', (request, reply, done) => {
    if (isTracing()) trace(request, reply)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    count(request, reply)
    done()
  })
}

/** Health, readiness and metrics: what runs the server asks them, people do not. */
export async function registerTelemetry(app: FastifyInstance, options: TelemetryOptions) {
  const { ping, pools, settings, isRedisReady = () => true } = options
  const { OTEL_EXPORTER_OTLP_ENDPOINT } = settings.current()
  if (OTEL_EXPORTER_OTLP_ENDPOINT !== undefined) {
    // Told by a timer that some request happened to start.
    const outside = { requestId: 'system', route: undefined, userId: undefined, workspaceId: undefined }
    const onFailure = (reason: string) => app.log.warn({ ...outside, reason }, 'spans could not be exported')
    app.addHook('onClose', await startTracing(OTEL_EXPORTER_OTLP_ENDPOINT, onFailure))
  }
  const stopWatching = watchQueries({ slowMs: () => settings.current().SLOW_QUERY_MS, log: app.log })
  app.addHook('onClose', async () => stopWatching())
  settings.onChange(({ LOG_LEVEL }) => {
    app.log.level = LOG_LEVEL
  })
  watchRequests(app, settings)

  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async () => {
    await ping()
    return { status: 'ready' }
  })
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    const { DOCS, METRICS_TOKEN } = settings.current()
    if (!DOCS && !isLocal(request) && !holdsToken(request, METRICS_TOKEN)) throw notFound('This address')
    countPools(pools)
    redisAway.set(isRedisReady() ? 0 : 1)
    return reply.type(registry.contentType).send(await registry.metrics())
  })

  route(app, reportSpans, async ({ body }) => body.spans.forEach(recordBrowserSpan))

  return {
    connected: () => connections.inc({ type: 'realtime' }),
    disconnected: () => connections.dec({ type: 'realtime' }),
  }
}
