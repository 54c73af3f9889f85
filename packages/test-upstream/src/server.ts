import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { answerCall } from './answers.ts'
import type { Call } from './call.ts'
import { failCall, type Attempts } from './failures.ts'
import { incomingOf, readCall, receive, type Content, type Incoming } from './incoming.ts'
import { stringOf } from './json.ts'
import { badJson, errorReply, keyRefusal } from './provider-errors.ts'
import { acceptRealtime } from './realtime.ts'
import { deliver, jsonReply, type Reply } from './reply.ts'
import { count, createCounters, resetCounters, seenOf, type Counters } from './seen.ts'

/** Replies kept for requests that come again, as they do in a load test. */
const keptMax = 200
const keptBodyMaxBytes = 8 * 1024

interface Answered {
  model: string
  reply: Reply
}

interface State {
  counters: Counters
  kept: Map<string, Answered>
  attempts: Attempts
  responses: Call['responses']
}

/**
 * A provider of models that needs neither network nor model: what it answers depends on the request alone.
 *
 * - `/v1` or `/answers/v1`: OpenAI's and Anthropic's APIs; `/v1beta` or `/answers/v1beta`: Gemini's
 * - `/failures/…`: the same, failing as the model's name tells
 * - the key `wrong` is refused, any other is good
 * - a model `slow-<ms>`, or the header `x-test-chunk-delay-ms`, waits that long between the events of a stream
 * - `GET /seen`, `POST /seen/reset`: what came in
 */
export function createTestUpstream(): Server {
  const state: State = { counters: createCounters(), kept: new Map(), attempts: new Map(), responses: new Map() }
  const server = createServer((request, response) => {
    if (request.url === '/') response.end('ok')
    else if (request.url?.startsWith('/seen')) tellSeen(state, request, response)
    else receive(request, (content) => serve(state, incomingOf(request), content, response))
  })
  acceptRealtime(server, state.counters)
  return server
}

function tellSeen({ counters, attempts }: State, { method }: IncomingMessage, response: ServerResponse): void {
  if (method === 'POST') {
    resetCounters(counters)
    attempts.clear()
  }
  void deliver(response, jsonReply(200, {}, seenOf(counters)))
}

function serve(state: State, incoming: Incoming, content: Content, response: ServerResponse): void {
  const name = keptName(incoming, content)
  const known = name === undefined ? undefined : state.kept.get(name)
  const answered = known ?? answerIncoming(state, incoming, content)
  if (name !== undefined && !known) keep(state.kept, name, answered)
  send(state.counters, response, paced(answered, incoming.headers['x-test-chunk-delay-ms']))
}

function answerIncoming({ responses, attempts }: State, incoming: Incoming, content: Content): Answered {
  const { provider, key, failing } = incoming
  const refusal = keyRefusal(provider, key)
  if (refusal) return { model: '', reply: refusal }
  const call = readCall(incoming, content, responses)
  if (!call) return { model: '', reply: badJson(provider) }
  const model = /^\/v1beta\/models\/([^:]+):/.exec(call.path)?.[1] ?? stringOf(call.body.model)
  try {
    return { model, reply: failing ? failCall(call, model, answerCall, attempts) : answerCall(call) }
  } catch (error) {
    // A request may ask for what cannot be made, such as texts longer than any; that is no reason to go down.
    return { model, reply: errorReply(call, 500, String(error)) }
  }
}

/** What a reply is kept under; undefined where it depends on more than the request. */
function keptName({ key, provider, method, url, path, failing }: Incoming, content: Content): string | undefined {
  if (failing || !Buffer.isBuffer(content) || content.length > keptBodyMaxBytes) return undefined
  if (path.startsWith('/v1/responses')) return undefined
  return `${key === 'wrong' ? key : typeof key} ${provider} ${method} ${url} ${content.toString('latin1')}`
}

function keep(kept: State['kept'], name: string, answered: Answered): void {
  const [oldest] = kept.keys()
  if (kept.size >= keptMax && oldest !== undefined) kept.delete(oldest)
  kept.set(name, answered)
}

function paced({ model, reply }: Answered, header: string | string[] | undefined): Answered {
  const pause = header ?? /^slow-(\d+)$/.exec(model)?.[1]
  if (pause === undefined || !reply.stream) return { model, reply }
  return { model, reply: { ...reply, delivery: { ...reply.delivery, pauseMs: Number(pause) } } }
}

function send(counters: Counters, response: ServerResponse, { model, reply }: Answered): void {
  count(counters.requests, model)
  if (response.destroyed) return count(counters.aborted, model)
  counters.open += 1
  response.on('close', () => {
    counters.open -= 1
    const cutByUs = reply.delivery?.ending === 'cut'
    if (!response.writableFinished && !cutByUs) count(counters.aborted, model)
  })
  const written = deliver(response, reply)
  if (typeof written === 'number') counters.bytesWritten += written
  else void written.then((bytes) => (counters.bytesWritten += bytes))
  return undefined
}
