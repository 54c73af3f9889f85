import { isBuiltInRole, type RoleKey } from '@parley/protocol/access'
import { and, asc, count, eq, gt, inArray, isNull, like, ne, or } from 'drizzle-orm'
import type { Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { likePattern } from '../../platform/like.ts'
import { accounts, users } from '../identity/tables.ts'
import { workspaceInvites, workspaces } from '../workspaces/tables.ts'
import { roles, tenantGrants, userGrants } from './tables.ts'

export type RoleRecord = typeof roles.$inferSelect
export type PersonGrantRecord = typeof userGrants.$inferSelect

/** Somebody in one workspace. */
export type Person = Pick<Actor, 'userId' | 'workspaceId'>

/** The role of a user, whether they are disabled and whether they run the installation; undefined for a stranger. */
export async function findStanding(db: Queryable, workspaceId: string, userId: string) {
  const [found] = await db
    .select({ role: users.role, disabledAt: users.disabledAt, superAdmin: accounts.superAdmin })
    .from(users)
    .innerJoin(accounts, eq(accounts.id, users.accountId))
    .where(and(eq(users.id, userId), eq(users.workspaceId, workspaceId)))
  return found
}

const hasNotEnded = () => or(isNull(userGrants.expiresAt), gt(userGrants.expiresAt, new Date()))

/** What was granted to a person directly and has not ended, and what everybody in the workspace has. */
export async function findGrants(db: Queryable, workspaceId: string, userId: string) {
  const [direct, tenant] = await Promise.all([
    db
      .select({ permission: userGrants.permission, expiresAt: userGrants.expiresAt })
      .from(userGrants)
      .where(and(eq(userGrants.userId, userId), eq(userGrants.workspaceId, workspaceId), hasNotEnded())),
    db
      .select({ permission: tenantGrants.permission })
      .from(tenantGrants)
      .where(eq(tenantGrants.workspaceId, workspaceId)),
  ])
  return { direct, tenant: tenant.map(({ permission }) => permission) }
}

export const findWorkspaceRoles = (db: Queryable, workspaceId: string) =>
  db.select().from(roles).where(eq(roles.workspaceId, workspaceId))

/** A role the workspace made; undefined for a built-in one. */
export async function findRole(db: Queryable, workspaceId: string, role: string) {
  if (isBuiltInRole(role)) return undefined
  const [found] = await db
    .select()
    .from(roles)
    .where(and(eq(roles.workspaceId, workspaceId), eq(roles.id, role)))
  return found
}

/** Holds the workspace until the transaction ends, so that changes of access in it take turns. */
export async function lockWorkspace(tx: Queryable, workspaceId: string): Promise<void> {
  await tx.select({ id: workspaces.id }).from(workspaces).where(eq(workspaces.id, workspaceId)).for('update')
}

/** Whether somebody else who is not disabled has the role `admin`. */
export async function hasOtherAdmin(tx: Queryable, { userId, workspaceId }: Person): Promise<boolean> {
  const [found] = await tx
    .select({ id: users.id })
    .from(users)
    .where(
      and(eq(users.workspaceId, workspaceId), eq(users.role, 'admin'), isNull(users.disabledAt), ne(users.id, userId)),
    )
    .limit(1)
  return found !== undefined
}

export async function updateUserRole(tx: Queryable, userId: string, role: RoleKey): Promise<void> {
  await tx.update(users).set({ role }).where(eq(users.id, userId))
}

/** How many people have each role of the workspace. */
export async function countHolders(db: Queryable, workspaceId: string): Promise<Map<string, number>> {
  const rows = await db
    .select({ role: users.role, count: count() })
    .from(users)
    .where(eq(users.workspaceId, workspaceId))
    .groupBy(users.role)
  return new Map(rows.map((row) => [row.role, row.count]))
}

/** Invitations that still work and make who accepts them a holder of the role. */
export const countInvites = (db: Queryable, workspaceId: string, role: string): Promise<number> =>
  db.$count(
    workspaceInvites,
    and(
      eq(workspaceInvites.workspaceId, workspaceId),
      eq(workspaceInvites.role, role),
      isNull(workspaceInvites.revokedAt),
      gt(workspaceInvites.expiresAt, new Date()),
    ),
  )

/** What those who have one of these roles were granted beside it, and whether one of them runs the installation. */
export async function findHoldersGrants(db: Queryable, workspaceId: string, roleKeys: string[]) {
  const having = and(eq(users.workspaceId, workspaceId), inArray(users.role, roleKeys))
  const [grants, superAdmins] = await Promise.all([
    db
      .selectDistinct({ permission: userGrants.permission })
      .from(userGrants)
      .innerJoin(users, eq(users.id, userGrants.userId))
      .where(and(having, hasNotEnded())),
    db
      .select({ id: users.id })
      .from(users)
      .innerJoin(accounts, eq(accounts.id, users.accountId))
      .where(and(having, eq(accounts.superAdmin, true)))
      .limit(1),
  ])
  return { permissions: grants.map(({ permission }) => permission), superAdmin: superAdmins.length > 0 }
}

/** Ids of those who have one of these roles, `limit` of them at most. */
export async function findHolderIds(
  db: Queryable,
  workspaceId: string,
  roleKeys: string[],
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.workspaceId, workspaceId), inArray(users.role, roleKeys)))
    .limit(limit)
  return rows.map(({ id }) => id)
}

interface HolderFilter {
  workspaceId: string
  role: string | undefined
  text: string | undefined
  after: string | null
  limit: number
}

/** People of a workspace with their roles, by username; the disabled ones too, who still hold them. */
export const findHolders = (db: Queryable, { workspaceId, role, text, after, limit }: HolderFilter) =>
  db
    .select({ id: users.id, username: users.username, role: users.role })
    .from(users)
    .where(
      and(
        eq(users.workspaceId, workspaceId),
        role === undefined ? undefined : eq(users.role, role),
        text
          ? or(like(users.username, likePattern(text, 'start')), like(users.displayName, likePattern(text, 'part')))
          : undefined,
        after === null ? undefined : gt(users.username, after),
      ),
    )
    .orderBy(asc(users.username))
    .limit(limit)

export async function insertRole(tx: Queryable, role: Omit<RoleRecord, 'id' | 'createdAt'>): Promise<string> {
  const [result] = await tx.insert(roles).values({ ...role, createdAt: new Date() })
  return String(result.insertId)
}

export async function changeRole(
  tx: Queryable,
  roleId: string,
  change: Partial<Pick<RoleRecord, 'name' | 'parent' | 'permissions'>>,
): Promise<void> {
  await tx.update(roles).set(change).where(eq(roles.id, roleId))
}

export async function deleteRole(tx: Queryable, roleId: string): Promise<void> {
  await tx.delete(roles).where(eq(roles.id, roleId))
}

/** Direct grants of a person that have not ended, by permission. */
export const findPersonGrants = (db: Queryable, { userId, workspaceId }: Person) =>
  db
    .select()
    .from(userGrants)
    .where(and(eq(userGrants.userId, userId), eq(userGrants.workspaceId, workspaceId), hasNotEnded()))
    .orderBy(asc(userGrants.permission))

export async function putPersonGrant(tx: Queryable, grant: PersonGrantRecord): Promise<void> {
  const { grantedBy, createdAt, expiresAt } = grant
  await tx.insert(userGrants).values(grant).onDuplicateKeyUpdate({ set: { grantedBy, createdAt, expiresAt } })
}

export async function deletePersonGrant(tx: Queryable, userId: string, permission: string): Promise<void> {
  await tx.delete(userGrants).where(and(eq(userGrants.userId, userId), eq(userGrants.permission, permission)))
}

/** What everybody in the workspace was granted, by permission. */
export const findTenantGrants = (db: Queryable, workspaceId: string) =>
  db.select().from(tenantGrants).where(eq(tenantGrants.workspaceId, workspaceId)).orderBy(asc(tenantGrants.permission))

export async function putTenantGrant(tx: Queryable, grant: typeof tenantGrants.$inferSelect): Promise<void> {
  const { grantedBy, createdAt } = grant
  await tx.insert(tenantGrants).values(grant).onDuplicateKeyUpdate({ set: { grantedBy, createdAt } })
}

export async function deleteTenantGrant(tx: Queryable, workspaceId: string, permission: string): Promise<void> {
  await tx
    .delete(tenantGrants)
    .where(and(eq(tenantGrants.workspaceId, workspaceId), eq(tenantGrants.permission, permission)))
}
