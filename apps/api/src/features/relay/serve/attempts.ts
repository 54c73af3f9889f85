import { relayAttempts } from '../../../platform/metrics.ts'
import { requestContext } from '../../../platform/request-context.ts'
import { endSpan, isTracing, startSpan } from '../../../platform/tracing.ts'
import { convertAnswer, convertRequest, type Dialect } from '../dialects/convert.ts'
import { DialectError } from '../dialects/dialect-error.ts'
import { isObject, type JsonObject } from '../dialects/json.ts'
import { upstreamModelOf, type Channel } from '../routing/channels.ts'
import type { GuardedApi } from '../guardrails/stream.ts'
import { outcomeOf, planRetry, retryPlace } from '../routing/retry.ts'
import { callUpstream, UpstreamFailure, type UpstreamAnswer, type UpstreamRequest } from '../upstream/client.ts'
import {
  approachTo,
  headersFor,
  meantStatus,
  upstreamRequestIdOf,
  urlOf,
  type Approach,
} from '../upstream/providers.ts'
import { createResponsesSupport } from '../upstream/responses-support.ts'
import {
  failed,
  readAnswer,
  readFirst,
  readRefusal,
  type AttemptResult,
  type FailedAttempt,
  type Served,
} from './attempt.ts'
import { isOver, type Call } from './call.ts'
import { createConverting } from './converting.ts'
import type { ServeDependencies } from './dependencies.ts'
import { foreignDialect, isDialect } from './dialect-of.ts'
import { createEnterChannel } from './enter-channel.ts'
import { createGuarded } from './guarded.ts'
import type { Form } from './multipart-form.ts'
import { createPassthrough } from './passthrough.ts'
import { createRecorded } from './recorded.ts'
import type { StreamRelay } from './stream-relay.ts'

/** The body of a request to a channel. */
type Outgoing = Pick<UpstreamRequest, 'body' | 'headers'>

/** The form for a channel, made anew for each attempt. */
function formFor({ body, asked }: Call, form: Form, channel: Channel): Outgoing {
  const { body: sent, bytes } = form.outgoing({ ...body, model: upstreamModelOf(channel, asked.model) })
  return { body: sent, headers: { 'content-length': String(bytes) } }
}

/** The JSON for a channel: the client's own bytes where nothing has to be changed. */
function jsonFor(call: Call, raw: Buffer, channel: Channel, dialect: Dialect | null): Buffer | string {
  const { endpoint, asked, body } = call
  const model = upstreamModelOf(channel, asked.model)
  const foreign = foreignDialect(endpoint.name, dialect)
  const isForeign = foreign !== null
  const converted =
    isForeign && isDialect(endpoint.name) ? convertRequest(endpoint.name, foreign, { ...body, model }) : body
  const asksUsage = asked.isStream && (dialect === 'chat' || endpoint.name === 'completions')
  const options = isObject(converted.stream_options) ? converted.stream_options : {}
  const hasUsage = options.include_usage === true
  if (!isForeign && model === body.model && (!asksUsage || hasUsage)) return raw
  return JSON.stringify({
    ...converted,
    ...(!isForeign && { model }),
    ...(asksUsage && { stream_options: { ...options, include_usage: true } }),
  })
}

/** What is sent to a channel, with the headers that describe it. */
function outgoingFor(call: Call, channel: Channel, dialect: Dialect | null): Outgoing {
  const { raw } = call
  if (!Buffer.isBuffer(raw)) return formFor(call, raw, channel)
  return { body: jsonFor(call, raw, channel, dialect), headers: { 'content-type': 'application/json' } }
}

/** Whether the client asked for the usage chunk that is asked for upstream in any case. */
const wantsUsage = ({ stream_options: options }: JsonObject): boolean =>
  isObject(options) && options.include_usage === true

const isStreamed = (name: string): name is GuardedApi =>
  name === 'chat' || name === 'completions' || name === 'responses' || name === 'messages'

/** What turns the channel's stream into the client's dialect. */
function translation(call: Call, dialect: Dialect | null): StreamRelay {
  const { body, asked, inputTokens, endpoint } = call
  const { name } = endpoint
  const foreign = foreignDialect(name, dialect)
  if (foreign !== null && isDialect(name))
    return createConverting(foreign, name, { request: body, model: asked.model, inputTokens })
  return createPassthrough(isStreamed(name) ? name : 'media', { isUsageWanted: wantsUsage(body) })
}

/** What turns the channel's stream into what the client is sent. */
function relayOf(call: Call, dialect: Dialect | null): StreamRelay {
  const { name } = call.endpoint
  const { output } = call.guardrails
  const translated = translation(call, dialect)
  const guarded = output.length > 0 && isStreamed(name) ? createGuarded(translated, name, output) : translated
  return call.cacheKey === null ? guarded : createRecorded(guarded)
}

/** Whether what is no JSON may be the answer: transcriptions come as text and subtitles too. */
const isPlainText = (call: Call, type: string): boolean =>
  call.endpoint.body === 'multipart' && !type.includes('json') && !type.includes('html')

/** Reads what an upstream answers as far as it has to be known before the client is sent anything. */
async function readResult(call: Call, answer: UpstreamAnswer, dialect: Dialect | null): Promise<AttemptResult> {
  const { status, headers } = answer
  const type = headers['content-type'] ?? ''
  if (status >= 400) return readRefusal(answer)
  if (status >= 300) {
    answer.abort()
    return failed({ status: 502, message: 'it answered with a redirect', headers })
  }
  if (type.includes('text/event-stream')) return readFirst(answer, relayOf(call, dialect))
  if (call.endpoint.name === 'speech' && !type.includes('json') && !type.includes('html'))
    return { kind: 'bytes', status, headers, answer }
  return readAnswer(answer, !isPlainText(call, type))
}

/** A whole answer in the client's dialect: one that cannot be translated is none, and another channel is asked. */
function convertWhole(call: Call, dialect: Dialect | null, result: AttemptResult): AttemptResult {
  const { name } = call.endpoint
  const foreign = foreignDialect(name, dialect)
  if (result.kind !== 'whole' || result.json === null || foreign === null || !isDialect(name)) return result
  try {
    const context = { request: call.body, model: call.asked.model }
    return { ...result, converted: convertAnswer(foreign, name, result.json, context) }
  } catch (error) {
    if (!(error instanceof DialectError)) throw error
    return failed({ status: 502, fault: 'unreadable', message: error.message, headers: result.headers })
  }
}

/** What an upstream means, where its status says something else. */
function meant({ type }: Channel, result: AttemptResult): AttemptResult {
  if (result.kind !== 'failed' || result.status === null) return result
  return { ...result, status: meantStatus(type, result.status, result.body) }
}

/** Notes an attempt that failed, for the log of the call. */
export function noteFailure(call: Call, channel: Channel, failure: FailedAttempt, startedAtMs: number): void {
  call.attempts.push({
    channelId: channel.id,
    channelName: channel.name,
    status: failure.status,
    errorCode: failure.fault ?? `status_${failure.status}`,
    upstreamRequestId: upstreamRequestIdOf(failure.headers),
    durationMs: Math.round(performance.now() - startedAtMs),
  })
}

/** Waits, unless the call is ended before. */
function pause(call: Call, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs)
    call.abort = () => {
      clearTimeout(timer)
      resolve()
    }
  })
}

/** Shows an attempt in the trace of its call, while the process traces. */
async function traced(call: Call, channel: Channel, ask: () => Promise<Served>): Promise<Served> {
  if (!isTracing()) return ask()
  const attributes = { 'relay.channel': channel.name, 'relay.model': call.asked.model }
  const parent = requestContext().span
  const span = startSpan(`relay ${call.endpoint.name}`, { kind: 'client', parent, attributes })
  const served = await ask()
  endSpan(span, served.result.kind === 'failed' ? { failure: served.result.message } : {})
  return served
}

/** Makes what asks channels until one answers. Null where none may be asked. */
export function createAttempts({
  dispatcherOf,
  health,
  limits,
}: Pick<ServeDependencies, 'dispatcherOf' | 'health' | 'limits'>) {
  const support = createResponsesSupport()
  const enterChannel = createEnterChannel({ health, limits })

  async function askAs(call: Call, channel: Channel, { operation, dialect }: Approach): Promise<Served> {
    const { asked } = call
    const model = upstreamModelOf(channel, asked.model)
    const { timeouts } = channel
    const outgoing = outgoingFor(call, channel, dialect)
    const upstream = callUpstream(dispatcherOf(channel), {
      url: urlOf(channel, { operation, model, isStream: asked.isStream }),
      method: 'POST',
      headers: { ...headersFor(channel, operation, call.headers), ...outgoing.headers },
      body: outgoing.body,
      timeouts,
    })
    call.abort = upstream.abort
    if (isOver(call)) upstream.abort(call.hasLeft ? 'left' : 'closing')
    try {
      const result = meant(channel, await readResult(call, await upstream.answer, dialect))
      return { channel, model, dialect, result: convertWhole(call, dialect, result) }
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error
      return { channel, model, dialect, result: failed({ fault: error.fault, message: error.message }) }
    }
  }

  /** Asks one channel; one that turns out not to have the responses API is asked through chat. */
  async function ask(call: Call, channel: Channel): Promise<Served> {
    const { name } = call.endpoint
    const approach = approachTo(channel.type, name, support.lacks(channel.id))
    if (!approach) throw new Error(`channel ${channel.id} was chosen for ${name}, which it does not have`)
    const served = await askAs(call, channel, approach)
    const { result } = served
    const isMissing =
      approach.dialect === 'responses' &&
      result.kind === 'failed' &&
      result.status !== null &&
      support.note(channel.id, result.status, result.body)
    return isMissing ? ask(call, channel) : served
  }

  /** Asks the channel once more, or another one, as long as that makes sense. */
  return async function attempt(call: Call): Promise<Served | null> {
    const tried = new Set<string>()
    let chosen = await enterChannel(call, tried)
    let served: Served | null = null
    for (let attempts = 1; chosen !== null; attempts += 1) {
      const { channel, entered } = chosen
      const startedAtMs = performance.now()
      const report = health.begin(channel.id)
      served = await traced(call, channel, () => ask(call, channel)).catch((error: unknown) => {
        report('unknown')
        entered.leave(0)
        throw error
      })
      const { result } = served
      const outcome = result.kind === 'failed' ? outcomeOf(result) : 'good'
      report(outcome)
      relayAttempts.inc({ outcome })
      if (result.kind !== 'failed' && !call.isGivenUp) {
        call.leaveChannel = entered.leave
        return served
      }
      entered.leave(0)
      if (result.kind !== 'failed') call.abort?.()
      if (result.kind !== 'failed' || isOver(call) || retryPlace(result) === 'nowhere') return served
      tried.add(channel.id)
      const other = await enterChannel(call, tried)
      const elapsedMs = performance.now() - call.startedAtMs
      const situation = { failure: result, attempts, elapsedMs, hasOther: other !== null, nowMs: Date.now() }
      const retry = planRetry({ ...situation, random: Math.random })
      if (!retry) {
        other?.entered.leave(0)
        return served
      }
      noteFailure(call, channel, result, startedAtMs)
      if (retry.channel === 'same') {
        await pause(call, retry.waitMs)
        tried.delete(channel.id)
      }
      if (isOver(call)) {
        other?.entered.leave(0)
        return served
      }
      chosen = other ?? (await enterChannel(call, tried))
    }
    return served
  }
}
