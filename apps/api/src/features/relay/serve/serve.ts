import type { ServerResponse } from 'node:http'
import { cacheHit, cacheKeyOf, isCacheable } from '../response-cache.ts'
import { beginCall, createAdmission, endingOf } from './admission.ts'
import type { Served } from './attempt.ts'
import { createAttempts } from './attempts.ts'
import type { Call, Ending, Incoming } from './call.ts'
import type { ServeDependencies } from './dependencies.ts'
import { requestIdHeaders, toRefusal } from './refuse.ts'
import { sendBytes } from './send-bytes.ts'
import { sendFailure, sendStream, sendUnstreamed, sendWhole } from './send.ts'
import { streamHeaders, type StreamSink } from './sink.ts'
import { responseIdOf } from './stored-responses.ts'

/** A stream whose upstream is silent for longer is opened, so that nobody takes it for dead. */
const openAfterMs = 10_000

/** Makes what serves a call, from its admission to its bill. */
export function createServe(dependencies: ServeDependencies) {
  const { sinks, underWay, cache, promptLog, storedResponses, background } = dependencies
  const { enter, reserve, settle } = createAdmission(dependencies)
  const attempt = createAttempts(dependencies)

  /** Answers what an equal request was answered, if that is wanted and known. */
  async function answerFromCache(call: Call, res: ServerResponse): Promise<boolean> {
    const { credential, endpoint, body, headers } = call
    const { cacheTtlSeconds = 0 } = credential.options
    if (cacheTtlSeconds === 0 || !isCacheable(endpoint.name, body, headers)) return false
    const question = { ...credential, guardrailsVersion: call.guardrails.version, endpoint: endpoint.name, body }
    call.cacheKey = cacheKeyOf(question)
    const known = await cache.get(call.cacheKey)
    if (!known) return false
    res.writeHead(200, {
      ...known.headers,
      ...(call.asked.isStream ? streamHeaders : { 'content-length': known.body.length }),
      ...requestIdHeaders(call.requestId, endpoint.envelope),
      ...cacheHit,
    })
    res.end(known.body)
    settle(call, { status: 200, isCached: true })
    return true
  }

  /** Answers what only Anthropic and its like count. Nothing is billed. */
  function answerCount(call: Call, res: ServerResponse): void {
    const body = JSON.stringify({ input_tokens: call.inputTokens })
    res.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...requestIdHeaders(call.requestId, call.endpoint.envelope),
    })
    res.end(body)
    settle(call, { status: 200 })
  }

  /** Notes where a response is that the client may ask for again. */
  function rememberResponse({ credential, body }: Call, served: Served): void {
    const id = body.store === false ? null : responseIdOf(served)
    if (id !== null) storedResponses.remember(credential, served.channel.id, id)
  }

  function send(call: Call, served: Served | null, res: ServerResponse, sink: StreamSink): Ending | Promise<Ending> {
    const result = served?.result
    if (!served || !result || result.kind === 'failed') return sendFailure(call, served, res, sink)
    rememberResponse(call, served)
    if (result.kind !== 'stream' && sink.isOpen()) return sendUnstreamed(call, served, sink)
    if (result.kind === 'whole') return sendWhole(call, served, result, res)
    if (result.kind === 'bytes') return sendBytes(call, served, result, res)
    return sendStream(call, served, result, sink)
  }

  /** Asks upstreams, and sends what they answer once what it may cost is set aside. */
  async function ask(
    call: Call,
    reserved: Promise<void>,
    res: ServerResponse,
    sink: StreamSink,
  ): Promise<{ served: Served | null; ending: Ending }> {
    const open = () => sink.openSilent(requestIdHeaders(call.requestId, call.endpoint.envelope))
    const opening = call.asked.isStream
      ? setTimeout(() => void reserved.then(open, () => undefined), openAfterMs)
      : undefined
    try {
      const [served] = await Promise.all([attempt(call), reserved])
      return { served, ending: await send(call, served, res, sink) }
    } finally {
      clearTimeout(opening)
    }
  }

  /** Keeps what is wanted of an answer that was sent. */
  function keep(call: Call, { status, error, sent, text }: Ending): void {
    const { cacheTtlSeconds = 0 } = call.credential.options
    if (call.cacheKey !== null && sent && status === 200 && !error) cache.put(call.cacheKey, sent, cacheTtlSeconds)
    if (!call.keepsPrompt) return
    const { requestId, credential, raw, body } = call
    const request = Buffer.isBuffer(raw) ? raw.toString() : JSON.stringify(body)
    promptLog.keep({ requestId, workspaceId: credential.workspaceId, request, answer: text ?? '' })
  }

  /** Reserves, asks and bills. Throws a refusal where nothing was sent; what was set aside is given back then. */
  async function run(call: Call, res: ServerResponse): Promise<void> {
    const sink = sinks.createSink(res)
    const { isComfortable, reserved } = reserve(call)
    try {
      if (!isComfortable) await reserved
      const { served, ending } = await ask(call, reserved, res, sink)
      if (ending.usage) call.tokensUsed = ending.usage.inputTokens + ending.usage.outputTokens
      if (!background.watch(call, served, ending, settle)) settle(call, ending)
      keep(call, ending)
    } catch (error) {
      call.isGivenUp = true
      call.abort?.()
      const refusal = toRefusal(error)
      const giveBack = () => settle(call, endingOf(refusal))
      // Refused by the ledger itself, nothing is set aside, and the refusal is all there is to log.
      await reserved.then(giveBack, giveBack)
      throw refusal
    }
  }

  /** Serves a call within the limits of its key. */
  async function serveWithin(call: Call, res: ServerResponse): Promise<void> {
    const entered = await enter(call)
    try {
      call.keepsPrompt = await promptLog.isWanted(call.credential.workspaceId)
      if (call.candidates.length === 0) answerCount(call, res)
      else if (!(await answerFromCache(call, res))) await run(call, res)
    } finally {
      entered.leave(call.tokensUsed)
      call.leaveChannel?.(call.tokensUsed)
    }
  }

  /** Serves a call to its end. Throws a refusal where nothing was sent. */
  return async function serve(incoming: Incoming, res: ServerResponse): Promise<void> {
    const call = beginCall(incoming)
    // A connection that closed while the request was read does not say so again.
    call.hasLeft = res.destroyed
    res.once('close', () => {
      if (res.writableFinished) return
      call.hasLeft = true
      call.abort?.()
    })
    const leave = underWay.enter(call)
    try {
      await serveWithin(call, res)
    } finally {
      leave()
    }
  }
}
