import type { MessageRow, MessageTarget } from '@parley/protocol/messages'
import * as contracts from '@parley/protocol/moderation'
import type { PublicUser } from '@parley/protocol/people'
import type { FastifyInstance } from 'fastify'
import type { Database, Queryable } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { route } from '../../platform/http/route.ts'
import { userChannel } from '../../realtime/channels.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import type { ModerationEvents } from './events.ts'
import type { Mutes } from './mutes.ts'
import { reportContent } from './report.ts'
import { resolve } from './resolve.ts'
import { listPage, openReport } from './view.ts'

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

/** Reports of members, and what moderators do about them. */
export function createModeration(deps: ModerationDependencies) {
  const { events, mutedUntil } = deps
  return {
    routes(app: FastifyInstance): void {
      route(app, contracts.reportContent, ({ actor, body }) => reportContent(deps, actor, body))
      route(app, contracts.getOwnMute, async ({ actor }) => ({
        mutedUntil: (await mutedUntil(actor.userId))?.toISOString() ?? null,
      }))
      route(app, contracts.listReports, ({ actor, query }) => listPage(deps, actor, query))
      route(app, contracts.getReport, ({ actor, params }) => openReport(deps, actor, params.id))
      route(app, contracts.resolveReport, ({ actor, params, body }) => resolve(deps, actor, params.id, body))
    },
    realtime(gateway: Gateway): void {
      events.on('mute.changed', ({ userId, mutedUntil: until }) => {
        gateway.emit(userChannel(userId), 'mute.changed', { mutedUntil: until })
      })
      events.on('user.warned', ({ userId, moderatorId, roomId, seq, note }) => {
        gateway.emit(userChannel(userId), 'notification', {
          kind: 'warning',
          userId: moderatorId,
          ...(roomId !== null && { roomId }),
          ...(seq !== null && { seq }),
          ...(note !== undefined && { note }),
        })
      })
    },
  }
}
