/** A request or an answer that cannot be put into another dialect. The message is meant for whoever sent the request. */
export class DialectError extends Error {
  /** 400: the request cannot be carried over. 502: what the provider answered cannot be read. */
  readonly status: 400 | 502
  /** Which field of the client's request is meant. */
  readonly param: string | null

  constructor(status: 400 | 502, message: string, param: string | null = null) {
    super(message)
    this.name = 'DialectError'
    this.status = status
    this.param = param
  }
}

/** A field of the request that is wrong or that the other dialect has no place for. */
export function refused(param: string, why: string): DialectError {
  return new DialectError(400, `${param}: ${why}`, param)
}

/** Something asked for that the provider behind this model cannot do at all. */
export function unsupported(param: string, what: string): DialectError {
  return refused(param, `${what} cannot be sent to this model's provider.`)
}

/** The same for something whose type the client named, which is repeated in short. */
export function unsupportedType(param: string, what: string, type: unknown): DialectError {
  const named = typeof type === 'string' ? type.slice(0, 60) : 'unknown'
  return unsupported(param, `${what} of the type ${named}`)
}

export function unreadable(what: string): DialectError {
  return new DialectError(502, `The model's provider sent ${what}.`)
}
