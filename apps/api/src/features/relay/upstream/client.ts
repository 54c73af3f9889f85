import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { ChannelTimeouts } from '../tables.ts'

/** What is sent to an upstream. */
export interface UpstreamRequest {
  url: URL
  method: 'GET' | 'POST' | 'DELETE'
  headers: Record<string, string>
  body: Buffer | string | Readable | null
  timeouts: ChannelTimeouts
}

/** How a call to an upstream failed before or while it was answered. */
export type UpstreamFault = 'connect' | 'address' | 'timeout' | 'reset' | keyof typeof endings

/** Why a call is ended from here. */
const endings = { left: 'the client left', closing: 'the relay is about to restart' }

/** No answer, or only a part of one. */
export class UpstreamFailure extends Error {
  readonly fault: UpstreamFault

  constructor(fault: UpstreamFault, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'UpstreamFailure'
    this.fault = fault
  }
}

/** Who takes the body of an answer. */
export interface BodyReader {
  data(chunk: Buffer): void
  end(): void
  fail(failure: UpstreamFailure): void
}

/** An answer whose head has arrived. */
export interface UpstreamAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** Hands the body over, what arrived meanwhile first. */
  read(reader: BodyReader): void
  /** Something of what was asked for has come: stops the timer that waits for the first token. */
  begun(): void
  /** Takes the body back from its reader; what comes is kept for the next one. */
  hold(): void
  abort(): void
  /** Stops reading from the upstream, which so slows down, and goes on. */
  pause(): void
  resume(): void
}

/** A call under way. */
export interface UpstreamCall {
  answer: Promise<UpstreamAnswer>
  /** Ends it at once, wherever it is, by default since its client left: the upstream sees the connection close. */
  abort(why?: keyof typeof endings): void
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')

const connectCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])
const timeoutCodes = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'])

/** Sorts what undici, the system and the address check throw. */
function toFailure(error: Error): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error
  const code = codeOf(error)
  if (code === 'ADDRESS_REFUSED') return new UpstreamFailure('address', 'its address is not allowed', error)
  if (connectCodes.has(code) || code.startsWith('ERR_TLS') || code.startsWith('CERT_'))
    return new UpstreamFailure('connect', `it could not be reached (${code})`, error)
  if (timeoutCodes.has(code)) return new UpstreamFailure('timeout', 'it did not answer in time', error)
  return new UpstreamFailure('reset', 'its connection was lost', error)
}

/** What may be kept of a body nobody reads yet, in bytes. */
const unreadBytesMax = 256 * 1024

/** Sends a request. One timer waits for the first token, which its reader tells; undici keeps those of connecting, head and idling. */
export function callUpstream(dispatcher: Dispatcher, request: UpstreamRequest): UpstreamCall {
  const { url, timeouts } = request
  let controller: Dispatcher.DispatchController | undefined
  let aborted: UpstreamFailure | undefined
  let reader: BodyReader | undefined
  const unread: Buffer[] = []
  let unreadBytes = 0
  let ended: UpstreamFailure | 'well' | undefined
  let firstToken: NodeJS.Timeout | undefined
  const { promise: answer, resolve, reject } = Promise.withResolvers<UpstreamAnswer>()
  // Whoever aborts before the head has arrived does not wait for it.
  answer.catch(() => undefined)

  function stop(failure: UpstreamFailure): void {
    clearTimeout(firstToken)
    aborted ??= failure
    controller?.abort(failure)
  }

  function finish(how: UpstreamFailure | 'well'): void {
    clearTimeout(firstToken)
    ended = how
    if (!reader) return
    if (how === 'well') reader.end()
    else reader.fail(how)
  }

  function read(next: BodyReader): void {
    reader = next
    // A reader that has enough gives the body back: the rest is for the next one.
    for (let chunk = unread.shift(); chunk !== undefined; chunk = reader === next ? unread.shift() : undefined) {
      unreadBytes -= chunk.length
      next.data(chunk)
    }
    if (reader !== next) return
    if (ended !== undefined) finish(ended)
    else if (controller?.paused === true) controller.resume()
  }

  dispatcher.dispatch(
    {
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: request.headers,
      body: request.body,
      headersTimeout: timeouts.headersMs,
      bodyTimeout: timeouts.idleMs,
    },
    {
      onRequestStart(started) {
        controller = started
        if (aborted) started.abort(aborted)
      },
      onResponseStart(_, status, headers) {
        if (status < 200) return
        firstToken = setTimeout(
          () => stop(new UpstreamFailure('timeout', 'its first token did not come in time')),
          timeouts.firstTokenMs,
        )
        resolve({
          status,
          headers,
          read,
          begun: () => clearTimeout(firstToken),
          hold: () => (reader = undefined),
          abort: () => stop(new UpstreamFailure('reset', 'its answer was given up')),
          pause: () => controller?.pause(),
          resume: () => controller?.resume(),
        })
      },
      onResponseData(started, chunk) {
        if (reader) return reader.data(chunk)
        unread.push(chunk)
        unreadBytes += chunk.length
        if (unreadBytes > unreadBytesMax) started.pause()
      },
      onResponseEnd: () => finish('well'),
      onResponseError(_, error) {
        const failure = aborted ?? toFailure(error)
        reject(failure)
        finish(failure)
      },
    },
  )

  return { answer, abort: (why = 'left') => stop(new UpstreamFailure(why, endings[why])) }
}
