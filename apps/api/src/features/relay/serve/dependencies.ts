import type { Dispatcher } from 'undici'
import type { Ledger } from '../accounting/ledger.ts'
import type { Prices } from '../accounting/prices.ts'
import type { createGuardrails } from '../guardrails/store.ts'
import type { createPromptLog } from '../prompt-log.ts'
import type { ResponseCache } from '../response-cache.ts'
import type { Channel, Channels } from '../routing/channels.ts'
import type { Health } from '../routing/health.ts'
import type { Limits } from '../routing/limits.ts'
import type { createCredentials, Credential } from './credential.ts'
import type { createSinks } from './sink.ts'
import type { Background } from './stored-responses-background.ts'
import type { StoredResponses } from './stored-responses.ts'
import type { UnderWay } from './under-way.ts'

/** What serving calls stands on. */
export interface ServeDependencies {
  credentials: ReturnType<typeof createCredentials>
  sinks: ReturnType<typeof createSinks>
  underWay: UnderWay
  ledger: Ledger
  prices: Prices
  channels: Channels
  health: Health
  dispatcherOf: (channel: Channel) => Dispatcher
  guardrailsFor: ReturnType<typeof createGuardrails>
  cache: ResponseCache
  promptLog: Pick<ReturnType<typeof createPromptLog>, 'isWanted' | 'keep'>
  storedResponses: StoredResponses
  background: Background
  /** Whether the calls of a token may name the channel that is to answer them. */
  mayPin: (credential: Credential) => Promise<boolean>
  /** How fast tokens, groups and channels may be used. */
  limits: Limits
  /** Counts a key nobody has against the network it came from; throws a refusal when there are too many. */
  limitGuesses: (address: string) => Promise<void>
  /** Folder for what is too large to be received into memory. */
  incomingDir: string
  /** Names this process in the reservations it makes. */
  node: string
}
