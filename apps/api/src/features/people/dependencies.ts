import type { Readable } from 'node:stream'
import type { Permission } from '@parley/protocol/access'
import type { FileScene } from '@parley/protocol/files'
import type { Profile } from '@parley/protocol/people'
import type { Cluster } from '../../platform/cluster.ts'
import type { Database } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import type { Replicas } from '../../platform/replicas.ts'
import type { RouteCache } from '../../platform/route-cache.ts'
import type { PeopleEvents } from './events.ts'
import type { Relations } from './relations.ts'

/** The bytes of an avatar. */
export interface Avatar {
  mime: string
  stream: Readable
}

export interface PeopleDependencies {
  db: Database
  readFor: Replicas['read']
  routeCache: RouteCache
  events: EventBus<PeopleEvents>
  relations: Relations
  /** Null where there is one node. */
  cluster: Pick<Cluster, 'redis' | 'key'> | null
  /** Whether the actor is permitted something. */
  allows(actor: Actor, permission: Permission): Promise<boolean>
  profileOf(userId: string): Promise<Profile>
  /** Throws unless the file is the actor's own upload of that scene. */
  requireOwnFile(actor: Actor, fileId: string, scene: FileScene): Promise<void>
  /** Opens an avatar; null where its file is gone. */
  openAvatar(fileId: string): Promise<Avatar | null>
  /** Answers the id of the one room two friends share, and makes it the first time. */
  openPrivateRoom(actor: Actor, otherId: string): Promise<string>
  logger: { error(context: object, message: string): void }
}
