import type { Permission } from '@parley/protocol/access'
import type { Database } from '../../../platform/database.ts'
import type { Encryption } from '../../../platform/encryption.ts'
import type { EventBus } from '../../../platform/events.ts'
import type { Actor } from '../../../platform/http/actor.ts'
import type { RelayEvents } from '../events.ts'
import type { TokenKeys } from '../keys.ts'
import type { HealthSnapshot } from '../routing/health.ts'
import type { relayChannels } from '../tables.ts'
import type { AllowedHosts } from '../upstream/addresses.ts'
import type { ChannelTrial } from '../upstream/explain.ts'

export type ChannelRow = typeof relayChannels.$inferSelect

export interface RelayAdminDependencies {
  db: Database
  events: EventBus<RelayEvents>
  encryption: Encryption
  keys: TokenKeys
  /** Opens the relay of the first workspace to programs; undefined where no key does. */
  adminKey: string | undefined
  /** Whether somebody is permitted something. */
  allows: (actor: Actor, permission: Permission) => Promise<boolean>
  healthOf: (channelId: string) => HealthSnapshot
  /** Tries a channel out, with one of its models or the one that is named. */
  testChannel: (channel: ChannelRow, model: string | undefined) => Promise<ChannelTrial>
  /** Hosts the relay may call. */
  allowedHosts: () => AllowedHosts
}
