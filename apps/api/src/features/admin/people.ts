import type { AdminPerson, listPeople as listPeopleContract, PersonSort, PersonStatus } from '@parley/protocol/admin'
import { isBuiltInRole } from '@parley/protocol/access'
import type { RequestOf } from '@parley/protocol/contract'
import { and, count, eq, gt, inArray, isNotNull, isNull, like, lte, or, type SQL } from 'drizzle-orm'
import type { Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError } from '../../platform/http/errors.ts'
import { likePattern } from '../../platform/like.ts'
import { roles } from '../access/tables.ts'
import { sessions, users } from '../identity/tables.ts'
import type { AdminDependencies } from './dependencies.ts'
import { isLive } from './live.ts'
import { sortedPage, textKey, timeKey, type SortKey } from './sorting.ts'

const keys: Record<PersonSort, SortKey> = {
  username: textKey(users.username),
  displayName: textKey(users.displayName),
  email: textKey(users.email),
  lastSeenAt: timeKey(users.lastSeenAt),
  createdAt: timeKey(users.createdAt),
}

type UserRecord = typeof users.$inferSelect
type PeopleDependencies = Pick<AdminDependencies, 'database' | 'publicUsers'>

function standsAs(status: PersonStatus): SQL | undefined {
  const now = new Date()
  if (status === 'disabled') return isNotNull(users.disabledAt)
  if (status === 'muted') return and(isNull(users.disabledAt), gt(users.mutedUntil, now))
  return and(isNull(users.disabledAt), or(isNull(users.mutedUntil), lte(users.mutedUntil, now)))
}

/** On how many devices each of these people is signed in; who is on none is left out. */
async function countSessions(db: Queryable, userIds: string[]): Promise<Map<string, number>> {
  const found = await db
    .select({ userId: sessions.userId, total: count() })
    .from(sessions)
    .where(and(inArray(sessions.userId, userIds), isLive(db)))
    .groupBy(sessions.userId)
  return new Map(found.map(({ userId, total }) => [userId, total]))
}

/** What the roles a workspace made are called, among these. */
async function findRoleNames(db: Queryable, workspaceId: string, keysOfRoles: string[]): Promise<Map<string, string>> {
  const own = keysOfRoles.filter((role) => !isBuiltInRole(role))
  if (own.length === 0) return new Map()
  const found = await db
    .select({ id: roles.id, name: roles.name })
    .from(roles)
    .where(and(eq(roles.workspaceId, workspaceId), inArray(roles.id, own)))
  return new Map(found.map(({ id, name }) => [id, name]))
}

async function viewPeople(
  { database: { db }, publicUsers }: PeopleDependencies,
  workspaceId: string,
  records: UserRecord[],
): Promise<AdminPerson[]> {
  if (records.length === 0) return []
  const ids = records.map(({ id }) => id)
  const [profiles, sessionsOf, roleNames] = await Promise.all([
    publicUsers(ids),
    countSessions(db, ids),
    findRoleNames(db, workspaceId, [...new Set(records.map(({ role }) => role))]),
  ])
  return records.flatMap(({ id, email, role, disabledAt, mutedUntil, lastSeenAt }): AdminPerson[] => {
    const user = profiles.get(id)
    if (!user) return []
    const muted = mutedUntil && mutedUntil.getTime() > Date.now() ? mutedUntil : null
    return [
      {
        user,
        email,
        role,
        roleName: roleNames.get(role) ?? role,
        status: disabledAt ? 'disabled' : muted ? 'muted' : 'active',
        disabledAt: disabledAt?.toISOString() ?? null,
        mutedUntil: muted?.toISOString() ?? null,
        lastSeenAt: lastSeenAt?.toISOString() ?? null,
        sessions: sessionsOf.get(id) ?? 0,
      },
    ]
  })
}

/** People of the workspace, disabled ones included. */
export async function listPeople(
  deps: PeopleDependencies,
  { workspaceId }: Actor,
  asked: RequestOf<typeof listPeopleContract>['query'],
) {
  const { query, role, status, sort = 'username', order = 'asc', cursor } = asked
  const pattern = query?.trim() ? likePattern(query.trim(), 'part') : undefined
  const { key, after, orderBy, limit, pageOf } = sortedPage({ sort, order, cursor }, keys[sort], users.id)
  const rows = await deps.database.db
    .select({ id: users.id, key, record: users })
    .from(users)
    .where(
      and(
        eq(users.workspaceId, workspaceId),
        pattern === undefined
          ? undefined
          : or(like(users.username, pattern), like(users.displayName, pattern), like(users.email, pattern)),
        role === undefined ? undefined : eq(users.role, role),
        status === undefined ? undefined : standsAs(status),
        after,
      ),
    )
    .orderBy(...orderBy)
    .limit(limit)
  const { items, nextCursor } = pageOf(rows)
  const records = items.map(({ record }) => record)
  return { items: await viewPeople(deps, workspaceId, records), nextCursor }
}

/** One person of the workspace, or USER_NOT_FOUND. */
export async function readPerson(
  deps: PeopleDependencies,
  { workspaceId }: Actor,
  userId: string,
): Promise<{ person: AdminPerson }> {
  const records = await deps.database.db
    .select()
    .from(users)
    .where(and(eq(users.id, userId), eq(users.workspaceId, workspaceId)))
  const [person] = await viewPeople(deps, workspaceId, records)
  if (!person) throw new AppError('USER_NOT_FOUND', 'This person does not exist.')
  return { person }
}
