import type { PersonStatus } from '@parley/protocol/admin'
import type { RequestOf } from '@parley/protocol/contract'
import type { listReports, Report } from '@parley/protocol/moderation'
import { id } from '@parley/protocol/scalars'
import { recordAudit } from '../../platform/audit.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { notFound } from '../../platform/http/errors.ts'
import type { ModerationDependencies } from './dependencies.ts'
import * as store from './store.ts'
import type { ReportRecord } from './store.ts'

const pageRows = 50
const position = createCursor(id('The last report of the page before.'))

const statusOf = (standing: { disabledAt: Date | null; mutedUntil: Date | null } | undefined): PersonStatus => {
  if (!standing || standing.disabledAt !== null) return 'disabled'
  return standing.mutedUntil !== null && standing.mutedUntil.getTime() > Date.now() ? 'muted' : 'active'
}

/** Reports with the people they name; so many statements for any number of reports. */
async function viewReports(
  { db, publicUsers }: ModerationDependencies,
  workspaceId: string,
  records: ReportRecord[],
): Promise<Report[]> {
  const userIds = records.flatMap(({ reporterId, subjectId, resolvedBy }) =>
    resolvedBy === null ? [reporterId, subjectId] : [reporterId, subjectId, resolvedBy],
  )
  const subjectIds = [...new Set(records.map(({ subjectId }) => subjectId))]
  const [people, standings] = await Promise.all([
    publicUsers([...new Set(userIds)]),
    store.findStandings(db, workspaceId, subjectIds),
  ])
  const standingOf = new Map(standings.map((standing) => [standing.id, standing]))
  return records.flatMap((record) => {
    const { id: reportId, status, roomId, seq, reason, action, createdAt, resolvedAt } = record
    const reporter = people.get(record.reporterId)
    const subject = people.get(record.subjectId)
    if (!reporter || !subject) return []
    const resolvedBy = (record.resolvedBy === null ? undefined : people.get(record.resolvedBy)) ?? null
    return {
      id: reportId,
      status,
      reporter,
      subject,
      subjectStatus: statusOf(standingOf.get(subject.id)),
      roomId,
      seq,
      reason,
      action,
      resolvedBy,
      createdAt: createdAt.toISOString(),
      resolvedAt: resolvedAt?.toISOString() ?? null,
    }
  })
}

/** A page of reports, the latest first unless asked otherwise. */
export async function listPage(
  deps: ModerationDependencies,
  { workspaceId }: Actor,
  { cursor, order = 'desc', status, subjectId, query }: RequestOf<typeof listReports>['query'],
) {
  const slice = { order, after: position.read(cursor), limit: pageRows + 1 }
  const records = await store.findReports(deps.db, workspaceId, { status, subjectId, query }, slice)
  const { items, nextCursor } = pageOf(records, pageRows, (last) => position.write(last.id))
  return { items: await viewReports(deps, workspaceId, items), nextCursor }
}

async function findOne(deps: ModerationDependencies, { workspaceId }: Actor, reportId: string) {
  const record = await store.findReport(deps.db, workspaceId, reportId)
  const [report] = record ? await viewReports(deps, workspaceId, [record]) : []
  if (!record || !report) throw notFound('This report')
  return { record, report }
}

/** One report, or NOT_FOUND. */
export const readReport = async (deps: ModerationDependencies, actor: Actor, reportId: string): Promise<Report> =>
  (await findOne(deps, actor, reportId)).report

/** One report with the message it is about, which its reader may see nowhere else: who looked is written down first. */
export async function openReport(deps: ModerationDependencies, actor: Actor, reportId: string) {
  const { record, report } = await findOne(deps, actor, reportId)
  if (record.message !== null)
    await recordAudit(deps.db, {
      workspaceId: actor.workspaceId,
      actorId: actor.userId,
      action: 'report.read',
      targetKind: 'report',
      targetId: reportId,
    })
  return { report, message: record.message }
}
