import { RelayRefusal } from '../refusals.ts'
import { upstreamModelOf, type Channel } from '../routing/channels.ts'
import type { Entered } from '../routing/limits.ts'
import { outcomeOf, planRetry } from '../routing/retry.ts'
import type { AllowedHosts } from '../upstream/addresses.ts'
import { noteFailure } from './attempts.ts'
import type { Call } from './call.ts'
import type { ServeDependencies } from './dependencies.ts'
import { createEnterChannel } from './enter-channel.ts'
import { dial, type Dialled } from './realtime-dial.ts'
import { refusalOfAttempt } from './refuse.ts'

/** A channel that is connected for a session. */
export interface Connected extends Dialled {
  channel: Channel
  /** What the channel calls the model. */
  model: string
  entered: Entered
}

interface ConnectDependencies extends Pick<ServeDependencies, 'health' | 'limits'> {
  /** Hosts that may be called, as the setting says now. */
  hosts: () => AllowedHosts
}

/** Makes what connects a channel for a session; where one fails, others are tried. Throws a refusal. */
export function createConnect({ health, limits, hosts }: ConnectDependencies) {
  const enterChannel = createEnterChannel({ health, limits })

  return async function connect(call: Call, protocols: string[]): Promise<Connected> {
    const tried = new Set<string>()
    let chosen = await enterChannel(call, tried)
    for (let attempts = 1; chosen !== null; attempts += 1) {
      const { channel, entered } = chosen
      const startedAtMs = performance.now()
      const report = health.begin(channel.id)
      const model = upstreamModelOf(channel, call.asked.model)
      const result = await dial(channel, { model, protocols, headers: call.headers, hosts: hosts() })
      if (result.kind === 'open') {
        report('good')
        return { ...result, channel, model, entered }
      }
      report(outcomeOf(result))
      entered.leave(0)
      noteFailure(call, channel, result, startedAtMs)
      tried.add(channel.id)
      const other = await enterChannel(call, tried)
      const elapsedMs = performance.now() - call.startedAtMs
      const situation = { failure: result, attempts, elapsedMs, hasOther: other !== null, nowMs: Date.now() }
      // A person waits to speak: the same channel is not asked again.
      if (planRetry({ ...situation, random: Math.random })?.channel !== 'other') {
        other?.entered.leave(0)
        throw refusalOfAttempt(result)
      }
      chosen = other
    }
    throw new RelayRefusal('no_channel', 'No channel for this model is available now. Try again shortly.', {
      retryAfterMs: 5_000,
    })
  }
}
