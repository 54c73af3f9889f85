import type { ServerResponse } from 'node:http'
import { relayStreams } from '../../../platform/metrics.ts'
import { GuardrailStop } from '../guardrails/engine.ts'
import type { UpstreamAnswer } from '../upstream/client.ts'
import { stoppedBy } from './refuse.ts'
import { keepAlive, type StreamRelay } from './stream-relay.ts'

/** How a streamed answer ended. */
export type StreamEnd = 'complete' | 'broken' | 'left'

/** Where a streamed answer goes: the client's connection. */
export interface StreamSink {
  /** Begins the stream, unless it has begun; from then on every failure is an event of it. The head goes with what follows. */
  open(headers: Record<string, string>): void
  /** Begins the stream where nothing follows yet, so that the client sees that it lives. */
  openSilent(headers: Record<string, string>): void
  isOpen(): boolean
  /** Sends a last event and closes. */
  close(last: string): void
  /** Sends what an upstream streams, as fast as the client takes it, to its end. */
  pipe(answer: UpstreamAnswer, relay: StreamRelay, first: (Buffer | string)[]): Promise<StreamEnd>
}

const sweepEveryMs = 2_500
/** Below the 15 s after which proxies and clients begin to doubt. */
const silentMsMax = 10_000
/** A client that takes nothing for so long holds an upstream for nobody. */
export const stuckMsMax = 120_000

export const streamHeaders: Record<string, string> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  // nginx would gather the stream into blocks. https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
  'x-accel-buffering': 'no',
}

interface Open {
  res: ServerResponse
  writtenAtMs: number
  stuckSinceMs: number | null
}

/** Makes sinks and keeps their streams alive, with one timer for all of them. */
export function createSinks(onUnreadable: (error: unknown) => void) {
  const open = new Set<Open>()

  const timer = setInterval(() => {
    const nowMs = performance.now()
    for (const stream of open) {
      if (stream.stuckSinceMs !== null) {
        if (nowMs - stream.stuckSinceMs > stuckMsMax) stream.res.destroy()
      } else if (nowMs - stream.writtenAtMs > silentMsMax) {
        stream.res.write(keepAlive)
        stream.writtenAtMs = nowMs
      }
    }
  }, sweepEveryMs)
  timer.unref()

  function createSink(res: ServerResponse): StreamSink {
    const stream: Open = { res, writtenAtMs: performance.now(), stuckSinceMs: null }
    let isOpen = false
    res.once('close', () => {
      open.delete(stream)
      relayStreams.set(open.size)
    })

    function write(out: Buffer | string, answer: UpstreamAnswer): void {
      stream.writtenAtMs = performance.now()
      if (res.write(out) || stream.stuckSinceMs !== null) return
      stream.stuckSinceMs = stream.writtenAtMs
      answer.pause()
      res.once('drain', () => {
        stream.stuckSinceMs = null
        answer.resume()
      })
    }

    function begin(headers: Record<string, string>): boolean {
      if (isOpen || res.destroyed) return false
      isOpen = true
      open.add(stream)
      relayStreams.set(open.size)
      res.writeHead(200, { ...headers, ...streamHeaders })
      return true
    }

    return {
      isOpen: () => isOpen,
      open: (headers) => void begin(headers),
      openSilent(headers) {
        if (!begin(headers)) return
        stream.writtenAtMs = performance.now()
        res.write(keepAlive)
      },
      close: (last) => void res.end(last),
      pipe: (answer, relay, first) =>
        new Promise((resolve) => {
          let isFinished = false
          for (const out of first) write(out, answer)

          /** An answer that is given up fails once more, when its connection is closed. */
          function finish(last: string | null, how: StreamEnd): void {
            if (isFinished) return
            isFinished = true
            open.delete(stream)
            if (last === null) res.end()
            else res.end(last)
            resolve(how)
          }

          answer.read({
            data(chunk) {
              if (isFinished) return
              try {
                const out = relay.push(chunk)
                if (out !== null) write(out, answer)
              } catch (error) {
                const isStopped = error instanceof GuardrailStop
                if (!isStopped) onUnreadable(error)
                const message = isStopped ? stoppedBy(error) : 'The model’s provider sent what could not be read.'
                // First of all: an upstream that had sent everything would be taken to have ended well.
                finish(relay.breakOff(message), 'broken')
                answer.abort()
              }
            },
            end() {
              const last = relay.end()
              if (last !== null) return finish(last, 'complete')
              finish(relay.fault() ? null : relay.breakOff('The model’s provider ended the answer early.'), 'broken')
            },
            fail(failure) {
              if (failure.fault === 'left' || res.destroyed) return finish(null, 'left')
              const lost = `the model’s provider was lost (${failure.message})`
              const reason = failure.fault === 'closing' ? failure.message : lost
              finish(relay.breakOff(`The answer broke off: ${reason}.`), 'broken')
            },
          })
        }),
    }
  }

  return { createSink, openCount: () => open.size, close: () => clearInterval(timer) }
}
