import type { AdminSession, listAllSessions, SessionSort } from '@parley/protocol/admin'
import type { RequestOf } from '@parley/protocol/contract'
import { and, eq, inArray, isNull, like, or, sql, type SQL } from 'drizzle-orm'
import { recordAudit } from '../../platform/audit.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { notFound } from '../../platform/http/errors.ts'
import { likePattern } from '../../platform/like.ts'
import { sessions, users } from '../identity/tables.ts'
import type { AdminDependencies } from './dependencies.ts'
import { isLive } from './live.ts'
import { sortedPage, timeKey, type SortKey } from './sorting.ts'

const keys: Record<SessionSort, SortKey> = {
  lastUsedAt: timeKey(sessions.lastUsedAt),
  createdAt: timeKey(sessions.createdAt),
}

function holds(text: string): SQL | undefined {
  const pattern = likePattern(text, 'part')
  return or(
    ...[users.username, users.displayName, sessions.device].map((column) => like(column, pattern)),
    // Binary, since the database compares no other text with a column of ASCII.
    like(sessions.address, sql`CAST(${pattern} AS BINARY)`),
  )
}

/** Live sessions of everybody in the workspace. */
export async function listSessions(
  { database: { db }, publicUsers }: Pick<AdminDependencies, 'database' | 'publicUsers'>,
  { workspaceId, sessionId }: Actor,
  { query, userId, sort = 'lastUsedAt', order = 'desc', cursor }: RequestOf<typeof listAllSessions>['query'],
) {
  const { key, after, orderBy, limit, pageOf } = sortedPage({ sort, order, cursor }, keys[sort], sessions.id)
  const rows = await db
    .select({ id: sessions.id, key, record: sessions })
    .from(users)
    .innerJoin(sessions, eq(sessions.userId, users.id))
    .where(
      and(
        eq(users.workspaceId, workspaceId),
        isNull(users.disabledAt),
        userId === undefined ? undefined : eq(users.id, userId),
        query?.trim() ? holds(query.trim()) : undefined,
        isLive(db),
        after,
      ),
    )
    .orderBy(...orderBy)
    .limit(limit)
  const { items, nextCursor } = pageOf(rows)
  const people = await publicUsers([...new Set(items.map(({ record }) => record.userId))])
  return {
    items: items.flatMap(({ record }): AdminSession[] => {
      const { id, device, address, createdAt, lastUsedAt } = record
      const user = people.get(record.userId)
      const times = { createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt.toISOString() }
      return user ? [{ id, user, device, address, ...times, current: id === sessionId }] : []
    }),
    nextCursor,
  }
}

type EndDependencies = Pick<AdminDependencies, 'database' | 'events' | 'requireNotAbove'>

/** Ends sessions of one person that live, in one transaction with what the audit log says of it. */
async function end(
  { database: { db }, events }: EndDependencies,
  actor: Actor,
  which: SQL | undefined,
  entry: { action: string; targetKind: string; targetId: string },
): Promise<number> {
  const { workspaceId, userId: actorId } = actor
  const ended = await db.transaction(async (tx) => {
    const found = await tx
      .select({ sessionId: sessions.id, userId: sessions.userId, device: sessions.device, address: sessions.address })
      .from(sessions)
      .where(and(which, eq(sessions.workspaceId, workspaceId), isNull(sessions.revokedAt)))
      .for('update')
    if (found.length === 0) return []
    const ids = found.map(({ sessionId }) => sessionId)
    await tx.update(sessions).set({ revokedAt: new Date() }).where(inArray(sessions.id, ids))
    await recordAudit(tx, { workspaceId, actorId, ...entry, before: { sessions: found } })
    return found
  })
  for (const { sessionId, userId } of ended) events.emit('session.revoked', { sessionId, userId })
  return ended.length
}

/** Ends one session of the workspace at once. */
export async function endSession(deps: EndDependencies, actor: Actor, sessionId: string): Promise<void> {
  const [found] = await deps.database.db
    .select({ userId: sessions.userId })
    .from(sessions)
    .where(and(eq(sessions.id, sessionId), eq(sessions.workspaceId, actor.workspaceId)))
  if (!found) throw notFound('This session')
  await deps.requireNotAbove(actor, found.userId)
  const entry = { action: 'session.ended', targetKind: 'session', targetId: sessionId }
  if ((await end(deps, actor, eq(sessions.id, sessionId), entry)) === 0) throw notFound('This session')
}

/** Signs somebody out of the workspace on every device. */
export async function signOut(deps: EndDependencies, actor: Actor, userId: string): Promise<void> {
  await deps.requireNotAbove(actor, userId)
  const entry = { action: 'user.signed-out', targetKind: 'user', targetId: userId }
  await end(deps, actor, eq(sessions.userId, userId), entry)
}
