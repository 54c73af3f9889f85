import type { PublicUser } from '@parley/protocol/people'
import type { Cluster } from '../../platform/cluster.ts'
import type { DatabasePools } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import type { ReplicaState } from '../../platform/replicas.ts'
import type { IdentityEvents } from '../identity/events.ts'

export interface AdminDependencies {
  database: DatabasePools
  events: EventBus<IdentityEvents>
  /** Null where there is one node. */
  cluster: Pick<Cluster, 'redis' | 'key'> | null
  /** The servers that are read from. */
  replicas: () => ReplicaState[]
  /** People by id, whoever of them exists. */
  publicUsers(userIds: string[]): Promise<Map<string, PublicUser>>
  /** Everybody of the installation who is connected. */
  online(): Promise<string[]>
  /** Throws unless a person of the actor's workspace holds no more than the actor. */
  requireNotAbove(actor: Actor, userId: string): Promise<void>
  disableUser(actor: Actor, userId: string, reason?: string): Promise<void>
  enableUser(actor: Actor, userId: string): Promise<void>
  /** Lets somebody only read until a time; null lets them write again. */
  muteUser(actor: Actor, userId: string, until: Date | null): Promise<void>
  /** Deletes a group of the workspace the actor need not be in. */
  deleteRoom(actor: Actor, roomId: string): Promise<void>
  onError(error: unknown, what: string): void
}
