import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Requirement } from '@parley/protocol/access'
import { commands as schemas, type CommandAnswer, type CommandInput, type CommandName } from '@parley/protocol/realtime'
import type { Actor } from '../platform/http/actor.ts'
import { AppError, overloaded, toAppError, toWire } from '../platform/http/errors.ts'
import { commandDurations, commandsAnswered, refusedForRate } from '../platform/metrics.ts'
import { withRequestContext } from '../platform/request-context.ts'
import { createValidator } from '../platform/http/validate.ts'
import { rateClassOfCommand } from '../platform/rate-classes.ts'
import { requireAllowance, type RateLimiter } from '../platform/rate-limit.ts'
import { endSpan, isTracing, startSpan } from '../platform/tracing.ts'
import type { Connection, RealtimeSocket } from './sockets.ts'

export type CommandHandler<N extends CommandName> = (
  input: CommandInput<N>,
  connection: Connection,
) => Promise<CommandAnswer<N>>

type Ack = (answer: object) => void
type Run = (input: unknown, connection: Connection) => Promise<object>

interface CommandsDependencies {
  limitRate: RateLimiter
  authorize: (actor: Actor, requirement: Requirement) => Promise<void>
  /** Commands that take longer are logged. */
  slowMs: () => number
  log: Log
}

interface Log {
  warn(context: object, message: string): void
  error(context: object, message: string): void
}

/** How long commands under way have to end when the server closes. */
const drainMsMax = 3_000

const isCommandName = (name: string): name is CommandName => Object.hasOwn(schemas, name)

/** A client that traces sends `{ traceparent }` after the input. */
const traceparentIn = ([, traced]: unknown[]): unknown =>
  typeof traced === 'object' && traced !== null && 'traceparent' in traced ? traced.traceparent : undefined

const isAck = (value: unknown): value is Ack => typeof value === 'function'

/** Holds the declared commands and runs them: rate, permission, schema, handler, then exactly one ack. */
export function createCommands({ limitRate, authorize, slowMs, log }: CommandsDependencies) {
  const runs = new Map<CommandName, Run>()
  // Unlike a bare count, it names one command in the logs of all nodes and starts.
  const prefix = `ws-${randomBytes(4).toString('hex')}`
  let requests = 0
  let running = 0
  let onIdle: (() => void) | undefined

  async function answer(name: string, args: unknown[], connection: Connection): Promise<object> {
    const requestId = `${prefix}-${++requests}`
    const startedAtMs = performance.now()
    const run = isCommandName(name) ? runs.get(name) : undefined
    const route = run ? name : 'unknown'
    const span = isTracing()
      ? startSpan(`command ${route}`, {
          kind: 'server',
          parent: traceparentIn(args),
          attributes: { 'request.id': requestId },
        })
      : undefined
    let outcome = 'ok'
    try {
      if (onIdle) throw overloaded(1_000)
      const { address, actor } = connection
      requireAllowance(await limitRate(rateClassOfCommand(name), { address, userId: actor.userId }))
      if (!run) throw new AppError('VALIDATION_FAILED', `There is no command ${name.slice(0, 60)}.`)
      const context = { requestId, address: connection.address, route, actor: connection.actor, span }
      return { ok: true, ...(await withRequestContext(context, () => run(args[0], connection))) }
    } catch (thrown) {
      const error = toAppError(thrown)
      outcome = error.code
      if (error.code === 'RATE_LIMITED') refusedForRate.inc({ transport: 'realtime' })
      if (error.status >= 500)
        log.error({ err: error, command: name, requestId, actor: connection.actor }, error.message)
      return { ok: false, error: toWire(error, requestId) }
    } finally {
      const durationMs = performance.now() - startedAtMs
      endSpan(span?.setAttribute('command.outcome', outcome), outcome === 'INTERNAL_ERROR' ? { failure: outcome } : {})
      commandsAnswered.inc({ command: route, outcome })
      commandDurations.observe({ command: route }, durationMs / 1_000)
      if (durationMs > slowMs())
        log.warn({ requestId, route, durationMs: Math.round(durationMs), outcome }, 'slow command')
    }
  }

  return {
    /** Declares the handler of one command. */
    declare<N extends CommandName>(name: N, handler: CommandHandler<N>): void {
      if (runs.has(name)) throw new Error(`the command ${name} is declared twice`)
      const check = createValidator<(typeof schemas)[N]['input']>(schemas[name].input, { part: 'input' })
      const { permission } = schemas[name]
      runs.set(name, async (input, connection) => {
        await authorize(connection.actor, permission)
        return handler(check(input), connection)
      })
    },
    /** Answers the commands of one socket. One listener for all of them keeps an idle socket small. */
    serve(socket: RealtimeSocket, connection: Connection): void {
      socket.onAny((name: string, ...args: unknown[]) => {
        const ack = args.findLast(isAck)
        running += 1
        void answer(name, args, connection).then((result) => {
          ack?.(result)
          running -= 1
          if (running === 0) onIdle?.()
        })
      })
    },
    /** Refuses commands from now on, and gives those under way a while to be answered. */
    async drain(): Promise<void> {
      const { promise: idle, resolve } = Promise.withResolvers<void>()
      onIdle = resolve
      if (running > 0) await Promise.race([idle, delay(drainMsMax, undefined, { ref: false })])
    },
  }
}
