import { tracingChannel, type TracingChannel } from 'node:diagnostics_channel'
import { poolWaits, queryDurations, queryFailures } from './metrics.ts'
import { keepRequestContext } from './request-context.ts'
import { withoutValues } from './telemetry-sql.ts'

interface WatchOptions {
  /** Statements that take longer are logged. */
  slowMs: () => number
  log: { warn(context: object, message: string): void }
}

const operations = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'COMMIT', 'ROLLBACK', 'START'])

/** The first word of a statement, of those that are worth a series of their own. */
function operationOf(sql: string): string {
  const word = /^\s*([a-z]+)/i.exec(sql)?.[1]?.toUpperCase() ?? ''
  return operations.has(word) ? word : 'other'
}

const textOf = (message: object): string => {
  const query: unknown = Reflect.get(message, 'query')
  return typeof query === 'string' ? query : ''
}

/** Times what goes through a channel of mysql2; answers how to stop. */
function timeChannel(channel: TracingChannel, ended: (message: object, durationMs: number) => void): () => void {
  const started = new WeakMap<object, number>()
  const subscribers = {
    start: (message: object) => void started.set(message, performance.now()),
    asyncStart: (message: object) => ended(message, performance.now() - (started.get(message) ?? performance.now())),
    end: () => undefined,
    asyncEnd: () => undefined,
    error: () => undefined,
  }
  channel.subscribe(subscribers)
  return () => channel.unsubscribe(subscribers)
}

/**
 * Counts, times and, where they are slow, logs the statements of this process, by the diagnostics channels of mysql2.
 * Answers how to stop.
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
    return [keepRequestContext(channel), timeChannel(channel, onEnd)]
  })
  return () => stops.forEach((stop) => stop())
}
