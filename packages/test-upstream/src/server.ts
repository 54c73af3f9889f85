import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { answerCall } from './answers.ts'
import { hashOf, providerOf, type Call } from './call.ts'
import { failCall, type Attempts } from './failures.ts'
import { isJson, stringOf, type Json } from './json.ts'
import { badJson, keyRefusal } from './provider-errors.ts'
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
}

/**
 * A provider of models that needs neither network nor model: what it answers depends on the request alone.
 *
 * - `/v1` or `/answers/v1`: OpenAI's and Anthropic's APIs; `/v1beta` or `/answers/v1beta`: Gemini's
 * - `GET /seen`, `POST /seen/reset`: what came in
 * - `/failures/…`: the same, failing as the model's name tells
 * - the key `wrong` is refused, any other is good
 * - a model `slow-<ms>`, or the header `x-test-chunk-delay-ms`, waits that long between the events of a stream
 */
export function createTestUpstream(): Server {
  const state: State = { seen: emptySeen(), kept: new Map(), attempts: new Map() }
  return createServer((request, response) => {
    if (request.url === '/') response.end('ok')
    else if (request.url?.startsWith('/seen')) tellSeen(state, request, response)
    else readBody(request, (body) => serve(state, request, response, body))
  })
}

function tellSeen({ seen, attempts }: State, { method }: IncomingMessage, response: ServerResponse): void {
  if (method === 'POST') {
    resetSeen(seen)
    attempts.clear()
  }
  void deliver(response, jsonReply(200, {}, seen))
}

function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
}

function serve(state: State, request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const { method = 'GET', url = '/', headers } = request
  const queryAt = url.indexOf('?')
  const fullPath = queryAt < 0 ? url : url.slice(0, queryAt)
  const failing = fullPath.startsWith('/failures/')
  const path = failing ? fullPath.slice('/failures'.length) : fullPath.replace('/answers/', '/')
  const query = new URLSearchParams(queryAt < 0 ? '' : url.slice(queryAt))
  const provider = providerOf(path, headers)
  const refusal = keyRefusal(provider, headers, query)
  if (refusal) return send(state.seen, response, { model: '', reply: refusal })
  const call = { method, path, query, headers, provider }
  const pace = headers['x-test-chunk-delay-ms']
  if (failing) return send(state.seen, response, paced(answeredFor(call, body, state.attempts), pace))
  const name = body.length > keptBodyMaxBytes ? undefined : `${provider} ${method} ${url} ${body.toString('latin1')}`
  const known = name === undefined ? undefined : state.kept.get(name)
  const answered = known ?? answeredFor(call, body)
  if (name !== undefined && !known) keep(state.kept, name, answered)
  return send(state.seen, response, paced(answered, pace))
}

function answeredFor(incoming: Omit<Call, 'body' | 'hash'>, bytes: Buffer, attempts?: Attempts): Answered {
  const body = bytes.length === 0 ? {} : parsed(bytes)
  if (!isJson(body)) return { model: '', reply: badJson(incoming.provider, hashOf(incoming.path, bytes)) }
  const call = { ...incoming, hash: meaningOf(incoming.path, body), body }
  const model = modelOf(call)
  return { model, reply: attempts ? failCall(call, model, answerCall, attempts) : answerCall(call) }
}

function modelOf({ path, body }: Call): string {
  return /^\/v1beta\/models\/([^:]+):/.exec(path)?.[1] ?? stringOf(body.model)
}

/** Does not depend on the form of the answer, nor on what a relay may change: names of models, usage in streams. */
function meaningOf(path: string, body: Json): string {
  return hashOf(path, JSON.stringify({ ...body, model: undefined, stream: undefined, stream_options: undefined }))
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
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
