import { chooseChannel } from '../routing/choose.ts'
import type { Channel } from '../routing/channels.ts'
import type { Entered } from '../routing/limits.ts'
import { stickyChannel } from '../routing/sticky.ts'
import type { Call } from './call.ts'
import type { ServeDependencies } from './dependencies.ts'

/** A channel that was entered for an attempt. */
interface Chosen {
  channel: Channel
  entered: Entered
}

/** Names a conversation whose calls shall go to one channel, for its cache of prompts. */
const conversationHeader = 'x-parley-conversation'

/**
 * Makes what chooses a channel that has room for a call, and enters it. Those without room count as tried; null where none is
 * left.
 */
export function createEnterChannel({ health, limits }: Pick<ServeDependencies, 'health' | 'limits'>) {
  const choice = { errorRateOf: health.errorRate, isAvailable: health.isAvailable, random: Math.random }

  function choose(call: Call, tried: ReadonlySet<string>): Channel | null {
    const conversation = call.headers[conversationHeader]
    return typeof conversation === 'string'
      ? stickyChannel(call.candidates, conversation, { ...choice, tried })
      : chooseChannel(call.candidates, { ...choice, tried })
  }

  return async function enterChannel(call: Call, tried: Set<string>): Promise<Chosen | null> {
    for (let channel = choose(call, tried); channel !== null; channel = choose(call, tried)) {
      const { id, rpm, tpm, concurrency } = channel
      const entered = await limits.enter([{ key: `c${id}`, rpm, tpm, concurrency }], call.inputTokens)
      if (!('refusal' in entered)) return { channel, entered }
      tried.add(id)
    }
    return null
  }
}
