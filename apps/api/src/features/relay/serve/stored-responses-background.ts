import { setTimeout as delay } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { textOf, type JsonObject } from '../dialects/json.ts'
import { readUsage } from '../dialects/meter.ts'
import type { Channel } from '../routing/channels.ts'
import { callUpstream, UpstreamFailure, type UpstreamCall } from '../upstream/client.ts'
import { headersFor, urlOf } from '../upstream/providers.ts'
import { readAnswer, readRefusal, type AttemptResult, type Served } from './attempt.ts'
import type { Call, Ending } from './call.ts'
import { responseIdOf } from './stored-responses.ts'

/** Bills responses that an upstream goes on making after its answer has ended. */
export interface Background {
  /** Settles a call once its response is done. Answers false for one that is done already. */
  watch(call: Call, served: Served | null, ending: Ending, settle: (call: Call, ending: Ending) => void): boolean
  /** Settles what is not done by then as far as it is known. */
  close(): Promise<void>
}

interface BackgroundDependencies {
  dispatcherOf: (channel: Channel) => Dispatcher
  log: { error(context: object, message: string): void }
}

const waitMs = { first: 1_000, max: 30_000 }
/** What takes longer is billed for its prompt. */
const watchedMsMax = 6 * 3_600_000
const watchedMax = 10_000

const isUnderWay = (response: JsonObject): boolean => response.status === 'queued' || response.status === 'in_progress'

/** The response that goes on; null if none does. */
function openResponse(call: Call, served: Served | null, { status, error }: Ending): string | null {
  if (call.body.background !== true || served?.dialect !== 'responses') return null
  const { result } = served
  const isOpen =
    result.kind === 'whole'
      ? result.json !== null && isUnderWay(result.json)
      : // A client that leaves a stream ends nothing.
        result.kind === 'stream' && (status !== 200 || error !== undefined)
  return isOpen ? responseIdOf(served) : null
}

/** Makes what looks after responses in the background. What they had set aside stays so until they are done. */
export function createBackground({ dispatcherOf, log }: BackgroundDependencies): Background {
  const watching = new Set<Promise<void>>()
  const looking = new Set<UpstreamCall>()
  const closing = new AbortController()

  const ask = (channel: Channel, responseId: string): UpstreamCall =>
    callUpstream(dispatcherOf(channel), {
      url: urlOf(channel, {
        operation: 'responses',
        model: '',
        isStream: false,
        rest: `/${encodeURIComponent(responseId)}`,
      }),
      method: 'GET',
      headers: headersFor(channel, 'responses', {}),
      body: null,
      timeouts: channel.timeouts,
    })

  async function look(channel: Channel, responseId: string): Promise<AttemptResult | null> {
    const upstream = ask(channel, responseId)
    looking.add(upstream)
    try {
      const answered = await upstream.answer
      return answered.status >= 400 ? await readRefusal(answered) : await readAnswer(answered, true)
    } catch (error) {
      if (error instanceof UpstreamFailure) return null
      throw error
    } finally {
      looking.delete(upstream)
    }
  }

  /** What the response used, once that is known; null if it never will be. */
  async function follow(channel: Channel, responseId: string): Promise<JsonObject | null> {
    const untilMs = performance.now() + watchedMsMax
    for (let pauseMs = waitMs.first; performance.now() < untilMs; pauseMs = Math.min(pauseMs * 2, waitMs.max)) {
      await delay(pauseMs, undefined, { signal: closing.signal, ref: false })
      const seen = await look(channel, responseId)
      if (seen?.kind === 'failed' && seen.status === 404) return null
      if (seen?.kind === 'whole' && seen.json && !isUnderWay(seen.json)) return seen.json
    }
    return null
  }

  return {
    watch(call, served, ending, settle) {
      const responseId = openResponse(call, served, ending)
      if (responseId === null || !served || watching.size >= watchedMax) return false
      const watched = follow(served.channel, responseId)
        .catch((error: unknown) => {
          if (!closing.signal.aborted) log.error({ err: error, responseId }, 'a response could not be followed')
          return null
        })
        .then((response) => {
          const usage = response && readUsage('responses', response)
          const serviceTier = textOf(response?.service_tier) || null
          settle(call, usage ? { ...ending, usage, serviceTier } : ending)
          watching.delete(watched)
        })
      watching.add(watched)
      return true
    },
    async close() {
      closing.abort()
      for (const upstream of looking) upstream.abort('closing')
      await Promise.all(watching)
    },
  }
}
