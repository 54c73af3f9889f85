import type { ServerResponse } from 'node:http'
import { estimateOf } from '../accounting/price.ts'
import { countPromptTokens } from '../dialects/count-prompt.ts'
import { RelayRefusal } from '../refusals.ts'
import { approachTo } from '../upstream/providers.ts'
import { createAttempts, type Served } from './attempts.ts'
import { settlementOf, type Call, type Ending, type Incoming } from './call.ts'
import type { ServeDependencies } from './dependencies.ts'
import { requestIdHeaders, toRefusal } from './refuse.ts'
import { readAsked } from './request-body.ts'
import { meteredAs, sendBytes, sendFailure, sendStream, sendWhole } from './send.ts'
import type { StreamSink } from './sink.ts'

/** A stream whose upstream is silent for longer is opened, so that nobody takes it for dead. */
const openAfterMs = 10_000

const endingOf = ({ status, code, message }: RelayRefusal): Ending => ({ status, error: { code, message } })

/** Makes what serves a call, from its admission to its bill. */
export function createServe(dependencies: ServeDependencies) {
  const { channels, ledger, prices, sinks, node, enter } = dependencies
  const attempt = createAttempts(dependencies)

  /** Judges what is asked. Throws a refusal. */
  async function admit(incoming: Incoming): Promise<Call> {
    const { credential, endpoint, body } = incoming
    const asked = readAsked(endpoint, body)
    const { outputTokensMax } = await prices.modelOf(credential.workspaceId, asked.model)
    const having = await channels.candidatesFor(credential.workspaceId, asked.model)
    const candidates = having.filter(({ type }) => approachTo(type, endpoint.name) !== null)
    const param = { param: 'model' }
    if (having.length === 0)
      throw new RelayRefusal('model_not_found', `The model “${asked.model}” does not exist.`, param)
    if (!credential.allowsModel(asked.model))
      throw new RelayRefusal('model_not_allowed', `This API key may not use the model “${asked.model}”.`, param)
    if (candidates.length === 0)
      throw new RelayRefusal('invalid_request', `The model “${asked.model}” cannot be used with this endpoint.`, param)
    return {
      ...incoming,
      asked,
      candidates,
      inputTokens: countPromptTokens(meteredAs[endpoint.name], body),
      outputTokensMax: Math.min(asked.outputTokensMax ?? Infinity, outputTokensMax) * asked.choices,
      price: await prices.priceAt(credential.workspaceId, asked.model, new Date()),
      attempts: [],
      abort: null,
      hasLeft: false,
    }
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

  function send(call: Call, served: Served | null, res: ServerResponse, sink: StreamSink): Ending | Promise<Ending> {
    const result = served?.result
    if (!served || !result || result.kind === 'failed') return sendFailure(call, served, res, sink)
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

  /** Serves a call to its end. Throws a refusal where nothing was sent, and nothing is to be billed. */
  return async function serve(incoming: Incoming, res: ServerResponse): Promise<void> {
    const call = await admit(incoming)
    const leave = await enter(call)
    const sink = sinks.createSink(res)
    res.once('close', () => {
      if (res.writableFinished) return
      call.hasLeft = true
      call.abort?.()
    })
    let reserved: Promise<void> | undefined
    try {
      const reservation = reserve(call)
      reserved = reservation.reserved
      if (!reservation.isComfortable) await reserved
      const ending = await ask(call, reserved, res, sink)
      void ledger.settle(settlementOf(call, ending))
    } catch (error) {
      call.abort?.()
      const refusal = toRefusal(error)
      // What is set aside by now, or about to be, is given back.
      void reserved?.then(
        () => ledger.settle(settlementOf(call, endingOf(refusal))),
        () => undefined,
      )
      throw refusal
    } finally {
      leave()
    }
  }
}
