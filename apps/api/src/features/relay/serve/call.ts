import type { IncomingHttpHeaders } from 'node:http'
import type { Attempt, Settlement } from '../accounting/settlement.ts'
import { costOf } from '../accounting/price.ts'
import type { Price } from '../accounting/prices.ts'
import type { JsonObject } from '../dialects/json.ts'
import type { Channel } from '../routing/channels.ts'
import type { Guardrails } from '../guardrails/store.ts'
import type { CachedAnswer } from '../response-cache.ts'
import type { UpstreamCall } from '../upstream/client.ts'
import { noUsage, type Usage } from '../usage.ts'
import type { Credential } from './credential.ts'
import type { Endpoint } from './endpoints.ts'
import type { Form } from './multipart-form.ts'
import type { Asked } from './request-body.ts'

/** A request that was let in: who asks, and what. */
export interface Incoming {
  requestId: string
  endpoint: Endpoint
  credential: Credential
  address: string
  startedAtMs: number
  headers: IncomingHttpHeaders
  body: JsonObject
  /** The body as it came, for channels that need nothing changed in it. */
  raw: Buffer | Form
}

/** One logical request of a client: however many attempts it takes, it has one name, one answer and one bill. */
export interface Call extends Incoming {
  asked: Asked
  /** Channels that have the model. */
  candidates: readonly Channel[]
  /** What its texts have to pass. */
  guardrails: Guardrails
  /** Tokens of the prompt as counted here. */
  inputTokens: number
  /** Output tokens that are set aside. */
  outputTokensMax: number
  /** The price it was admitted at; null where the model has none. */
  price: Price | null
  /** Attempts that failed. */
  attempts: Attempt[]
  /** Ends what is under way upstream, or the pause before the next attempt. */
  abort: UpstreamCall['abort'] | null
  /** Makes room in the channel that answers. */
  leaveChannel: ((tokensUsed: number) => void) | null
  /** The client closed its connection before it had the whole answer. */
  hasLeft: boolean
  /** It was refused while upstreams were being asked, or the process ends: nobody waits for their answer. */
  isGivenUp: boolean
  /** Tokens it turned out to use, for the limits. */
  tokensUsed: number
  /** Names the question, where its answer may be kept for equal ones. */
  cacheKey: string | null
  /** The workspace keeps what is asked and answered. */
  keepsPrompt: boolean
}

/** Whether nobody waits for the answer any more. */
export const isOver = ({ hasLeft, isGivenUp }: Call): boolean => hasLeft || isGivenUp

/** How a call ended, as far as its row of the log says it. */
export interface Ending {
  /** As the client saw it; 499 for one that left. */
  status: number
  error?: { code: string; message: string }
  channel?: { id: string; name: string; model: string }
  upstreamRequestId?: string | null
  usage?: Usage | null
  serviceTier?: string | null
  firstTokenMs?: number | null
  isCached?: boolean
  /** What went out, where it may answer equal requests. */
  sent?: CachedAnswer
  /** The answer as text, where prompts are kept. */
  text?: string
}

/** What is billed where the upstream did not say what was used: the prompt as counted, and what was delivered. */
export const countedUsage = (call: Call, outputTokens: number): Usage => ({
  ...noUsage,
  inputTokens: call.inputTokens,
  outputTokens,
})

/** The bill of a call. */
export function settlementOf(call: Call, ending: Ending): Settlement {
  const { credential, endpoint, asked } = call
  const { usage, serviceTier = null, isCached = false } = ending
  const used = usage ?? noUsage
  const isBilled = usage !== undefined && usage !== null && !isCached
  return {
    requestId: call.requestId,
    workspaceId: credential.workspaceId,
    groupId: credential.groupId,
    tokenId: credential.tokenId,
    groupName: credential.groupName,
    tokenName: credential.tokenName,
    channelId: ending.channel?.id ?? null,
    channelName: ending.channel?.name ?? null,
    endpoint: endpoint.name,
    model: asked.model,
    upstreamModel: ending.channel?.model ?? null,
    isStream: asked.isStream,
    status: ending.status,
    errorCode: ending.error?.code ?? null,
    errorMessage: ending.error?.message ?? null,
    upstreamRequestId: ending.upstreamRequestId ?? null,
    isCached,
    address: call.address,
    ...used,
    serviceTier,
    costMicros: isBilled ? costOf(call.price?.price ?? null, used, serviceTier) : 0,
    priceId: isBilled ? (call.price?.id ?? null) : null,
    firstTokenMs: ending.firstTokenMs ?? null,
    durationMs: Math.round(performance.now() - call.startedAtMs),
    attempts: call.attempts,
  }
}
