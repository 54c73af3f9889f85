import type { IncomingHttpHeaders } from 'node:http'
import { GuardrailStop } from '../guardrails/engine.ts'
import type { Dialect } from '../dialects/convert.ts'
import { isObject, parsed, type JsonObject } from '../dialects/json.ts'
import type { Channel } from '../routing/channels.ts'
import { UpstreamFailure, type UpstreamAnswer, type UpstreamFault } from '../upstream/client.ts'
import type { StreamRelay } from './stream-relay.ts'

/** The whole answer, read and found good. */
export interface WholeAnswer {
  kind: 'whole'
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  json: JsonObject | null
  /** The same in the client's dialect, where that is another one. */
  converted?: JsonObject
}

/** What an upstream made of one attempt. */
export type AttemptResult =
  | WholeAnswer
  /** A stream whose first event has come. */
  | {
      kind: 'stream'
      headers: IncomingHttpHeaders
      answer: UpstreamAnswer
      relay: StreamRelay
      first: (Buffer | string)[]
    }
  /** Bytes that mean nothing to the relay, such as sound. */
  | { kind: 'bytes'; status: number; headers: IncomingHttpHeaders; answer: UpstreamAnswer }
  | FailedAttempt

/** An attempt that brought no answer. Nothing of it has reached the client. */
export interface FailedAttempt {
  kind: 'failed'
  /** What the upstream answered; null where no head came. */
  status: number | null
  /** How it failed where it was not by a status. */
  fault: UpstreamFault | 'unreadable' | 'event' | null
  /** What goes into the log and, where the upstream said nothing for clients, to them. */
  message: string
  headers: IncomingHttpHeaders
  /** The body of a refusal. */
  body: Buffer
}

/** An answer, or the last failure, and the channel it came from. */
export interface Served {
  channel: Channel
  /** What the channel calls the model. */
  model: string
  /** The dialect the channel was spoken to in; null where only one exists. */
  dialect: Dialect | null
  result: AttemptResult
}

/** Refusals are short; what is longer is no refusal worth keeping. */
const refusalBytesMax = 256 * 1024
/** Pictures in base64 are the largest honest answers. */
const wholeBytesMax = 128 * 1024 * 1024

const nothing = Buffer.alloc(0)

export const failed = (failure: Partial<Omit<FailedAttempt, 'kind'>>): FailedAttempt => ({
  kind: 'failed',
  status: null,
  fault: null,
  message: 'it failed',
  headers: {},
  body: nothing,
  ...failure,
})

/** Reads a body to its end. */
function readWhole(answer: UpstreamAnswer, bytesMax = wholeBytesMax): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    answer.read({
      data(chunk) {
        answer.begun()
        bytes += chunk.length
        if (bytes > bytesMax) {
          answer.abort()
          reject(new UpstreamFailure('reset', 'its answer is too long'))
        } else chunks.push(chunk)
      },
      end: () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes)),
      fail: reject,
    })
  })
}

/** Reads a stream up to its first event. */
export function readFirst(answer: UpstreamAnswer, relay: StreamRelay): Promise<AttemptResult> {
  const { headers, status } = answer
  return new Promise((resolve, reject) => {
    const first: (Buffer | string)[] = []
    const unreadable = (message: string) => resolve(failed({ status, fault: 'unreadable', message, headers }))
    answer.read({
      data(chunk) {
        try {
          const out = relay.push(chunk)
          const fault = relay.fault()
          if (fault && !relay.hasBegun()) {
            answer.abort()
            return resolve(failed({ status: fault.status, fault: 'event', message: fault.message, headers }))
          }
          if (out !== null) first.push(out)
          if (!relay.hasBegun()) return
          answer.begun()
          answer.hold()
          resolve({ kind: 'stream', headers, answer, relay, first })
        } catch (error) {
          answer.abort()
          if (error instanceof GuardrailStop) return reject(error)
          unreadable('its stream could not be read')
        }
      },
      end: () => unreadable('its stream ended before it began'),
      fail: ({ fault, message }) => resolve(failed({ status: null, fault, message, headers })),
    })
  })
}

/** A refusal of the upstream's, with what it said. */
export async function readRefusal(answer: UpstreamAnswer): Promise<FailedAttempt> {
  const { headers, status } = answer
  // Without a body that can be read, the status says enough.
  const body = await readWhole(answer, refusalBytesMax).catch(() => nothing)
  return failed({ status, message: `it answered ${status}`, headers, body })
}

/** Checks a whole answer: what is no JSON where JSON was asked for comes from something else than a model's provider. */
export async function readAnswer(answer: UpstreamAnswer, isJson: boolean): Promise<AttemptResult> {
  const { status, headers } = answer
  const body = await readWhole(answer)
  if (!isJson) return { kind: 'whole', status, headers, body, json: null }
  const json = parsed(body.toString())
  if (isObject(json)) return { kind: 'whole', status, headers, body, json }
  return failed({ status: 502, fault: 'unreadable', message: 'it answered with something that is no JSON', headers })
}
