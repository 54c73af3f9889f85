import type { ServerResponse } from 'node:http'
import { relayCalls, relayCost, relayFirstTokens, relayTokens } from '../../../platform/metrics.ts'
import { estimateOf } from '../accounting/price.ts'
import type { Settlement } from '../accounting/settlement.ts'
import { countPromptTokens } from '../dialects/count-prompt.ts'
import { guardRequest } from '../guardrails/request.ts'
import { RelayRefusal } from '../refusals.ts'
import { cacheHit, cacheKeyOf, isCacheable } from '../response-cache.ts'
import type { Entered } from '../routing/limits.ts'
import { approachTo } from '../upstream/providers.ts'
import { createAttempts, type Served } from './attempts.ts'
import { settlementOf, type Call, type Ending, type Incoming } from './call.ts'
import type { ServeDependencies } from './dependencies.ts'
import { enterLimits } from './enter.ts'
import { requestIdHeaders, toRefusal } from './refuse.ts'
import { nothingAsked, readAsked } from './request-body.ts'
import { meteredAs, sendBytes, sendFailure, sendStream, sendWhole } from './send.ts'
import { streamHeaders, type StreamSink } from './sink.ts'

/** A stream whose upstream is silent for longer is opened, so that nobody takes it for dead. */
const openAfterMs = 10_000

const endingOf = ({ status, code, message }: RelayRefusal): Ending => ({ status, error: { code, message } })

const begin = (incoming: Incoming): Call => ({
  ...incoming,
  asked: nothingAsked,
  candidates: [],
  guardrails: { input: [], output: [], version: '' },
  inputTokens: 0,
  outputTokensMax: 0,
  price: null,
  attempts: [],
  abort: null,
  leaveChannel: null,
  hasLeft: false,
  tokensUsed: 0,
  cacheKey: null,
  keepsPrompt: false,
})

/** Counts a call that ended. Names of models come from outside and are no labels. */
function count({ endpoint, errorCode, inputTokens, outputTokens, costMicros, firstTokenMs }: Settlement): void {
  relayCalls.inc({ endpoint, outcome: errorCode ?? 'ok' })
  relayTokens.inc({ direction: 'input' }, inputTokens)
  relayTokens.inc({ direction: 'output' }, outputTokens)
  relayCost.inc(costMicros)
  if (firstTokenMs !== null) relayFirstTokens.observe({ endpoint }, firstTokenMs / 1_000)
}

/** Makes what serves a call, from its admission to its bill. */
export function createServe(dependencies: ServeDependencies) {
  const { channels, ledger, prices, sinks, node, limits, guardrailsFor, cache, promptLog, storedResponses } =
    dependencies
  const attempt = createAttempts(dependencies)

  /** Writes the bill of a call. Nobody waits for it: it is stored as soon as the database takes it. */
  function settle(call: Call, ending: Ending): void {
    const settlement = settlementOf(call, ending)
    count(settlement)
    void ledger.settle(settlement)
  }

  /** Finds the channels for what is asked. Throws a refusal. */
  async function admit(call: Call): Promise<void> {
    const { credential, endpoint, body } = call
    call.asked = readAsked(endpoint, body)
    const { model, outputTokensMax, choices } = call.asked
    const param = { param: 'model' }
    const having = await channels.candidatesFor(credential.workspaceId, model)
    if (having.length === 0) throw new RelayRefusal('model_not_found', `The model “${model}” does not exist.`, param)
    if (!credential.allowsModel(model))
      throw new RelayRefusal('model_not_allowed', `This API key may not use the model “${model}”.`, param)
    const able = having.filter(({ type }) => approachTo(type, endpoint.name) !== null)
    const isKept = endpoint.name === 'responses'
    call.candidates = isKept ? await storedResponses.keeping(credential, body, able) : able
    // Tokens can be counted here.
    if (able.length === 0 && endpoint.name !== 'count_tokens')
      throw new RelayRefusal('invalid_request', `The model “${model}” cannot be used with this endpoint.`, param)
    const settings = await prices.modelOf(credential.workspaceId, model)
    call.outputTokensMax = Math.min(outputTokensMax ?? Infinity, settings.outputTokensMax) * choices
    // Counting is free.
    const isFree = endpoint.name === 'count_tokens'
    call.price = isFree ? null : await prices.priceAt(credential.workspaceId, model, new Date())
  }

  /** Lets guardrails look at what is asked, and notes which look at the answer. */
  async function guard(call: Call): Promise<void> {
    const { credential, endpoint } = call
    call.guardrails = await guardrailsFor(credential.workspaceId, credential.groupId)
    if (call.guardrails.input.length === 0) return
    const guarded = guardRequest(endpoint.name, call.body, call.guardrails.input)
    if ('refusedBy' in guarded)
      throw new RelayRefusal('guardrail', `The request was refused by the guardrail “${guarded.refusedBy}”.`)
    if (guarded.hits === 0) return
    call.body = guarded.body
    // A form takes its texts from the body.
    if (Buffer.isBuffer(call.raw)) call.raw = Buffer.from(JSON.stringify(guarded.body))
  }

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

  /** Sets aside what the call may cost. Resolves once that is committed. */
  function reserve(call: Call): { isComfortable: boolean; reserved: Promise<void> } {
    const { credential, asked, endpoint, requestId, inputTokens, outputTokensMax } = call
    const images = endpoint.name.startsWith('image') ? asked.choices : 0
    const estimate = estimateOf(call.price?.price ?? null, { inputTokens, outputTokensMax, images })
    const { workspaceId, groupId, tokenId, groupName, tokenName } = credential
    const names = { node, workspaceId, groupId, tokenId, groupName, tokenName, model: asked.model }
    return {
      isComfortable: ledger.isComfortable(credential, estimate.amountMicros),
      reserved: ledger.reserve({ requestId, ...names, endpoint: endpoint.name, inputTokens, ...estimate }),
    }
  }

  /** Notes where a response is that the client may ask for again. */
  function rememberResponse({ credential, body }: Call, { dialect, channel, result }: Served): void {
    if (dialect !== 'responses' || body.store === false) return
    const id = result.kind === 'stream' ? result.relay.responseId() : result.kind === 'whole' ? result.json?.id : null
    if (typeof id === 'string') storedResponses.remember(credential, channel.id, id)
  }

  function send(call: Call, served: Served | null, res: ServerResponse, sink: StreamSink): Ending | Promise<Ending> {
    const result = served?.result
    if (!served || !result || result.kind === 'failed') return sendFailure(call, served, res, sink)
    rememberResponse(call, served)
    if (result.kind === 'whole') return sendWhole(call, served, result, res)
    if (result.kind === 'bytes') return sendBytes(call, served, result, res)
    return sendStream(call, served, result, sink)
  }

  /** Asks upstreams, and sends what they answer once what it may cost is set aside. */
  async function ask(call: Call, reserved: Promise<void>, res: ServerResponse, sink: StreamSink): Promise<Ending> {
    const open = () => sink.open(requestIdHeaders(call.requestId, call.endpoint.envelope))
    const opening = call.asked.isStream
      ? setTimeout(() => void reserved.then(open, () => undefined), openAfterMs)
      : undefined
    try {
      const [served] = await Promise.all([attempt(call), reserved])
      return await send(call, served, res, sink)
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
      const ending = await ask(call, reserved, res, sink)
      if (ending.usage) call.tokensUsed = ending.usage.inputTokens + ending.usage.outputTokens
      settle(call, ending)
      keep(call, ending)
    } catch (error) {
      call.abort?.()
      const refusal = toRefusal(error)
      const giveBack = () => settle(call, endingOf(refusal))
      // Refused by the ledger itself, nothing is set aside, and the refusal is all there is to log.
      await reserved.then(giveBack, giveBack)
      throw refusal
    }
  }

  /** Admits a call; refusals are logged at no cost, but for those that come by the thousand. */
  async function enterCall(call: Call): Promise<Entered> {
    try {
      await admit(call)
      await guard(call)
      call.inputTokens = countPromptTokens(meteredAs[call.endpoint.name], call.body)
      return await enterLimits(limits, call)
    } catch (error) {
      const refusal = toRefusal(error)
      if (refusal.code !== 'rate_limited') settle(call, endingOf(refusal))
      throw refusal
    }
  }

  /** Serves a call to its end. Throws a refusal where nothing was sent. */
  return async function serve(incoming: Incoming, res: ServerResponse): Promise<void> {
    const call = begin(incoming)
    res.once('close', () => {
      if (res.writableFinished) return
      call.hasLeft = true
      call.abort?.()
    })
    const entered = await enterCall(call)
    try {
      call.keepsPrompt = await promptLog.isWanted(call.credential.workspaceId)
      if (call.candidates.length === 0) answerCount(call, res)
      else if (!(await answerFromCache(call, res))) await run(call, res)
    } finally {
      entered.leave(call.tokensUsed)
      call.leaveChannel?.(call.tokensUsed)
    }
  }
}
