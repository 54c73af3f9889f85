import { isBuiltInRole } from '@parley/protocol/access'
import { and, eq, gt, isNull, or } from 'drizzle-orm'
import type { Queryable } from '../../platform/database.ts'
import { accounts, users } from '../identity/tables.ts'
import { roles, tenantGrants, userGrants } from './tables.ts'

/** The role of a user, and whether the account runs the installation; undefined for who is not of the workspace. */
export async function findStanding(db: Queryable, workspaceId: string, userId: string) {
  const [found] = await db
    .select({ role: users.role, superAdmin: accounts.superAdmin })
    .from(users)
    .innerJoin(accounts, eq(accounts.id, users.accountId))
    .where(and(eq(users.id, userId), eq(users.workspaceId, workspaceId)))
  return found
}

/** What was granted to a person directly and has not ended, and what everybody in the workspace has. */
export async function findGrants(db: Queryable, workspaceId: string, userId: string) {
  const stands = or(isNull(userGrants.expiresAt), gt(userGrants.expiresAt, new Date()))
  const [direct, tenant] = await Promise.all([
    db
      .select({ permission: userGrants.permission })
      .from(userGrants)
      .where(and(eq(userGrants.userId, userId), eq(userGrants.workspaceId, workspaceId), stands)),
    db
      .select({ permission: tenantGrants.permission })
      .from(tenantGrants)
      .where(eq(tenantGrants.workspaceId, workspaceId)),
  ])
  return { direct: direct.map(({ permission }) => permission), tenant: tenant.map(({ permission }) => permission) }
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
