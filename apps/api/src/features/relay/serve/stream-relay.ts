import type { Usage } from '../usage.ts'

/** Why an answer that had begun as a stream failed. */
export interface StreamFault {
  /** The status it would have been, had it come before the stream. */
  status: number
  message: string
}

/** Turns what an upstream streams into what the client is sent, and learns from it what is to be billed. */
export interface StreamRelay {
  /** Takes bytes as they come; answers what may go on to the client by now. */
  push(chunk: Buffer): Buffer | string | null
  /** The upstream ended. Answers the last bytes of an answer that is complete; null for one that is not. */
  end(): string | null
  /** The event that tells the client that the answer broke off; nothing may follow it. */
  breakOff(message: string): string
  /** Whether a first event of the answer has come: from then on no other channel can take over. */
  hasBegun(): boolean
  /** What the upstream itself said is wrong. */
  fault(): StreamFault | null
  /** What the upstream counted; null where it has not said, or not yet. */
  usage(): Usage | null
  /** Service tier the upstream says it served. */
  serviceTier(): string | null
  /** What was delivered so far, to count it where the upstream did not. */
  deliveredText(): string
  /** What the upstream calls the response it streams; null where it stores none, or has not said. */
  responseId(): string | null
  /** All that went out, where it is kept for equal requests. */
  sent(): Buffer | null
}

/** A comment: clients and proxies see that the stream lives, and ignore it. */
export const keepAlive = ': keep-alive\n\n'

const event = (data: object, name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`

/** The event that tells a client of an API that its answer broke off. */
export function breakOffEvent(api: string, message: string): string {
  if (api === 'messages') return event({ type: 'error', error: { type: 'api_error', message } }, 'error')
  if (api === 'responses') return event({ type: 'error', code: 'server_error', message, param: null }, 'error')
  return event({ error: { message, type: 'server_error', param: null, code: 'upstream_failed' } })
}
