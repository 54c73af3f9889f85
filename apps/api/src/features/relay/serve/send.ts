import type { ServerResponse } from 'node:http'
import { countTokens } from '../dialects/count-prompt.ts'
import type { JsonObject } from '../dialects/json.ts'
import { readUsage, textOfAnswer, type Metered } from '../dialects/meter.ts'
import { guardAnswer } from '../guardrails/answer.ts'
import { checkText } from '../guardrails/engine.ts'
import { RelayRefusal } from '../refusals.ts'
import { answerHeaders, upstreamRequestIdOf } from '../upstream/providers.ts'
import type { Usage } from '../usage.ts'
import type { AttemptResult, Served, WholeAnswer } from './attempt.ts'
import { countedUsage, type Call, type Ending } from './call.ts'
import { foreignDialect } from './dialect-of.ts'
import type { EndpointName } from './endpoints.ts'
import { refusalOfAttempt, requestIdHeaders, sendRefusal, upstreamMessage, withoutAccount } from './refuse.ts'
import type { StreamSink } from './sink.ts'
import { breakOffEvent, type StreamRelay } from './stream-relay.ts'

export type Result<Kind extends AttemptResult['kind']> = Extract<AttemptResult, { kind: Kind }>

/** How the use of an endpoint is told. */
export const meteredAs: Record<EndpointName, Metered> = {
  chat: 'chat',
  completions: 'completions',
  responses: 'responses',
  messages: 'messages',
  count_tokens: 'messages',
  embeddings: 'embeddings',
  moderations: 'embeddings',
  images: 'images',
  image_edits: 'images',
  image_variations: 'images',
  speech: 'audio',
  transcriptions: 'audio',
  translations: 'audio',
  rerank: 'rerank',
  realtime: 'responses',
}

/** Status of a call whose client closed the connection, as nginx logs it. */
export const clientLeft = { status: 499, error: { code: 'client_left', message: 'The client left.' } }

export const elapsedMs = (call: Call): number => Math.round(performance.now() - call.startedAtMs)

export const headersFor = (call: Call, { result }: Served): Record<string, string> => ({
  ...answerHeaders(result.headers),
  ...requestIdHeaders(call.requestId, call.endpoint.envelope),
})

/** What every row of the log says about the channel that was used. */
export const channelPart = ({ channel, model, result }: Served): Omit<Ending, 'status'> => ({
  channel: { id: channel.id, name: channel.name, model },
  upstreamRequestId: upstreamRequestIdOf(result.headers),
})

/** A whole answer as the client is to get it: in its dialect, and past the guardrails. */
function bodyOf(call: Call, { json, body, converted }: WholeAnswer): Buffer | string | RelayRefusal {
  const { name } = call.endpoint
  const { output } = call.guardrails
  if (json === null || (!converted && output.length === 0)) return body
  const guarded = guardAnswer(name, converted ?? json, output)
  if ('refusedBy' in guarded)
    return new RelayRefusal('guardrail', `The answer was refused by the guardrail “${guarded.refusedBy}”.`)
  return !converted && guarded.hits === 0 ? body : JSON.stringify(guarded.body)
}

/** What a whole answer used: as the upstream counted it or, what it did not say, as counted here. */
function usageOfWhole(call: Call, metered: Metered, json: JsonObject | null): Usage {
  const told = json && readUsage(metered, json)
  if (told && told.outputTokens > 0) return told
  const outputTokens = json ? countTokens(textOfAnswer(metered, json)) : 0
  return told ? { ...told, outputTokens } : countedUsage(call, outputTokens)
}

/** What the log says of a whole answer, whatever becomes of it. */
function wholePart(call: Call, served: Served, { json }: WholeAnswer): Omit<Ending, 'status'> {
  const { name } = call.endpoint
  const metered = foreignDialect(name, served.dialect) ?? meteredAs[name]
  const usage = name === 'count_tokens' ? null : usageOfWhole(call, metered, json)
  const tier = json?.service_tier
  return { ...channelPart(served), serviceTier: typeof tier === 'string' ? tier : null, usage }
}

/** Ends a stream that is open already, and whose upstream answered with something else. What that used is billed. */
export function sendUnstreamed(call: Call, served: Served, sink: StreamSink): Ending {
  const { result } = served
  call.abort?.()
  const part = result.kind === 'whole' ? wholePart(call, served, result) : channelPart(served)
  if (call.hasLeft) return { ...part, ...clientLeft }
  const message = 'The model’s provider did not stream its answer.'
  sink.close(breakOffEvent(call.endpoint.name, message))
  return { ...part, status: 200, error: { code: 'stream_broken', message } }
}

/** Sends a whole answer. */
export function sendWhole(call: Call, served: Served, result: WholeAnswer, res: ServerResponse): Ending {
  const part = wholePart(call, served, result)
  // A client that left got nothing, but its prompt was worked on.
  if (call.hasLeft) return { ...part, ...clientLeft }
  const body = bodyOf(call, result)
  if (body instanceof RelayRefusal) {
    sendRefusal(res, body, call.endpoint.envelope, call.requestId)
    return { ...part, status: body.status, error: { code: body.code, message: body.message } }
  }
  const headers = headersFor(call, served)
  res.writeHead(result.status, { ...headers, 'content-length': Buffer.byteLength(body) })
  res.end(body)
  return {
    ...part,
    status: result.status,
    firstTokenMs: elapsedMs(call),
    ...(call.cacheKey !== null && { sent: { headers: contentType(headers), body: Buffer.from(body) } }),
    ...(call.keepsPrompt && { text: body.toString() }),
  }
}

/** What belongs to the body of an answer, whoever gets it. */
const contentType = (headers: Record<string, string>): Record<string, string> => ({
  'content-type': headers['content-type'] ?? 'application/json',
})

/** What a stream used: as the upstream counted it or, where it did not come so far, as counted here. */
function usageOf(call: Call, relay: StreamRelay, isComplete: boolean): Usage {
  const told = relay.usage()
  if (told && isComplete && told.outputTokens > 0) return told
  const outputTokens = countTokens(relay.deliveredText())
  return told ? { ...told, outputTokens: Math.max(told.outputTokens, outputTokens) } : countedUsage(call, outputTokens)
}

/** The text of a stream as it may be kept: what guardrails redacted was not sent either. */
function keptText(call: Call, relay: StreamRelay): string {
  const verdict = checkText(call.guardrails.output, relay.deliveredText())
  return verdict.ok ? verdict.text : ''
}

/** Sends a stream to its end. */
export async function sendStream(
  call: Call,
  served: Served,
  { answer, relay, first }: Result<'stream'>,
  sink: StreamSink,
): Promise<Ending> {
  const firstTokenMs = elapsedMs(call)
  sink.open(headersFor(call, served))
  const how = await sink.pipe(answer, relay, first)
  const body = how === 'complete' ? relay.sent() : null
  const ending: Omit<Ending, 'status'> = {
    ...channelPart(served),
    firstTokenMs,
    usage: usageOf(call, relay, how === 'complete'),
    serviceTier: relay.serviceTier(),
    ...(call.cacheKey !== null && body && { sent: { headers: {}, body } }),
    ...(call.keepsPrompt && { text: keptText(call, relay) }),
  }
  if (how === 'left') return { ...ending, ...clientLeft }
  if (how === 'complete') return { ...ending, status: 200 }
  const message = relay.fault()?.message ?? 'The stream broke off.'
  return { ...ending, status: 200, error: { code: 'stream_broken', message } }
}

/** Tells the client that no attempt brought an answer, in a stream that is open already or as the status it is. */
export function sendFailure(call: Call, served: Served | null, res: ServerResponse, sink: StreamSink): Ending {
  const failure = served?.result.kind === 'failed' ? served.result : null
  const refusal = failure
    ? refusalOfAttempt(failure)
    : new RelayRefusal('no_channel', 'No channel for this model is available now. Try again shortly.', {
        retryAfterMs: 5_000,
      })
  const part = served ? channelPart(served) : {}
  if (call.hasLeft) return { ...part, ...clientLeft, usage: failure?.fault === 'left' ? countedUsage(call, 0) : null }
  const ending = { ...part, status: refusal.status, error: { code: refusal.code, message: refusal.message } }
  if (sink.isOpen()) {
    sink.close(breakOffEvent(call.endpoint.name, refusal.message))
    return ending
  }
  // Said in its own dialect and for its own clients, an upstream's refusal is handed on as it is.
  const isOwn =
    served !== null && failure?.status === refusal.status && foreignDialect(call.endpoint.name, served.dialect) === null
  if (isOwn && upstreamMessage(failure.body) !== null) {
    const body = withoutAccount(failure.body)
    res.writeHead(refusal.status, { ...headersFor(call, served), 'content-length': Buffer.byteLength(body) })
    res.end(body)
  } else {
    const passed = failure ? answerHeaders(failure.headers) : {}
    sendRefusal(res, refusal, call.endpoint.envelope, call.requestId, passed)
  }
  return ending
}
