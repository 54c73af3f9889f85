/** Why the relay itself refuses a call. */
export type RefusalCode =
  | 'key_missing'
  | 'key_unknown'
  | 'key_disabled'
  | 'key_expired'
  | 'subnet_not_allowed'
  | 'model_not_allowed'
  | 'channel_not_allowed'
  | 'model_not_found'
  | 'previous_response_not_found'
  | 'insufficient_balance'
  | 'quota_exceeded'
  | 'rate_limited'
  | 'invalid_request'
  | 'request_too_large'
  | 'unsupported_media_type'
  | 'not_found'
  | 'guardrail'
  | 'no_channel'
  | 'upstream_failed'
  | 'overloaded'
  | 'internal_error'

/** Each refusal's HTTP status, its type in OpenAI's envelope and its type in Anthropic's. */
const kinds: Record<RefusalCode, { status: number; openai: string; anthropic: string }> = {
  key_missing: { status: 401, openai: 'invalid_request_error', anthropic: 'authentication_error' },
  key_unknown: { status: 401, openai: 'invalid_request_error', anthropic: 'authentication_error' },
  key_disabled: { status: 401, openai: 'invalid_request_error', anthropic: 'authentication_error' },
  key_expired: { status: 401, openai: 'invalid_request_error', anthropic: 'authentication_error' },
  subnet_not_allowed: { status: 403, openai: 'invalid_request_error', anthropic: 'permission_error' },
  model_not_allowed: { status: 403, openai: 'invalid_request_error', anthropic: 'permission_error' },
  channel_not_allowed: { status: 403, openai: 'invalid_request_error', anthropic: 'permission_error' },
  insufficient_balance: { status: 403, openai: 'insufficient_quota', anthropic: 'billing_error' },
  model_not_found: { status: 404, openai: 'invalid_request_error', anthropic: 'not_found_error' },
  not_found: { status: 404, openai: 'invalid_request_error', anthropic: 'not_found_error' },
  previous_response_not_found: {
    status: 400,
    openai: 'invalid_request_error',
    anthropic: 'invalid_request_error',
  },
  invalid_request: { status: 400, openai: 'invalid_request_error', anthropic: 'invalid_request_error' },
  guardrail: { status: 400, openai: 'invalid_request_error', anthropic: 'invalid_request_error' },
  request_too_large: { status: 413, openai: 'invalid_request_error', anthropic: 'request_too_large' },
  unsupported_media_type: { status: 415, openai: 'invalid_request_error', anthropic: 'invalid_request_error' },
  quota_exceeded: { status: 429, openai: 'insufficient_quota', anthropic: 'rate_limit_error' },
  rate_limited: { status: 429, openai: 'rate_limit_error', anthropic: 'rate_limit_error' },
  upstream_failed: { status: 502, openai: 'server_error', anthropic: 'api_error' },
  no_channel: { status: 503, openai: 'server_error', anthropic: 'overloaded_error' },
  overloaded: { status: 503, openai: 'server_error', anthropic: 'overloaded_error' },
  internal_error: { status: 500, openai: 'server_error', anthropic: 'api_error' },
}

interface RefusalOptions {
  /** The field of the request that is wrong. */
  param?: string
  /** When the same call may be made again. */
  retryAfterMs?: number
  /** Another status than the code's, where an upstream gave one. */
  status?: number
  cause?: unknown
}

/** A call that is refused: code and words for the client, a cause for the log. */
export class RelayRefusal extends Error {
  readonly code: RefusalCode
  readonly status: number
  readonly param: string | null
  readonly retryAfterMs: number | undefined

  constructor(code: RefusalCode, message: string, options: RefusalOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'RelayRefusal'
    this.code = code
    this.status = options.status ?? kinds[code].status
    this.param = options.param ?? null
    this.retryAfterMs = options.retryAfterMs
  }
}

/** Which provider's clients a call comes from, and so which shape its errors have. */
export type Envelope = 'openai' | 'anthropic'

/** The body of a refusal, in the shape of the API that was spoken. */
export function refusalBody(refusal: RelayRefusal, envelope: Envelope, requestId: string): object {
  const { code, message, param } = refusal
  if (envelope === 'anthropic')
    return { type: 'error', error: { type: kinds[code].anthropic, message }, request_id: requestId }
  return { error: { message, type: kinds[code].openai, param, code } }
}

/** The headers of a refusal: when to try again, and whether clients should by themselves. */
export function refusalHeaders({ code, status, retryAfterMs }: RelayRefusal): Record<string, string> {
  const headers: Record<string, string> = {}
  if (retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.ceil(retryAfterMs / 1_000))
    headers['retry-after-ms'] = String(Math.ceil(retryAfterMs))
  }
  if (status === 429 && code === 'quota_exceeded') headers['x-should-retry'] = 'false'
  return headers
}
