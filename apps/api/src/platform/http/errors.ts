import { errorStatus, type ErrorCode, type ErrorDetails, type WireError } from '@parley/protocol/errors'
import { isDatabaseAway, isDatabaseFull } from '../database.ts'

/** A refusal with an outside (`code`, `message`, `details`: for the client) and an inside (`cause`: for the log). */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails | undefined

  constructor(code: ErrorCode, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.details = options.details
  }

  get status(): number {
    return errorStatus[this.code]
  }
}

/** What the actor may not know of is said in the same words as what does not exist. */
export const notFound = (what = 'This') =>
  new AppError('NOT_FOUND', `${what} does not exist, or you have no access to it.`)

export const permissionDenied = (message = 'You may not do this.', reason?: string) =>
  new AppError('PERMISSION_DENIED', message, reason === undefined ? {} : { details: { reason } })

export const conflict = (message: string, reason?: string) =>
  new AppError('CONFLICT', message, reason === undefined ? {} : { details: { reason } })

/** One field of the input is wrong in a way its schema cannot say. */
export const invalidField = (field: string, message: string, reason?: string) =>
  new AppError('VALIDATION_FAILED', message, {
    details: { fields: [{ field, message }], ...(reason !== undefined && { reason }) },
  })

export const overloaded = (retryAfterMs: number, cause?: unknown) =>
  new AppError('OVERLOADED', 'The server is busy. Nothing was stored; try again shortly.', {
    details: { retryAfterMs },
    cause,
  })

export const diskFull = (cause: unknown) =>
  new AppError('OVERLOADED', 'The server has no room for this. Nothing was stored; tell its administrator.', {
    details: { reason: 'disk-full', retryAfterMs: 60_000 },
    cause,
  })

export const rateLimited = (retryAfterMs: number) =>
  new AppError('RATE_LIMITED', 'Too many requests. Wait a moment and try again.', { details: { retryAfterMs } })

/** Turns whatever was thrown into a refusal; what is not known is an INTERNAL_ERROR that says nothing of its inside. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (isDatabaseAway(error)) return overloaded(1_000, error)
  if (isDatabaseFull(error)) return diskFull(error)
  return new AppError('INTERNAL_ERROR', 'Something went wrong on the server. It was logged under this request id.', {
    cause: error,
  })
}

/** The outside of a refusal, as it travels. */
export const toWire = (error: AppError, requestId: string): WireError => ({
  code: error.code,
  message: error.message,
  ...(error.details && { details: error.details }),
  requestId,
})
