import type { Contract, RequestOf, ResponseOf } from '@parley/protocol/contract'
import type { ErrorCode } from '@parley/protocol/errors'
import { reportSpans } from '@parley/protocol/traces'
import { ApiError, isTokenFailure, networkError, refusal } from './api-error.ts'
import type { Tracing } from './tracing.ts'

export interface RestOptions {
  origin: string
  fetch?: typeof fetch
  /** The access token of the moment; null when signed out. */
  accessToken: () => string | null
  /** Gets a fresh token after the server refused the present one; null when the session is over. */
  onExpired: () => Promise<string | null>
  tracing?: Tracing
}

export interface Rest {
  readonly origin: string
  /** Calls the endpoint of a contract; throws ApiError, or the signal's reason when aborted. */
  call: <C extends Contract>(contract: C, request: RequestOf<C>, options?: CallOptions) => Promise<ResponseOf<C>>
  /** Runs a request of one's own with the token of the moment, and once more with a fresh one if that is refused. */
  withToken: <T>(run: (token: string | null) => Promise<T>) => Promise<T>
}

interface CallOptions {
  signal?: AbortSignal
}

type Fields = Record<string, unknown>

interface RequestParts {
  params: Fields
  query: Fields
  body?: unknown
}

/** Typed HTTP calls. A refused token is refreshed once, by one refresh however many calls wait for it. */
export function createRest(options: RestOptions): Rest {
  const send = options.fetch ?? fetch
  let refreshing: Promise<string | null> | undefined

  async function freshToken(expired: string | null): Promise<string | null> {
    const current = options.accessToken()
    if (current !== null && current !== expired) return current
    refreshing ??= options.onExpired().finally(() => {
      refreshing = undefined
    })
    return refreshing
  }

  async function withToken<T>(run: (token: string | null) => Promise<T>): Promise<T> {
    const token = options.accessToken()
    try {
      return await run(token)
    } catch (error) {
      if (!isTokenFailure(error)) throw error
      const fresh = await freshToken(token)
      if (fresh === null) throw error
      return run(fresh)
    }
  }

  async function attempt(contract: Contract, request: RequestParts, token: string | null, signal?: AbortSignal) {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (token !== null) headers.authorization = `Bearer ${token}`
    const init: RequestInit = { method: contract.method, headers, credentials: 'include' }
    if (signal) init.signal = signal
    if (request.body !== undefined) {
      headers['content-type'] = 'application/json'
      init.body = JSON.stringify(request.body)
    }
    const span = isMeasured(contract) ? options.tracing?.open(`${contract.method} ${contract.path}`) : null
    if (span) headers.traceparent = span.traceparent
    let response: Response
    try {
      response = await send(options.origin + pathOf(contract, request), init)
    } catch (cause) {
      if (signal?.aborted) throw signal.reason
      throw networkError('The server could not be reached.', cause)
    } finally {
      span?.close()
    }
    options.tracing?.observe(response.headers)
    return read(response, contract, signal)
  }

  // The overload states what the contract promises: the API serialises its answers by the same schema.
  function call<C extends Contract>(
    contract: C,
    request: RequestOf<C>,
    callOptions?: CallOptions,
  ): Promise<ResponseOf<C>>
  async function call(contract: Contract, request: object, { signal }: CallOptions = {}): Promise<unknown> {
    const parts = partsOf(request)
    if (contract.auth === 'public') return attempt(contract, parts, null, signal)
    return withToken((token) => attempt(contract, parts, token, signal))
  }

  return { origin: options.origin, call, withToken }
}

/** Reports of measurements would otherwise measure themselves for ever. */
const isMeasured = (contract: Contract): boolean => contract.path !== reportSpans.path

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? { ...value } : {})

/** `fields` travel in the query: some proxies drop the body of a DELETE. */
function partsOf(request: object): RequestParts {
  const { params, query, fields, body } = fieldsOf(request)
  return { params: fieldsOf(params), query: { ...fieldsOf(query), ...fieldsOf(fields) }, body }
}

/** Contracts put nothing but text, numbers and booleans into addresses. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function pathOf(contract: Contract, { params, query }: RequestParts): string {
  const path = contract.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(textOf(params[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, textOf(value))
  }
  return search.size === 0 ? path : `${path}?${search.toString()}`
}

async function read(response: Response, contract: Contract, signal?: AbortSignal): Promise<unknown> {
  let text: string
  try {
    text = await response.text()
  } catch (cause) {
    if (signal?.aborted) throw signal.reason
    throw networkError('The answer of the server broke off.', cause)
  }
  if (!response.ok) throw refused(response.status, parsed(text))
  return contract.response ? parsed(text) : undefined
}

/** JSON, or undefined for anything else. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A proxy's page in place of the API's answer; the status then says all there is to know.
    return undefined
  }
}

/** The error in an answer's body, or one by status when a proxy answered in the API's place. */
export function refused(status: number, body: unknown): ApiError {
  const envelope =
    typeof body === 'object' && body !== null && 'error' in body ? refusal(body.error, status) : undefined
  return envelope ?? new ApiError({ code: codeByStatus(status), status, message: `The server answered ${status}.` })
}

function codeByStatus(status: number): ErrorCode {
  if (status === 413) return 'PAYLOAD_TOO_LARGE'
  if (status === 429) return 'RATE_LIMITED'
  if (status === 502 || status === 503 || status === 504) return 'OVERLOADED'
  if (status === 404) return 'NOT_FOUND'
  if (status === 401) return 'TOKEN_INVALID'
  if (status === 403) return 'PERMISSION_DENIED'
  return status < 500 ? 'VALIDATION_FAILED' : 'INTERNAL_ERROR'
}
