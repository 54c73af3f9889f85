import { Type, type Static } from 'typebox'

/** Every error code with the HTTP status it travels under. Codes are stable: clients branch on them. */
export const errorStatus = {
  /** The request came without an access token. */
  TOKEN_MISSING: 401,
  /** The access token is malformed or its signature is wrong. */
  TOKEN_INVALID: 401,
  /** The session behind the token was signed out or revoked. */
  TOKEN_REVOKED: 401,
  /** The access token ran out; refresh it. */
  TOKEN_EXPIRED: 401,
  /** Login or password is wrong; says the same for unknown accounts. */
  BAD_CREDENTIALS: 401,
  /** The password is right; a code of the second factor is needed too. */
  SECOND_FACTOR_REQUIRED: 401,
  /** The account was disabled by an administrator. */
  USER_DISABLED: 403,
  /** The actor is known but may not do this. */
  PERMISSION_DENIED: 403,
  /** There is no such person, or the actor may not know of them. */
  USER_NOT_FOUND: 404,
  /** There is no such thing, or the actor may not know of it. */
  NOT_FOUND: 404,
  /** Another account uses this e-mail address. */
  EMAIL_IN_USE: 409,
  /** Another account uses this username. */
  USERNAME_IN_USE: 409,
  /** The request contradicts what is stored, such as a clientId reused with another body. */
  CONFLICT: 409,
  /** The input is malformed; `details` names the fields. */
  VALIDATION_FAILED: 400,
  /** The body, file or packet is larger than allowed. */
  PAYLOAD_TOO_LARGE: 413,
  /** The content type or the kind of file is not accepted. */
  UNSUPPORTED_MEDIA: 415,
  /** Too many requests; `details.retryAfterMs` says when to try again. */
  RATE_LIMITED: 429,
  /** The server is busy or its database is away; nothing was stored, try again after `details.retryAfterMs`. */
  OVERLOADED: 503,
  /** No AI worker answers. */
  AI_UNAVAILABLE: 503,
  /** A fault of the server, logged under the request id. */
  INTERNAL_ERROR: 500,
} as const

/** A stable error code. */
export type ErrorCode = keyof typeof errorStatus

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorStatus, code)

const codes = Object.keys(errorStatus).filter(isErrorCode)

/** One field that failed validation. */
export const FieldError = Type.Object({
  field: Type.String({ description: 'Path of the field, such as `body.text`; empty for the whole input.' }),
  message: Type.String({ description: 'What is wrong with it.' }),
})
export type FieldError = Static<typeof FieldError>

/** What further is known of an error. */
export const ErrorDetails = Type.Object({
  fields: Type.Optional(Type.Array(FieldError, { description: 'The fields that are wrong.' })),
  retryAfterMs: Type.Optional(Type.Integer({ minimum: 0, description: 'How long to wait before trying again.' })),
  count: Type.Optional(Type.Integer({ minimum: 0, description: 'How many things stand in the way.' })),
  until: Type.Optional(Type.String({ format: 'date-time', description: 'When it will be possible again.' })),
  reason: Type.Optional(Type.String({ description: 'A finer, stable reason within the code, in kebab-case.' })),
})
export type ErrorDetails = Static<typeof ErrorDetails>

/** The error as it stands in an HTTP body under `error`, and in a refused command's ack under `error`. */
export const WireError = Type.Object({
  code: Type.Unsafe<ErrorCode>(Type.String({ enum: codes, description: 'Stable code to branch on.' })),
  message: Type.String({ description: 'A sentence for a person; holds no SQL, paths or secrets.' }),
  details: Type.Optional(ErrorDetails),
  requestId: Type.String({ description: 'Names this request in the logs of the server.' }),
})
export type WireError = Static<typeof WireError>

/** Body of every refused HTTP request. */
export const ErrorEnvelope = Type.Object({ error: WireError })
export type ErrorEnvelope = Static<typeof ErrorEnvelope>
