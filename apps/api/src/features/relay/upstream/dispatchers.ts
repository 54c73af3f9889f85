import { Agent, type Dispatcher } from 'undici'
import type { Channel } from '../routing/channels.ts'
import { parseHosts, type AllowedHosts } from './addresses.ts'
import { createDispatcher } from './dispatcher.ts'

/** Webhooks go to addresses that administrators name, but never into the private network. */
const anyPublicHost = parseHosts('*')

/** Connections to upstreams, shared by channels that wait as long for one. */
export function createDispatchers(hosts: () => AllowedHosts) {
  const forTest = new Agent({ pipelining: 1 })
  const forWebhooks = createDispatcher({ connectMs: 5_000, hosts: () => anyPublicHost })
  const byConnectMs = new Map<number, Agent>()

  return {
    of({ type, timeouts: { connectMs } }: Channel): Dispatcher {
      if (type === 'test') return forTest
      const known = byConnectMs.get(connectMs)
      if (known) return known
      const dispatcher = createDispatcher({ connectMs, hosts })
      byConnectMs.set(connectMs, dispatcher)
      return dispatcher
    },
    forWebhooks,
    close: () => Promise.all([forTest, forWebhooks, ...byConnectMs.values()].map((dispatcher) => dispatcher.destroy())),
  }
}
