import type { MessageRow, MessageTarget } from '@parley/protocol/messages'
import type { PublicUser } from '@parley/protocol/people'
import type { Database, Queryable } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import type { ModerationEvents } from './events.ts'
import type { Mutes } from './mutes.ts'

/** What else is done in the transaction of an act. */
type Also = (tx: Queryable) => Promise<void>

export interface ModerationDependencies extends Pick<Mutes, 'mutedUntil' | 'setMuted'> {
  db: Database
  events: EventBus<ModerationEvents>
  publicUsers: (userIds: string[]) => Promise<Map<string, PublicUser>>
  /** Throws NOT_FOUND for a room the actor is not in. */
  requireMember: (actor: Actor, roomId: string) => Promise<unknown>
  /** Messages by where they stand; places without one are left out. */
  messagesAt: (places: MessageTarget[]) => Promise<MessageRow[]>
  /** Throws unless a person of the actor's workspace holds no more than the actor. */
  requireNotAbove: (actor: Actor, userId: string) => Promise<void>
  /** Recalls a message of somebody else, in any room. */
  removeMessage: (actor: Actor, target: MessageTarget, also: Also) => Promise<unknown>
  /** Shuts somebody out of the workspace. */
  disableUser: (actor: Actor, userId: string, reason: string | undefined, also: Also) => Promise<void>
}
