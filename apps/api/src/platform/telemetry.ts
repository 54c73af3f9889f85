import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { notFound } from './http/errors.ts'

interface TelemetryOptions {
  /** Throws while the database does not answer. */
  ping: () => Promise<void>
  /** Whether anybody may read the metrics, or this machine only. */
  metricsForAnybody: boolean
}

const loopback = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

/** Health, readiness and metrics: what runs the server asks them, people do not. */
export function registerTelemetry(app: FastifyInstance, { ping, metricsForAnybody }: TelemetryOptions) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const labels = ['method', 'endpoint'] as const
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered.',
    labelNames: [...labels, 'status'] as const,
    registers: [registry],
  })
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: labels,
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers: [registry],
  })
  const connections = new Gauge({
    name: 'websocket_connections_active',
    help: 'Open WebSocket connections.',
    labelNames: ['type'] as const,
    registers: [registry],
  })
  connections.set({ type: 'realtime' }, 0)

  app.addHook('onResponse', async (request, reply) => {
    // The route's pattern, not the address: one series an endpoint, whatever strangers ask for.
    const endpoint = request.routeOptions.url ?? 'unknown'
    requests.inc({ method: request.method, endpoint, status: reply.statusCode })
    durations.observe({ method: request.method, endpoint }, reply.elapsedTime / 1_000)
  })
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async () => {
    await ping()
    return { status: 'ready' }
  })
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    // Behind a proxy on this machine everybody comes from loopback.
    const isLocal = loopback.has(request.ip) && request.headers['x-forwarded-for'] === undefined
    if (!metricsForAnybody && !isLocal) throw notFound('This address')
    return reply.type(registry.contentType).send(await registry.metrics())
  })

  return {
    connected: () => connections.inc({ type: 'realtime' }),
    disconnected: () => connections.dec({ type: 'realtime' }),
  }
}
