import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Json } from './json.ts'
import type { FormFile } from './multipart.ts'
import type { StoredResponse } from './stored-response.ts'

/** Whose manners a call expects. */
export type Provider = 'openai' | 'anthropic' | 'gemini'

/** A request of which the body was read. */
export interface Call {
  method: string
  /** Without what stands before `/v1`, and without the query. */
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  provider: Provider
  body: Json
  /** Of a multipart request. */
  files?: FormFile[]
  /** Those that can be asked for again. */
  responses: Map<string, StoredResponse>
  /** 48 hexadecimal digits that are the same for the same question. */
  hash: string
  /** What to answer instead of what would be answered. */
  says?: string
}

/** All that is made here was made at this moment, in epoch seconds. */
export const madeAt = 1_700_000_000

export function hashOf(...of: (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const each of of) hash.update(each)
  return hash.digest('hex').slice(0, 48)
}

export function providerOf(path: string, headers: IncomingHttpHeaders): Provider {
  if (path.startsWith('/v1beta')) return 'gemini'
  return path.startsWith('/v1/messages') || headers['anthropic-version'] !== undefined ? 'anthropic' : 'openai'
}

/** The headers providers add to every answer, with fixed values. */
export function providerHeaders(provider: Provider, hash: string): Record<string, string> {
  if (provider === 'gemini') return { 'server-timing': 'gfet4t7; dur=12', 'x-content-type-options': 'nosniff' }
  if (provider === 'anthropic')
    return {
      'request-id': `req_${hash.slice(0, 24)}`,
      'anthropic-organization-id': 'test-upstream',
      'anthropic-ratelimit-requests-limit': '4000',
      'anthropic-ratelimit-requests-remaining': '3999',
      'anthropic-ratelimit-requests-reset': '2023-11-14T22:13:20Z',
      'anthropic-ratelimit-tokens-limit': '400000',
      'anthropic-ratelimit-tokens-remaining': '399000',
      'anthropic-ratelimit-tokens-reset': '2023-11-14T22:13:20Z',
    }
  return {
    'x-request-id': `req_${hash.slice(0, 32)}`,
    'openai-organization': 'test-upstream',
    'openai-processing-ms': '12',
    'openai-version': '2020-10-01',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-limit-tokens': '2000000',
    'x-ratelimit-remaining-requests': '9999',
    'x-ratelimit-remaining-tokens': '1999000',
    'x-ratelimit-reset-requests': '6ms',
    'x-ratelimit-reset-tokens': '30ms',
  }
}

/** The key a call carries, wherever a provider would look for it. */
export function keyOf(headers: IncomingHttpHeaders, query: URLSearchParams): string | undefined {
  const given = headers['x-api-key'] ?? headers['x-goog-api-key'] ?? headers['api-key']
  if (typeof given === 'string') return given
  return headers.authorization?.replace(/^Bearer /i, '') ?? query.get('key') ?? undefined
}
