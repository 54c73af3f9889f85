import type { AuditEntry, listAudit } from '@parley/protocol/audit'
import type { RequestOf } from '@parley/protocol/contract'
import type { PublicUser } from '@parley/protocol/people'
import { id } from '@parley/protocol/scalars'
import type { Database } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { findEntries, findGroupNames, type AuditRecord } from './store.ts'

export interface AuditDependencies {
  db: Database
  /** People by id, whoever of them exists. */
  publicUsers(userIds: string[]): Promise<Map<string, PublicUser>>
}

const pageRows = 50
const position = createCursor(id('The last line of the page before.'))

const targetsOf = (records: AuditRecord[], kind: string): string[] => [
  ...new Set(records.flatMap(({ targetKind, targetId }) => (targetKind === kind ? [targetId] : []))),
]

/** Lines of the log as they are shown, with the names of people and groups; so many statements for any number of lines. */
export async function viewEntries(
  { db, publicUsers }: AuditDependencies,
  workspaceId: string,
  records: AuditRecord[],
): Promise<AuditEntry[]> {
  const actorIds = records.flatMap(({ actorId }) => actorId ?? [])
  const [people, groups] = await Promise.all([
    publicUsers([...new Set([...actorIds, ...targetsOf(records, 'user')])]),
    findGroupNames(db, workspaceId, targetsOf(records, 'room')),
  ])
  const nameOf = ({ targetKind, targetId }: AuditRecord): string | undefined => {
    if (targetKind === 'user') return people.get(targetId)?.displayName
    return targetKind === 'room' ? groups.get(targetId) : undefined
  }
  return records.map((record) => {
    const { workspaceId: _, createdAt, ...rest } = record
    return {
      ...rest,
      actor: (record.actorId === null ? undefined : people.get(record.actorId)) ?? null,
      targetName: nameOf(record) ?? null,
      createdAt: createdAt.toISOString(),
    }
  })
}

/** A page of the log, the latest first unless asked otherwise. */
export async function listEntries(
  deps: AuditDependencies,
  { workspaceId }: Actor,
  { cursor, order = 'desc', ...filters }: RequestOf<typeof listAudit>['query'],
) {
  const slice = { order, after: position.read(cursor), limit: pageRows + 1 }
  const records = await findEntries(deps.db, workspaceId, filters, slice)
  const { items, nextCursor } = pageOf(records, pageRows, (last) => position.write(last.id))
  return { items: await viewEntries(deps, workspaceId, items), nextCursor }
}
