import type { IncomingMessage, ServerResponse } from 'node:http'
import { RelayRefusal } from '../refusals.ts'

/** Pictures travel inside the JSON of a request. */
export const bodyBytesMax = 32 * 1024 * 1024

/** What the bodies of all calls under way may take together. */
const roomBytesMax = 512 * 1024 * 1024

/** The place one body takes, as long as its call lasts. */
export interface BodyPlace {
  /** Takes more; throws a refusal where there is no more. */
  take(bytes: number): void
}

/** Room for the bodies of calls: each stays in memory until its answer has been sent. */
interface BodyRoom {
  placeFor(res: ServerResponse): BodyPlace
}

/** Makes room for so many bytes. */
export function createBodyRoom(bytesMax = roomBytesMax): BodyRoom {
  let taken = 0
  return {
    placeFor(res) {
      let bytes = 0
      // Who was gone already does not say so again.
      let isOver = res.destroyed
      res.once('close', () => {
        isOver = true
        taken -= bytes
      })
      return {
        take(more) {
          // What arrives for nobody any more would never be given back.
          if (isOver) throw new RelayRefusal('invalid_request', 'The upload broke off.')
          if (taken + more > bytesMax)
            throw new RelayRefusal('overloaded', 'The relay is busy. Try again shortly.', { retryAfterMs: 1_000 })
          bytes += more
          taken += more
        },
      }
    },
  }
}

const tooLarge = () => new RelayRefusal('request_too_large', 'The body is larger than allowed.')

/** Receives a body into its place. Throws a refusal for one that is too large, that there is no room for or that broke off. */
export async function receiveBody(request: IncomingMessage, place: BodyPlace): Promise<Buffer> {
  if (Number(request.headers['content-length']) > bodyBytesMax) throw tooLarge()
  const received: Buffer[] = []
  let bytes = 0
  try {
    // The connection stays, for the refusal.
    const chunks: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > bodyBytesMax) throw tooLarge()
      place.take(chunk.length)
      received.push(chunk)
    }
  } catch (error) {
    if (error instanceof RelayRefusal) throw error
    throw new RelayRefusal('invalid_request', 'The body could not be read.', { cause: error })
  }
  return received.length === 1 && received[0] ? received[0] : Buffer.concat(received, bytes)
}
