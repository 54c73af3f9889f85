import { tracingChannel, type TracingChannel } from 'node:diagnostics_channel'
import type { Span } from '@opentelemetry/api'
import { poolWaits, queryDurations, queryFailures } from './metrics.ts'
import { keepRequestContext, requestContext } from './request-context.ts'
import { withoutValues } from './telemetry-sql.ts'
import { endSpan, isTracing, startSpan } from './tracing.ts'

interface WatchOptions {
  /** Statements that take longer are logged. */
  slowMs: () => number
  log: { warn(context: object, message: string): void }
}

const operations = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'COMMIT', 'ROLLBACK', 'START'])

// From the start, so that the first failure already shows as a rise.
for (const operation of [...operations, 'other']) queryFailures.inc({ operation }, 0)

/** The first word of a statement, of those that are worth a series of their own. */
function operationOf(sql: string): string {
  const word = /^\s*([a-z]+)/i.exec(sql)?.[1]?.toUpperCase() ?? ''
  return operations.has(word) ? word : 'other'
}

const textOf = (message: object): string => {
  const query: unknown = Reflect.get(message, 'query')
  return typeof query === 'string' ? query : ''
}

interface Started {
  atMs: number
  span: Span | undefined
}

/** A statement's span, inside that of the request it is for; statements of nobody's request are not traced. */
function spanOf(message: object): Span | undefined {
  const { span: parent } = requestContext()
  const sql = textOf(message)
  if (!isTracing() || !parent || sql === '') return undefined
  const operation = operationOf(sql)
  const attributes = { 'db.system.name': 'mysql', 'db.operation.name': operation, 'db.query.text': withoutValues(sql) }
  return startSpan(operation, { kind: 'client', parent, attributes })
}

/** Times and traces what goes through a channel of mysql2; answers how to stop. */
function watchChannel(channel: TracingChannel, ended: (message: object, durationMs: number) => void): () => void {
  const started = new WeakMap<object, Started>()
  const subscribers = {
    start: (message: object) => void started.set(message, { atMs: performance.now(), span: spanOf(message) }),
    asyncStart: (message: object) => {
      const begun = started.get(message)
      if (!begun) return
      endSpan(begun.span, 'error' in message ? { failure: 'the statement failed' } : {})
      ended(message, performance.now() - begun.atMs)
    },
    end: () => undefined,
    asyncEnd: () => undefined,
    error: () => undefined,
  }
  channel.subscribe(subscribers)
  return () => channel.unsubscribe(subscribers)
}

/**
 * Counts, times, traces and, where they are slow, logs the statements of this process, by the diagnostics channels of
 * mysql2. Answers how to stop.
 */
export function watchQueries({ slowMs, log }: WatchOptions): () => void {
  function ended(message: object, durationMs: number): void {
    const sql = textOf(message)
    const operation = operationOf(sql)
    queryDurations.observe({ operation }, durationMs / 1_000)
    if ('error' in message) queryFailures.inc({ operation })
    if (durationMs > slowMs()) log.warn({ sql: withoutValues(sql), durationMs: Math.round(durationMs) }, 'slow query')
  }
  const timed: [string, typeof ended][] = [
    ['mysql2:query', ended],
    ['mysql2:execute', ended],
    ['mysql2:pool:connect', (_, durationMs) => poolWaits.observe(durationMs / 1_000)],
  ]
  const stops = timed.flatMap(([name, onEnd]) => {
    const channel = tracingChannel(name)
    // Who is called back by the connection, or by whoever frees one, would else be in a stranger's context.
    return [keepRequestContext(channel), watchChannel(channel, onEnd)]
  })
  return () => stops.forEach((stop) => stop())
}
