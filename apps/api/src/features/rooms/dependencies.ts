import type { FileScene } from '@parley/protocol/files'
import type { MessageRow } from '@parley/protocol/messages'
import type { Database } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import type { Replicas } from '../../platform/replicas.ts'
import type { RouteCache } from '../../platform/route-cache.ts'
import type { MessageLog } from '../messages/log.ts'
import type { Relations } from '../people/relations.ts'
import type { RoomEvents } from './events.ts'

export interface RoomDependencies {
  db: Database
  readFor: Replicas['read']
  routeCache: RouteCache
  log: MessageLog
  events: EventBus<RoomEvents>
  relations: Pick<Relations, 'areFriends' | 'blockedAmong' | 'isBlocked' | 'publicUsers'>
  /** Messages by their place, those that exist. */
  messagesAt(places: { roomId: string; seq: number }[]): Promise<MessageRow[]>
  /** Throws unless the file is the actor's own upload of that scene. */
  requireOwnFile(actor: Actor, fileId: string, scene: FileScene): Promise<void>
  /** Removes every file of a room, rows and bytes. */
  purgeFilesOf(roomId: string): Promise<void>
  logger: Logger
}

/** What Fastify's logger offers of it. */
interface Logger {
  info(context: object, message: string): void
  error(context: object, message: string): void
}
