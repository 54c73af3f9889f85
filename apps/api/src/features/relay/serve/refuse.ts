import type { ServerResponse } from 'node:http'
import { isDatabaseAway } from '../../../platform/database.ts'
import { AppError } from '../../../platform/http/errors.ts'
import { DialectError } from '../dialects/dialect-error.ts'
import { isObject, parsed } from '../dialects/json.ts'
import { GuardrailStop } from '../guardrails/engine.ts'
import { refusalBody, refusalHeaders, RelayRefusal, type Envelope } from '../refusals.ts'
import type { FailedAttempt } from './attempt.ts'

/** What is said of an answer that a guardrail stopped. */
export const stoppedBy = ({ guardrail }: GuardrailStop): string =>
  `The answer was stopped by the guardrail “${guardrail}”.`

/** Whatever was thrown, as a refusal that says nothing of the inside. */
export function toRefusal(error: unknown): RelayRefusal {
  if (error instanceof RelayRefusal) return error
  if (error instanceof GuardrailStop) return new RelayRefusal('guardrail', stoppedBy(error))
  if (error instanceof DialectError) {
    return error.status === 400
      ? new RelayRefusal('invalid_request', error.message, { ...(error.param !== null && { param: error.param }) })
      : new RelayRefusal('upstream_failed', error.message)
  }
  // What walks over a body goes as deep as the body does.
  if (error instanceof RangeError && error.message.includes('call stack'))
    return new RelayRefusal('invalid_request', 'The body is nested too deeply.')
  // Who guesses keys is stopped by the limits of the whole API.
  if (error instanceof AppError && error.code === 'RATE_LIMITED')
    return new RelayRefusal('rate_limited', error.message, { retryAfterMs: error.details?.retryAfterMs ?? 1_000 })
  if (isDatabaseAway(error))
    return new RelayRefusal('overloaded', 'The relay is busy. Try again shortly.', {
      retryAfterMs: 1_000,
      cause: error,
    })
  return new RelayRefusal('internal_error', 'Something went wrong. It was logged under this request id.', {
    cause: error,
  })
}

/** The header that names a call, as each provider's clients read it. */
export const requestIdHeaders = (requestId: string, envelope: Envelope): Record<string, string> =>
  envelope === 'anthropic' ? { 'x-request-id': requestId, 'request-id': requestId } : { 'x-request-id': requestId }

/** Answers a refusal in the shape of the API that was spoken. */
export function sendRefusal(
  res: ServerResponse,
  refusal: RelayRefusal,
  envelope: Envelope,
  requestId: string,
  passed: Record<string, string> = {},
): void {
  if (res.headersSent || res.destroyed) return void res.destroy()
  const body = JSON.stringify(refusalBody(refusal, envelope, requestId))
  res.writeHead(refusal.status, {
    ...passed,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...requestIdHeaders(requestId, envelope),
    ...refusalHeaders(refusal),
  })
  res.end(body)
}

/** A refusal without the names of the provider's account, which are the operator's business. */
export const withoutAccount = (body: Buffer): string =>
  body.toString().replaceAll(/\b(org|proj|acct)([-_])[A-Za-z0-9]{6,}/g, '$1$2…')

/** What an upstream's refusal says for a person; null where it says nothing that is meant for one. */
export function upstreamMessage(body: Buffer): string | null {
  const value = parsed(body.toString())
  const error = isObject(value) ? value.error : undefined
  const message = isObject(error) ? error.message : isObject(value) ? value.message : undefined
  return typeof message === 'string' ? withoutAccount(Buffer.from(message)).slice(0, 2_000) : null
}

/** The last failed attempt as what the client is told, where the upstream's own words are not handed on. */
export function refusalOfAttempt(attempt: FailedAttempt): RelayRefusal {
  const { status, fault, message, body } = attempt
  // Of the key to the upstream clients know nothing, and its refusal may quote it.
  if (status === 401 || status === 403)
    return new RelayRefusal('upstream_failed', 'The model’s provider refused the relay. Tell your administrator.')
  if (status !== null && status >= 400 && (fault === null || fault === 'event')) {
    const said = upstreamMessage(body) ?? (fault === 'event' ? message : null)
    const words = said ?? `The model’s provider failed (${status}). Try again shortly.`
    const code = status === 429 ? 'rate_limited' : status < 500 ? 'invalid_request' : 'upstream_failed'
    return new RelayRefusal(code, words, { status })
  }
  if (fault === 'closing')
    return new RelayRefusal('overloaded', 'The relay is about to restart. Try again shortly.', { retryAfterMs: 1_000 })
  if (fault === 'timeout')
    return new RelayRefusal('upstream_failed', 'The model’s provider did not answer in time. Try again shortly.', {
      status: 504,
    })
  return new RelayRefusal('upstream_failed', `The model’s provider failed: ${message}. Try again shortly.`)
}
