import { relayCalls, relayCost, relayFirstTokens, relayTokens } from '../../../platform/metrics.ts'
import { estimateOf } from '../accounting/price.ts'
import type { Reservation, Settlement } from '../accounting/settlement.ts'
import { countPromptTokens } from '../dialects/count-prompt.ts'
import { guardRequest } from '../guardrails/request.ts'
import { RelayRefusal } from '../refusals.ts'
import type { Entered } from '../routing/limits.ts'
import { approachTo } from '../upstream/providers.ts'
import { settlementOf, type Call, type Ending, type Incoming } from './call.ts'
import type { ServeDependencies } from './dependencies.ts'
import { enterLimits } from './enter.ts'
import { toRefusal } from './refuse.ts'
import { nothingAsked, readAsked } from './request-body.ts'
import { meteredAs } from './send.ts'

/** A refusal as the end of a call. */
export const endingOf = ({ status, code, message }: RelayRefusal): Ending => ({ status, error: { code, message } })

/** A call of which nothing is known yet but who makes it. */
export const beginCall = (incoming: Incoming): Call => ({
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
  isGivenUp: false,
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

/** What was set aside for a call. */
interface Reserved {
  reservation: Reservation
  /** The upstream may be called before it is committed. */
  isComfortable: boolean
  reserved: Promise<void>
}

type Amount = Pick<Reservation, 'requestId' | 'node' | 'inputTokens' | 'amountMicros' | 'inputMicros'>

/** An amount that is set aside for a call. */
export function reservationOf({ credential, endpoint, asked }: Call, amount: Amount): Reservation {
  const { workspaceId, groupId, tokenId, groupName, tokenName } = credential
  const names = { workspaceId, groupId, tokenId, groupName, tokenName, model: asked.model, endpoint: endpoint.name }
  return { ...names, ...amount }
}

/** Names the one channel that is to answer, for administrators who look into what it does. */
const pinHeader = 'x-parley-channel'

/** Makes what lets calls in and bills them. */
export function createAdmission(dependencies: ServeDependencies) {
  const { channels, ledger, prices, node, limits, guardrailsFor, storedResponses, mayPin } = dependencies

  /** Writes the bill of a call. Nobody waits for it: it is stored as soon as the database takes it. */
  function settle(call: Call, ending: Ending): void {
    const settlement = settlementOf(call, ending)
    count(settlement)
    void ledger.settle(settlement)
  }

  /** Finds the channels for what is asked. Throws a refusal. */
  async function admit(call: Call): Promise<void> {
    const { credential, endpoint, body, headers } = call
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
    const pinned = headers[pinHeader]
    if (pinned !== undefined) {
      if (!(await mayPin(credential)))
        throw new RelayRefusal('channel_not_allowed', 'Only keys of administrators may name the channel of a call.')
      call.candidates = call.candidates.filter(({ id }) => id === pinned)
      if (call.candidates.length === 0)
        throw new RelayRefusal('no_channel', `The channel that was named does not serve the model “${model}”.`)
    }
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
    const { input, output } = call.guardrails
    // Of what is said in a session nobody could be sure that it passed them.
    if (endpoint.name === 'realtime' && input.length + output.length > 0)
      throw new RelayRefusal('guardrail', 'Realtime sessions are closed to this group, since guardrails watch it.')
    if (input.length === 0) return
    const guarded = guardRequest(endpoint.name, call.body, input)
    if ('refusedBy' in guarded)
      throw new RelayRefusal('guardrail', `The request was refused by the guardrail “${guarded.refusedBy}”.`)
    if (guarded.hits === 0) return
    call.body = guarded.body
    // A form takes its texts from the body.
    if (Buffer.isBuffer(call.raw)) call.raw = Buffer.from(JSON.stringify(guarded.body))
  }

  /** Sets aside what the call may cost. `reserved` resolves once that is committed. */
  function reserve(call: Call): Reserved {
    const { asked, endpoint, inputTokens, outputTokensMax } = call
    const images = endpoint.name.startsWith('image') ? asked.choices : 0
    const estimate = estimateOf(call.price?.price ?? null, { inputTokens, outputTokensMax, images })
    const reservation = reservationOf(call, { requestId: call.requestId, node, inputTokens, ...estimate })
    return {
      reservation,
      isComfortable: ledger.isComfortable(call.credential, estimate.amountMicros),
      reserved: ledger.reserve(reservation),
    }
  }

  /** Judges a call that was let in. */
  async function judge(call: Call, entered: Entered): Promise<void> {
    try {
      await admit(call)
      await guard(call)
    } catch (error) {
      entered.leave(0)
      throw error
    }
  }

  /**
   * Admits a call. Limits come first, so that what is refused for another reason counts too; such refusals are logged, at no
   * cost, and those of limits, which come by the thousand, are not.
   */
  async function enter(call: Call): Promise<Entered> {
    try {
      call.inputTokens = countPromptTokens(meteredAs[call.endpoint.name], call.body)
      const entered = await enterLimits(limits, call)
      await judge(call, entered)
      return entered
    } catch (error) {
      const refusal = toRefusal(error)
      if (refusal.code !== 'rate_limited') settle(call, endingOf(refusal))
      throw refusal
    }
  }

  return { enter, reserve, settle }
}
