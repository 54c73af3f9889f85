import type { SortOrder } from '@parley/protocol/admin'
import type { RequestOf } from '@parley/protocol/contract'
import type { listReports, ReportedMessage } from '@parley/protocol/moderation'
import { and, asc, desc, eq, gt, inArray, isNull, like, lt } from 'drizzle-orm'
import type { Queryable, Transaction } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { likePattern } from '../../platform/like.ts'
import { users } from '../identity/tables.ts'
import { rooms } from '../rooms/tables.ts'
import { reports, type ReportAction } from './tables.ts'

export type ReportRecord = typeof reports.$inferSelect

/** What a report is about. */
export interface Reported {
  subjectId: string
  roomId: string | null
  seq: number | null
}

/** Whoever reports takes turns with themselves, or two clicks would make two reports. */
export async function lockReporter(tx: Transaction, { userId }: Actor): Promise<void> {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update')
}

export async function findOwnOpenReport(
  tx: Transaction,
  { userId }: Actor,
  { subjectId, roomId, seq }: Reported,
): Promise<string | undefined> {
  const [found] = await tx
    .select({ id: reports.id })
    .from(reports)
    .where(
      and(
        eq(reports.subjectId, subjectId),
        eq(reports.reporterId, userId),
        eq(reports.status, 'open'),
        roomId === null ? isNull(reports.roomId) : eq(reports.roomId, roomId),
        seq === null ? isNull(reports.seq) : eq(reports.seq, seq),
      ),
    )
  return found?.id
}

export async function insertReport(
  tx: Transaction,
  { userId, workspaceId }: Actor,
  report: Reported & { reason: string; message: ReportedMessage | null },
): Promise<string> {
  const [{ insertId }] = await tx
    .insert(reports)
    .values({ ...report, workspaceId, reporterId: userId, createdAt: new Date() })
  return String(insertId)
}

type Filters = Pick<RequestOf<typeof listReports>['query'], 'status' | 'subjectId' | 'query'>

interface Slice {
  order: SortOrder
  /** Id of the last report before. */
  after: string | null
  limit: number
}

/** Reports by id, which is the order they came in. Status and subject are indexed; words are looked for one by one. */
export function findReports(
  db: Queryable,
  workspaceId: string,
  { status, subjectId, query }: Filters,
  { order, after, limit }: Slice,
): Promise<ReportRecord[]> {
  const past = order === 'asc' ? gt : lt
  const words = query?.trim()
  return db
    .select()
    .from(reports)
    .where(
      and(
        eq(reports.workspaceId, workspaceId),
        status === undefined ? undefined : eq(reports.status, status),
        subjectId === undefined ? undefined : eq(reports.subjectId, subjectId),
        words ? like(reports.reason, likePattern(words, 'part')) : undefined,
        after === null ? undefined : past(reports.id, after),
      ),
    )
    .orderBy(order === 'asc' ? asc(reports.id) : desc(reports.id))
    .limit(limit)
}

export async function findReport(db: Queryable, workspaceId: string, id: string): Promise<ReportRecord | undefined> {
  const [report] = await db
    .select()
    .from(reports)
    .where(and(eq(reports.id, id), eq(reports.workspaceId, workspaceId)))
  return report
}

/** Closes a report that is open; answers whether it was. */
export async function closeReport(
  tx: Queryable,
  { userId, workspaceId }: Actor,
  id: string,
  { action, note }: { action: ReportAction; note?: string | undefined },
): Promise<boolean> {
  const status = action === 'none' ? 'dismissed' : 'resolved'
  const [{ affectedRows }] = await tx
    .update(reports)
    .set({ status, action, note, message: null, resolvedBy: userId, resolvedAt: new Date() })
    .where(and(eq(reports.id, id), eq(reports.workspaceId, workspaceId), eq(reports.status, 'open')))
  return affectedRows === 1
}

/** Where these people of a workspace stand; who is not in it is left out. */
export async function findStandings(db: Queryable, workspaceId: string, userIds: string[]) {
  if (userIds.length === 0) return []
  return db
    .select({ id: users.id, disabledAt: users.disabledAt, mutedUntil: users.mutedUntil })
    .from(users)
    .where(and(inArray(users.id, userIds), eq(users.workspaceId, workspaceId)))
}

/** A room of a workspace as a report names it: private conversations have no name. */
export async function findRoom(db: Queryable, workspaceId: string, id: string) {
  const [room] = await db
    .select({ roomType: rooms.type, roomName: rooms.name })
    .from(rooms)
    .where(and(eq(rooms.id, id), eq(rooms.workspaceId, workspaceId), isNull(rooms.deletedAt)))
  return room
}

const isUnread = (userId: string) =>
  and(eq(reports.subjectId, userId), eq(reports.action, 'warn'), isNull(reports.warningReadAt))

/** Warnings somebody has not read yet, the earliest first. */
export const findUnreadWarnings = (db: Queryable, userId: string) =>
  db
    .select({ id: reports.id, note: reports.note, at: reports.resolvedAt })
    .from(reports)
    .where(isUnread(userId))
    .orderBy(asc(reports.id))
    .limit(20)

/** Notes that a warning was read; answers whether there was one to read. */
export async function readWarning(db: Queryable, userId: string, id: string): Promise<boolean> {
  const [{ affectedRows }] = await db
    .update(reports)
    .set({ warningReadAt: new Date() })
    .where(and(eq(reports.id, id), isUnread(userId)))
  return affectedRows === 1
}
