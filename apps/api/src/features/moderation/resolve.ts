import type { RequestOf } from '@parley/protocol/contract'
import type { Report, resolveReport } from '@parley/protocol/moderation'
import { recordAudit } from '../../platform/audit.ts'
import type { Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { conflict, invalidField } from '../../platform/http/errors.ts'
import type { ModerationDependencies } from './dependencies.ts'
import * as store from './store.ts'
import { readReport } from './view.ts'

type Resolution = RequestOf<typeof resolveReport>['body']

const minuteMs = 60_000

const entryOf = ({ workspaceId, userId: actorId }: Actor) => ({ workspaceId, actorId })

/** Closes a report, in the transaction of what is done about it: of two moderators only one does something. */
async function close(
  tx: Queryable,
  actor: Actor,
  { id }: Report,
  { action, note, muteMinutes }: Resolution,
): Promise<void> {
  if (!(await store.closeReport(tx, actor, id, { action, note })))
    throw conflict('This report was resolved already.', 'report-resolved')
  await recordAudit(tx, {
    ...entryOf(actor),
    action: 'report.resolved',
    targetKind: 'report',
    targetId: id,
    before: { status: 'open' },
    after: { action, ...(note && { note }), ...(muteMinutes !== undefined && { muteMinutes }) },
  })
}

const recordWarning = (tx: Queryable, actor: Actor, { id: reportId, subject }: Report, note: string | undefined) =>
  recordAudit(tx, {
    ...entryOf(actor),
    action: 'user.warned',
    targetKind: 'user',
    targetId: subject.id,
    after: { reportId, ...(note && { note }) },
  })

/** Does what a moderator decided about a report. */
export async function resolve(
  deps: ModerationDependencies,
  actor: Actor,
  reportId: string,
  resolution: Resolution,
): Promise<{ report: Report }> {
  const { db, events } = deps
  const { action, note, muteMinutes } = resolution
  const report = await readReport(deps, actor, reportId)
  const { subject, roomId, seq } = report
  if (report.status !== 'open') throw conflict('This report was resolved already.', 'report-resolved')
  if (subject.id === actor.userId) throw conflict('Somebody else resolves reports about you.', 'own-report')
  const also = (tx: Queryable) => close(tx, actor, report, resolution)

  if (action === 'none') await db.transaction(also)
  if (action === 'warn') {
    await db.transaction(async (tx) => {
      await also(tx)
      await recordWarning(tx, actor, report, note)
    })
    events.emit('user.warned', {
      userId: subject.id,
      moderatorId: actor.userId,
      roomId,
      seq,
      ...(note && { note }),
    })
  }
  if (action === 'mute') {
    if (muteMinutes === undefined) throw invalidField('body.muteMinutes', 'Say for how many minutes.')
    await deps.setMuted(actor, subject.id, new Date(Date.now() + muteMinutes * minuteMs), also)
  }
  if (action === 'remove') {
    if (roomId === null || seq === null) throw invalidField('body.action', 'This report is not about a message.')
    await deps.requireNotAbove(actor, subject.id)
    await deps.removeMessage(actor, { roomId, seq }, also)
  }
  if (action === 'disable') await deps.disableUser(actor, subject.id, note, also)
  return { report: await readReport(deps, actor, reportId) }
}
