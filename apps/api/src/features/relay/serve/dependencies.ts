import type { Dispatcher } from 'undici'
import type { Ledger } from '../accounting/ledger.ts'
import type { Prices } from '../accounting/prices.ts'
import type { Channel, Channels } from '../routing/channels.ts'
import type { Health } from '../routing/health.ts'
import type { Call } from './call.ts'
import type { createCredentials } from './credential.ts'
import type { createSinks } from './sink.ts'

/** What serving calls stands on. */
export interface ServeDependencies {
  credentials: ReturnType<typeof createCredentials>
  sinks: ReturnType<typeof createSinks>
  ledger: Ledger
  prices: Prices
  channels: Channels
  health: Health
  dispatcherOf: (channel: Channel) => Dispatcher
  /** Counts a call against the rates of its token and group; answers how to end it, or throws a refusal. */
  enter: (call: Call) => Promise<() => void>
  /** Counts a key nobody has against the network it came from; throws a refusal when there are too many. */
  limitGuesses: (address: string) => Promise<void>
  /** Names this process in the reservations it makes. */
  node: string
}
