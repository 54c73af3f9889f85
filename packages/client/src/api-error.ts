import { errorStatus, type ErrorCode, type ErrorDetails, type WireError } from '@parley/protocol/errors'

/** Why a request failed: a code of the server, or `NETWORK` when no answer came. */
export type FailureCode = ErrorCode | 'NETWORK'

/** A request the server refused, or that got no answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: FailureCode
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  readonly details: ErrorDetails
  /** Names the request in the logs of the server; empty when no answer came. */
  readonly requestId: string

  constructor(failure: {
    code: FailureCode
    message: string
    status?: number
    details?: ErrorDetails
    requestId?: string
    cause?: unknown
  }) {
    super(failure.message, { cause: failure.cause })
    this.code = failure.code
    this.status = failure.status ?? (failure.code === 'NETWORK' ? 0 : errorStatus[failure.code])
    this.details = failure.details ?? {}
    this.requestId = failure.requestId ?? ''
  }
}

/** No answer came, so nobody knows whether the request was carried out. */
export const networkError = (message: string, cause?: unknown) => new ApiError({ code: 'NETWORK', message, cause })

/** A refusal as it stands in an HTTP body, an ack or a failed connect; undefined if it is something else. */
export function refusal(value: unknown, status?: number): ApiError | undefined {
  if (!isWireError(value)) return undefined
  return new ApiError(status === undefined ? value : { ...value, status })
}

/** Whether the access token is at fault, so that a fresh one may help. */
export const isTokenFailure = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.code.startsWith('TOKEN_')

/** Why nobody is signed in: the session was revoked, the account disabled, or the workspace suspended. */
export type EndReason = 'revoked' | 'disabled' | 'suspended'

/** What a refusal says about the session itself: it is at an end, or cannot be used for now; undefined if it says nothing. */
export function endReasonOf(error: unknown): EndReason | undefined {
  if (!(error instanceof ApiError)) return undefined
  if (error.code === 'USER_DISABLED') return 'disabled'
  if (error.details.reason === 'workspace-closed') return 'suspended'
  return error.code === 'TOKEN_REVOKED' ? 'revoked' : undefined
}

/** Whatever was thrown, as an ApiError. */
export const toApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : networkError('The server could not be reached.', error)

function isWireError(value: unknown): value is WireError {
  if (typeof value !== 'object' || value === null) return false
  const has = 'code' in value && 'message' in value && typeof value.message === 'string'
  return has && typeof value.code === 'string' && Object.hasOwn(errorStatus, value.code)
}
