import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { answerCall } from './answers.ts'
import type { Call } from './call.ts'
import { failCall, type Attempts } from './failures.ts'
import { incomingOf, readCall, receive, type Content, type Incoming } from './incoming.ts'
import { stringOf } from './json.ts'
import { badJson, keyRefusal } from './provider-errors.ts'
import { acceptRealtime } from './realtime.ts'
import { deliver, jsonReply, type Reply } from './reply.ts'
import { countIn, emptySeen, resetSeen, type Seen } from './seen.ts'

/** Replies kept for requests that come again, as they do in a load test. */
const keptMax = 1000
const keptBodyMaxBytes = 64 * 1024

interface Answered {
  model: string
  reply: Reply
}

interface State {
  seen: Seen
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
  const state: State = { seen: emptySeen(), kept: new Map(), attempts: new Map(), responses: new Map() }
  const server = createServer((request, response) => {
    if (request.url === '/') response.end('ok')
    else if (request.url?.startsWith('/seen')) tellSeen(state, request, response)
    else receive(request, (content) => serve(state, incomingOf(request), content, response))
  })
  acceptRealtime(server, state.seen)
  return server
}

function tellSeen({ seen, attempts }: State, { method }: IncomingMessage, response: ServerResponse): void {
  if (method === 'POST') {
    resetSeen(seen)
    attempts.clear()
  }
  void deliver(response, jsonReply(200, {}, seen))
}

function serve(state: State, incoming: Incoming, content: Content, response: ServerResponse): void {
  const name = keptName(incoming, content)
  const known = name === undefined ? undefined : state.kept.get(name)
  const answered = known ?? answerIncoming(state, incoming, content)
  if (name !== undefined && !known) keep(state.kept, name, answered)
  send(state.seen, response, paced(answered, incoming.headers['x-test-chunk-delay-ms']))
}

function answerIncoming({ responses, attempts }: State, incoming: Incoming, content: Content): Answered {
  const { provider, key, failing } = incoming
  const refusal = keyRefusal(provider, key)
  if (refusal) return { model: '', reply: refusal }
  const call = readCall(incoming, content, responses)
  if (!call) return { model: '', reply: badJson(provider) }
  const model = /^\/v1beta\/models\/([^:]+):/.exec(call.path)?.[1] ?? stringOf(call.body.model)
  return { model, reply: failing ? failCall(call, model, answerCall, attempts) : answerCall(call) }
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

function send(seen: Seen, response: ServerResponse, { model, reply }: Answered): void {
  countIn(seen.requests, model)
  seen.open += 1
  response.on('close', () => {
    seen.open -= 1
    const cutByUs = reply.delivery?.ending === 'cut'
    if (!response.writableFinished && !cutByUs) countIn(seen.aborted, model)
  })
  const written = deliver(response, reply)
  if (typeof written === 'number') seen.bytesWritten += written
  else void written.then((bytes) => (seen.bytesWritten += bytes))
}
