import type { Channel } from '../routing/channels.ts'
import { isObject, parsed, type JsonObject } from '../dialects/json.ts'
import { meantStatus, type Operation } from './providers.ts'

/** What is wrong with a channel, as a stable word. */
export type TrialReason =
  | 'ok'
  | 'no_model'
  | 'key_unreadable'
  | 'address_not_allowed'
  | 'name_unknown'
  | 'connection_refused'
  | 'unreachable'
  | 'connection_lost'
  | 'timeout'
  | 'tls'
  | 'key_rejected'
  | 'no_permission'
  | 'no_credit'
  | 'model_unknown'
  | 'wrong_address'
  | 'request_refused'
  | 'limited'
  | 'provider_failed'
  | 'redirected'
  | 'not_json'
  | 'unexpected_answer'

/** What came of trying a channel out. */
export interface ChannelTrial {
  ok: boolean
  reason: TrialReason
  /** The same for a person, with what to do about it. */
  message: string
  /** Absent where no answer came. */
  status?: number
  durationMs: number
  /** The model that was asked, as the channel calls it. */
  model: string
}

/** What was found out about a channel. */
export type Finding = Pick<ChannelTrial, 'reason' | 'message' | 'status'>

/** What of the provider's own words is shown. */
const quotedMax = 300

/** The field that holds the answer. */
const answerFields: Partial<Record<Operation, string>> = {
  chat: 'choices',
  messages: 'content',
  generate: 'candidates',
  embeddings: 'data',
}

const tlsCode = /^(ERR_TLS|ERR_SSL|CERT_|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/

/** Why there was no answer, by what the system or undici says. */
export function explainError(error: unknown, { hostname }: URL): Finding {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ADDRESS_REFUSED')
    return { reason: 'address_not_allowed', message: error instanceof Error ? error.message : '' }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return {
      reason: 'name_unknown',
      message: `The name ${hostname} is not known. Check the base URL for a typing error.`,
    }
  if (code === 'ECONNREFUSED')
    return {
      reason: 'connection_refused',
      message: `Nothing answers at ${hostname} on this port. Check the port, and whether the server runs.`,
    }
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return { reason: 'unreachable', message: `There is no way to ${hostname} from here. Check network and firewall.` }
  if (code.endsWith('TIMEOUT') || code === 'ETIMEDOUT' || (error instanceof Error && error.name === 'TimeoutError'))
    return {
      reason: 'timeout',
      message: `${hostname} did not answer in time. It may be overloaded, or a firewall may be in between.`,
    }
  if (tlsCode.test(code))
    return {
      reason: 'tls',
      message: `No secure connection to ${hostname} is possible (${code}). Check its certificate, and whether it speaks https at all.`,
    }
  return {
    reason: 'connection_lost',
    message: `The connection to ${hostname} was lost before an answer came (${code || 'unknown'}).`,
  }
}

/** What the provider says about it, without the key, which some repeat. */
function quoted(json: JsonObject | null, key: string): string {
  const error = isObject(json?.error) ? json.error : json
  const said = error?.message ?? error?.detail ?? json?.error
  if (typeof said !== 'string' || said.trim() === '') return ''
  const safe = key === '' ? said : said.replaceAll(key, '…')
  return ` It says: ${safe.trim().slice(0, quotedMax)}`
}

/** What an error status means for whoever set the channel up. */
const statusFindings: Record<number, [TrialReason, string]> = {
  401: ['key_rejected', 'The provider does not accept the key. Enter it anew, whole and without spaces.'],
  402: ['no_credit', 'The account at the provider has no credit. Add some there.'],
  403: [
    'no_permission',
    'The key is not permitted to do this. Check what it may do at the provider, and for which models.',
  ],
  408: ['timeout', 'The provider gave up waiting. Try again in a moment.'],
  429: [
    'limited',
    'The provider has had too many calls, or the quota there is used up. Check limits and credit at the provider.',
  ],
}

function explainStatus(status: number, json: JsonObject | null, text: string, model: string): [TrialReason, string] {
  const known = statusFindings[status]
  if (known) return known
  if (status === 404 && json !== null && /model/i.test(text))
    return ['model_unknown', `The provider does not know the model “${model}”. Check its name, or map it to another.`]
  if (status === 404 || status === 405)
    return [
      'wrong_address',
      'There is something at this address, but not this API. Check the base URL, and whether it has to end in /v1.',
    ]
  if (status >= 500) return ['provider_failed', `The provider failed with status ${status}. Try again later.`]
  if (status >= 400)
    return [
      'request_refused',
      `The provider refused a plain call with status ${status}. The model may not be one to talk to.`,
    ]
  return [
    'redirected',
    'The address leads to another one, which is not followed. Enter the address it leads to as the base URL.',
  ]
}

/** What an upstream answered. */
export interface Answer {
  status: number
  text: string
}

/** Judges what the provider answered. */
export function explainAnswer(
  { status, text }: Answer,
  channel: Channel,
  operation: Operation,
  model: string,
): Finding {
  const value = parsed(text)
  const json = isObject(value) ? value : null
  const meant = meantStatus(channel.type, status, Buffer.from(text))
  if (meant >= 300) {
    const [reason, message] = explainStatus(meant, json, text, model)
    return { reason, message: message + quoted(json, channel.key), status }
  }
  if (json === null) {
    const isPage = text.trimStart().startsWith('<')
    const reason = isPage ? 'wrong_address' : 'not_json'
    const what = isPage ? 'a page for people' : 'no JSON'
    return {
      reason,
      message: `The address answers with ${what}. Check the base URL, and whether it has to end in /v1.`,
      status,
    }
  }
  if (!Array.isArray(json[answerFields[operation] ?? '']))
    return {
      reason: 'unexpected_answer',
      message: `The answer is not what this kind of provider gives. Check the type of the channel.${quoted(json, channel.key)}`,
      status,
    }
  return { reason: 'ok', message: 'The channel works.', status }
}
