import type { IncomingHttpHeaders } from 'node:http'
import type { Dialect } from '../dialects/conversation.ts'
import { endpoints, type EndpointName } from '../serve/endpoints.ts'
import type { ChannelType } from '../tables.ts'

/** What of a channel says how its upstream is called. */
export interface Upstream {
  type: ChannelType
  /** As it was set up, or the provider's own; of a `test` channel, where the built-in upstream listens. */
  baseUrl: URL
  key: string
}

/** What is called at an upstream: an endpoint by its own name, a call of Gemini's own API, or the list of models. */
export type Operation = EndpointName | 'generate' | 'models'

/** How a client's call is put to an upstream. */
export interface Approach {
  operation: Operation
  /** The dialect the upstream speaks; null where there is only one. */
  dialect: Dialect | null
}

interface Target {
  operation: Operation
  /** What the channel calls the model. */
  model: string
  isStream: boolean
  /** What follows the endpoint's path, such as `/resp_1/cancel`. */
  rest?: string
}

/** Where the providers themselves are, for channels that name no address. */
export const providerUrls: Record<Exclude<ChannelType, 'test'>, string> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com',
  gemini: 'https://generativelanguage.googleapis.com',
}

const suffixes = new Map<Operation, string>([
  ...endpoints.map(({ name, path }): [Operation, string] => [name, path.slice('/v1'.length)]),
  ['realtime', '/realtime'],
  ['models', '/models'],
])

const conversations: ReadonlySet<EndpointName> = new Set(['chat', 'responses', 'messages'])

/** Gemini answers these in OpenAI's shape, under a path of their own. */
const openaiAtGemini: ReadonlySet<Operation> = new Set(['embeddings', 'images', 'models'])

/**
 * How an upstream of this type is asked what a client asks; null where it has nothing of the kind. `lacksResponses`: it is
 * known not to have the responses API, and is asked through chat.
 */
export function approachTo(type: ChannelType, endpoint: EndpointName, lacksResponses = false): Approach | null {
  if (type === 'anthropic') {
    if (conversations.has(endpoint)) return { operation: 'messages', dialect: 'messages' }
    return endpoint === 'count_tokens' ? { operation: endpoint, dialect: null } : null
  }
  if (type === 'gemini') {
    if (conversations.has(endpoint)) return { operation: 'generate', dialect: 'gemini' }
    return openaiAtGemini.has(endpoint) ? { operation: endpoint, dialect: null } : null
  }
  if (endpoint === 'responses' && !lacksResponses) return { operation: endpoint, dialect: 'responses' }
  // The built-in upstream speaks Anthropic's API too.
  if (endpoint === 'messages' && type === 'test') return { operation: endpoint, dialect: 'messages' }
  if (conversations.has(endpoint)) return { operation: 'chat', dialect: 'chat' }
  return endpoint === 'count_tokens' && type !== 'test' ? null : { operation: endpoint, dialect: null }
}

const azureHost = /\.(openai\.azure|cognitiveservices\.azure|services\.ai\.azure)\.com$/

const isAzure = (hostname: string): boolean => azureHost.test(hostname)

/** The path that the endpoints' own stand below. People write base URLs with the version, without it and with a slash. */
function basePath({ type }: Upstream, { pathname, hostname }: URL): string {
  const path = pathname.replace(/\/+$/, '')
  if (type === 'anthropic') return path.endsWith('/v1') ? path : `${path}/v1`
  if (type === 'gemini') return /\/v1(beta|alpha)?$/.test(path) ? path : `${path}/v1beta`
  if (path !== '') return path
  return isAzure(hostname) ? '/openai/v1' : '/v1'
}

/** Where an upstream answers what is asked of it. A prefix of the path, and a query such as `api-version`, are kept. */
export function urlOf(upstream: Upstream, { operation, model, isStream, rest = '' }: Target): URL {
  const url = new URL(upstream.baseUrl)
  const base = basePath(upstream, url)
  if (operation === 'generate') {
    const verb = isStream ? 'streamGenerateContent' : 'generateContent'
    url.pathname = `${base}/models/${encodeURIComponent(model.replace(/^models\//, ''))}:${verb}`
    if (isStream) url.searchParams.set('alt', 'sse')
    return url
  }
  const api = upstream.type === 'gemini' ? `${base}/openai` : base
  url.pathname = `${api}${suffixes.get(operation) ?? ''}${rest}`
  if (operation === 'realtime') {
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    url.searchParams.set('model', model)
  }
  return url
}

const anthropicVersion = '2023-06-01'

/**
 * Headers of a client that mean something to an upstream. Not its idempotency key: all tokens share the provider's account,
 * and two that chose the same key would get one another's answer.
 */
const passedOn: Record<'openai' | 'anthropic' | 'any', readonly string[]> = {
  openai: ['openai-beta'],
  anthropic: ['anthropic-version', 'anthropic-beta'],
  any: ['accept', 'content-type'],
}

function keyHeaders({ type, key, baseUrl }: Upstream, operation: Operation): Record<string, string> {
  // The built-in upstream refuses calls without a key as providers do, and takes any.
  if (type === 'test') return { authorization: `Bearer ${key || 'test'}` }
  if (key === '') return {}
  if (type === 'anthropic') return { 'x-api-key': key }
  if (type === 'gemini' && operation === 'generate') return { 'x-goog-api-key': key }
  // In the other header Azure expects a token of its directory.
  return isAzure(baseUrl.hostname) ? { 'api-key': key } : { authorization: `Bearer ${key}` }
}

/** The headers an upstream is called with: its key, and of the client's own only what is meant for a provider. */
export function headersFor(
  upstream: Upstream,
  operation: Operation,
  client: IncomingHttpHeaders,
): Record<string, string> {
  const isAnthropic = operation === 'messages' || operation === 'count_tokens'
  const headers = keyHeaders(upstream, operation)
  headers['accept-encoding'] = 'identity'
  headers['user-agent'] = 'parley'
  if (isAnthropic) headers['anthropic-version'] = anthropicVersion
  for (const name of [...passedOn.any, ...passedOn[isAnthropic ? 'anthropic' : 'openai']]) {
    const value = client[name]
    if (typeof value === 'string') headers[name] = value
  }
  return headers
}

const answered = new Set([
  'content-type',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'openai-processing-ms',
  'openai-version',
])

const isAnswered = (name: string): boolean =>
  answered.has(name) || name.startsWith('x-ratelimit-') || name.startsWith('anthropic-ratelimit-')

/** What of an upstream's headers the client gets: nothing of its connection, its servers or the account the key is of. */
export function answerHeaders(upstream: IncomingHttpHeaders): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name in upstream) {
    const value = upstream[name]
    if (value !== undefined && isAnswered(name)) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

const requestIdHeaders = ['x-request-id', 'request-id', 'apim-request-id', 'x-goog-request-id', 'cf-ray']

/** The upstream's own name for a call, as its support would ask for it. */
export function upstreamRequestIdOf(headers: IncomingHttpHeaders): string | null {
  for (const name of requestIdHeaders) {
    const value = headers[name]
    if (typeof value === 'string' && value !== '') return value.slice(0, 128)
  }
  return null
}

/** The status an error means: Google answers a wrong key with 400. */
export function meantStatus(type: ChannelType, status: number, body: Buffer): number {
  return type === 'gemini' &&
    status === 400 &&
    /API_KEY_INVALID|API key (not valid|expired)/.test(body.toString('utf8'))
    ? 401
    : status
}
