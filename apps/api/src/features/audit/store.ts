import type { RequestOf } from '@parley/protocol/contract'
import type { exportAudit } from '@parley/protocol/audit'
import type { SortOrder } from '@parley/protocol/admin'
import { and, asc, desc, eq, gt, gte, inArray, like, lt, lte, max, or, sql } from 'drizzle-orm'
import type { Queryable } from '../../platform/database.ts'
import { invalidField } from '../../platform/http/errors.ts'
import { likePattern } from '../../platform/like.ts'
import { auditLog } from '../../platform/tables.ts'
import { rooms } from '../rooms/tables.ts'

export type AuditRecord = typeof auditLog.$inferSelect

export type AuditFilters = Omit<RequestOf<typeof exportAudit>['query'], 'format'>

/** The schema lets through years that the database has no dates in. */
function timeOf(field: string, text: string): Date {
  const time = new Date(text)
  const year = time.getUTCFullYear()
  if (year >= 1_000 && year <= 9_999) return time
  throw invalidField(`query.${field}`, 'There is no such time.')
}

/** Binary, since the database compares no other text with a column of ASCII. */
const bytesOf = (pattern: string) => sql`CAST(${pattern} AS BINARY)`

function holds(text: string) {
  const pattern = likePattern(text, 'part')
  const { action, targetId, address, before, after } = auditLog
  return or(
    ...[action, targetId, address].map((column) => like(column, bytesOf(pattern))),
    ...[before, after].map((column) => like(column, pattern)),
  )
}

const matching = (workspaceId: string, { actorId, action, targetKind, targetId, from, to, query }: AuditFilters) =>
  and(
    eq(auditLog.workspaceId, workspaceId),
    actorId === undefined ? undefined : eq(auditLog.actorId, actorId),
    action === undefined ? undefined : like(auditLog.action, likePattern(action, 'start')),
    targetKind === undefined ? undefined : eq(auditLog.targetKind, targetKind),
    targetId === undefined ? undefined : eq(auditLog.targetId, targetId),
    from === undefined ? undefined : gte(auditLog.createdAt, timeOf('from', from)),
    to === undefined ? undefined : lt(auditLog.createdAt, timeOf('to', to)),
    query?.trim() ? holds(query.trim()) : undefined,
  )

interface Slice {
  order: SortOrder
  /** Id of the last line before. */
  after: string | null
  /** Id of the last line that is looked at. */
  upTo?: string
  limit: number
}

/**
 * Lines of the log by id. Who, what and on what are indexed; a text or a time alone is looked for line by line, which the
 * limit ends early unless little is found.
 */
export function findEntries(
  db: Queryable,
  workspaceId: string,
  filters: AuditFilters,
  { order, after, upTo, limit }: Slice,
): Promise<AuditRecord[]> {
  const past = order === 'asc' ? gt : lt
  return db
    .select()
    .from(auditLog)
    .where(
      and(
        matching(workspaceId, filters),
        after === null ? undefined : past(auditLog.id, after),
        upTo === undefined ? undefined : lte(auditLog.id, upTo),
      ),
    )
    .orderBy(order === 'asc' ? asc(auditLog.id) : desc(auditLog.id))
    .limit(limit)
}

/** Id of the newest line of a workspace. */
export async function findNewestId(db: Queryable, workspaceId: string): Promise<string | null> {
  const [newest] = await db
    .select({ id: max(auditLog.id) })
    .from(auditLog)
    .where(eq(auditLog.workspaceId, workspaceId))
  return newest?.id ?? null
}

/** What the groups among these rooms of a workspace are called. */
export async function findGroupNames(
  db: Queryable,
  workspaceId: string,
  roomIds: string[],
): Promise<Map<string, string>> {
  if (roomIds.length === 0) return new Map()
  const found = await db
    .select({ id: rooms.id, name: rooms.name })
    .from(rooms)
    .where(and(inArray(rooms.id, roomIds), eq(rooms.workspaceId, workspaceId), eq(rooms.type, 'PUBLIC')))
  return new Map(found.map(({ id, name }) => [id, name]))
}
