import * as contracts from '@parley/protocol/moderation'
import type { FastifyInstance } from 'fastify'
import { notFound } from '../../platform/http/errors.ts'
import { route } from '../../platform/http/route.ts'
import { userChannel } from '../../realtime/channels.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import type { ModerationDependencies } from './dependencies.ts'
import { reportContent } from './report.ts'
import { resolve } from './resolve.ts'
import { findUnreadWarnings, readWarning } from './store.ts'
import { listPage, openReport } from './view.ts'

/** Reports of members, and what moderators do about them. */
export function createModeration(deps: ModerationDependencies) {
  const { events, mutedUntil } = deps
  return {
    routes(app: FastifyInstance): void {
      route(app, contracts.reportContent, ({ actor, body }) => reportContent(deps, actor, body))
      route(app, contracts.getOwnMute, async ({ actor }) => ({
        mutedUntil: (await mutedUntil(actor.userId))?.toISOString() ?? null,
      }))
      route(app, contracts.listWarnings, async ({ actor }) => {
        const warnings = await findUnreadWarnings(deps.db, actor.userId)
        const items = warnings.map(({ id, note, at }) => ({ id, note, at: (at ?? new Date(0)).toISOString() }))
        return { items, nextCursor: null }
      })
      route(app, contracts.readWarning, async ({ actor, params }) => {
        if (!(await readWarning(deps.db, actor.userId, params.id))) throw notFound('This warning')
      })
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
