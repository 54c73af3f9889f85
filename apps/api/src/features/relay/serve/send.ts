import type { ServerResponse } from 'node:http'
import { convertAnswer, type Dialect } from '../dialects/convert.ts'
import { countTokens } from '../dialects/count-prompt.ts'
import type { JsonObject } from '../dialects/json.ts'
import { readUsage, textOfAnswer, type Metered } from '../dialects/meter.ts'
import { guardAnswer } from '../guardrails/answer.ts'
import { checkText } from '../guardrails/engine.ts'
import { RelayRefusal } from '../refusals.ts'
import type { UpstreamAnswer } from '../upstream/client.ts'
import { answerHeaders, upstreamRequestIdOf } from '../upstream/providers.ts'
import type { Usage } from '../usage.ts'
import type { AttemptResult, Served } from './attempt.ts'
import { countedUsage, type Call, type Ending } from './call.ts'
import type { EndpointName } from './endpoints.ts'
import { refusalOfAttempt, requestIdHeaders, sendRefusal, upstreamMessage } from './refuse.ts'
import type { StreamSink } from './sink.ts'
import { breakOffEvent, type StreamRelay } from './stream-relay.ts'

type Result<Kind extends AttemptResult['kind']> = Extract<AttemptResult, { kind: Kind }>

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

const elapsedMs = (call: Call): number => Math.round(performance.now() - call.startedAtMs)

const headersFor = (call: Call, { result }: Served): Record<string, string> => ({
  ...answerHeaders(result.headers),
  ...requestIdHeaders(call.requestId, call.endpoint.envelope),
})

/** What every row of the log says about the channel that was used. */
const channelPart = ({ channel, model, result }: Served): Omit<Ending, 'status'> => ({
  channel: { id: channel.id, name: channel.name, model },
  upstreamRequestId: upstreamRequestIdOf(result.headers),
})

const isDialect = (name: EndpointName): name is Exclude<Dialect, 'gemini'> =>
  name === 'chat' || name === 'responses' || name === 'messages'

/** The dialect the channel was spoken to in, where it is not the client's. */
const foreignDialect = (call: Call, { dialect }: Served): Dialect | null =>
  dialect !== null && isDialect(call.endpoint.name) && dialect !== call.endpoint.name ? dialect : null

/** A whole answer as the client is to get it: in its dialect, and past the guardrails. */
function bodyOf(call: Call, served: Served, { json, body }: Result<'whole'>): Buffer | string | RelayRefusal {
  const { name } = call.endpoint
  const foreign = foreignDialect(call, served)
  const { output } = call.guardrails
  if (json === null || (foreign === null && output.length === 0)) return body
  const converted =
    foreign !== null && isDialect(name)
      ? convertAnswer(foreign, name, json, { request: call.body, model: call.asked.model })
      : json
  const guarded = guardAnswer(name, converted, output)
  if ('refusedBy' in guarded)
    return new RelayRefusal('guardrail', `The answer was refused by the guardrail “${guarded.refusedBy}”.`)
  return foreign === null && guarded.hits === 0 ? body : JSON.stringify(guarded.body)
}

/** What a whole answer used: as the upstream counted it or, what it did not say, as counted here. */
function usageOfWhole(call: Call, metered: Metered, json: JsonObject | null): Usage {
  const told = json && readUsage(metered, json)
  if (told && told.outputTokens > 0) return told
  const outputTokens = json ? countTokens(textOfAnswer(metered, json)) : 0
  return told ? { ...told, outputTokens } : countedUsage(call, outputTokens)
}

/** Sends a whole answer. */
export function sendWhole(call: Call, served: Served, result: Result<'whole'>, res: ServerResponse): Ending {
  const { name } = call.endpoint
  const { json } = result
  const usage =
    name === 'count_tokens' ? null : usageOfWhole(call, foreignDialect(call, served) ?? meteredAs[name], json)
  const tier = json?.service_tier
  const part = { ...channelPart(served), serviceTier: typeof tier === 'string' ? tier : null, usage }
  // A client that left got nothing, but its prompt was worked on.
  if (call.hasLeft) return { ...part, ...clientLeft }
  const body = bodyOf(call, served, result)
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

/** Sends bytes as they come, as fast as the client takes them. */
function pipeBytes(answer: UpstreamAnswer, res: ServerResponse): Promise<'complete' | 'broken'> {
  return new Promise((resolve) => {
    answer.read({
      data(chunk) {
        if (res.write(chunk)) return
        answer.pause()
        res.once('drain', answer.resume)
      },
      end() {
        res.end()
        resolve('complete')
      },
      fail() {
        // Cut off, so that the client does not take a part for the whole.
        res.destroy()
        resolve('broken')
      },
    })
  })
}

/** Sends what is neither JSON nor events, such as sound. */
export async function sendBytes(
  call: Call,
  served: Served,
  { status, answer }: Result<'bytes'>,
  res: ServerResponse,
): Promise<Ending> {
  const firstTokenMs = elapsedMs(call)
  res.writeHead(status, headersFor(call, served))
  const how = await pipeBytes(answer, res)
  const ending = { ...channelPart(served), firstTokenMs, usage: countedUsage(call, 0) }
  if (call.hasLeft) return { ...ending, ...clientLeft }
  if (how === 'complete') return { ...ending, status }
  return { ...ending, status, error: { code: 'stream_broken', message: 'The answer broke off.' } }
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
  if (call.hasLeft) return { ...part, ...clientLeft, usage: served ? countedUsage(call, 0) : null }
  const ending = { ...part, status: refusal.status, error: { code: refusal.code, message: refusal.message } }
  if (sink.isOpen()) {
    sink.close(breakOffEvent(call.endpoint.name, refusal.message))
    return ending
  }
  // Said in its own dialect and for its own clients, an upstream's refusal is handed on as it is.
  const isOwn = served !== null && failure?.status === refusal.status && foreignDialect(call, served) === null
  if (isOwn && upstreamMessage(failure.body) !== null) {
    res.writeHead(refusal.status, { ...headersFor(call, served), 'content-length': failure.body.length })
    res.end(failure.body)
  } else {
    const passed = failure ? answerHeaders(failure.headers) : {}
    sendRefusal(res, refusal, call.endpoint.envelope, call.requestId, passed)
  }
  return ending
}
