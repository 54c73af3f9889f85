import { builtInRoleNames, builtInRoles, isBuiltInRole, type RoleKey } from '@parley/protocol/access'
import type { createRole, Role, updateRole } from '@parley/protocol/access-contracts'
import type { RequestOf } from '@parley/protocol/contract'
import { recordAudit } from '../../platform/audit.ts'
import { isDuplicateOf, type Queryable, type Transaction } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError, conflict, notFound } from '../../platform/http/errors.ts'
import { changeAccess, requireWithin, type ChangeDependencies, type Changer } from './change.ts'
import { permissionsOf } from './holdings.ts'
import * as store from './store.ts'

/** More than a workspace can keep apart; all of them are read to know what one grants. */
const rolesMax = 100

/** When more than this many have a role that changes, the whole workspace is told. */
const toldMax = 1_000

type Roles = ReadonlyMap<string, store.RoleRecord>

async function readRoles(db: Queryable, workspaceId: string): Promise<Roles> {
  return new Map((await store.findWorkspaceRoles(db, workspaceId)).map((role) => [role.id, role]))
}

/** All that a role of a workspace grants; throws NOT_FOUND where it has no such role. */
export async function permissionsOfRole(db: Queryable, workspaceId: string, role: RoleKey): Promise<Set<string>> {
  const custom = isBuiltInRole(role) ? new Map<string, store.RoleRecord>() : await readRoles(db, workspaceId)
  if (!isBuiltInRole(role) && !custom.has(role)) throw notFound('This role')
  return permissionsOf(role, custom)
}

const sorted = (permissions: Iterable<string>): string[] => [...permissions].toSorted()

/** The roles of a workspace as they travel: the built-in ones, then its own by name. */
export async function listRoles(db: Queryable, workspaceId: string): Promise<Role[]> {
  const [custom, counts] = await Promise.all([readRoles(db, workspaceId), store.countHolders(db, workspaceId)])
  const inherited = (parent: string | null) => (parent === null ? [] : sorted(permissionsOf(parent, custom)))
  return [
    ...builtInRoleNames.map((key) => ({ key, name: key, builtIn: true, ...builtInRoles[key] })),
    ...[...custom.values()]
      .map((role) => ({ ...role, key: role.id, builtIn: false }))
      .toSorted((one, other) => one.name.localeCompare(other.name)),
  ].map(({ key, name, builtIn, parent, permissions }) => ({
    key,
    name,
    builtIn,
    parent,
    permissions: sorted(permissions),
    inherited: inherited(parent),
    memberCount: counts.get(key) ?? 0,
  }))
}

async function oneRole(db: Queryable, workspaceId: string, key: string): Promise<Role> {
  const role = (await listRoles(db, workspaceId)).find((one) => one.key === key)
  if (!role) throw notFound('This role')
  return role
}

/** Roles that have `role` above them, however far. */
function below(role: string, roles: Roles): string[] {
  const found = [role]
  for (const parent of found) {
    for (const { id, parent: itsParent } of roles.values())
      if (itsParent === parent && !found.includes(id)) found.push(id)
  }
  return found.slice(1)
}

function requireParent(roles: Roles, parent: string | null, of?: string): void {
  if (parent === null || isBuiltInRole(parent)) return
  if (!roles.has(parent)) throw notFound('The role above')
  if (of !== undefined && (parent === of || below(of, roles).includes(parent)))
    throw conflict('A role cannot be above itself.', 'role-circle')
}

const nameTaken = () => conflict('Another role has this name.', 'role-name-taken')

function requireName(name: string): string {
  const trimmed = name.trim()
  // The built-in ones could not be told from it.
  if (isBuiltInRole(trimmed.toLowerCase())) throw nameTaken()
  return trimmed
}

const refuseTaken = (error: unknown): never => {
  throw isDuplicateOf(error, 'roles_name') ? nameTaken() : error
}

const auditOf = ({ workspaceId, userId }: Actor, roleId: string) => ({
  workspaceId,
  actorId: userId,
  targetKind: 'role',
  targetId: roleId,
})

export async function makeRole(
  deps: ChangeDependencies,
  actor: Actor,
  { name, parent, permissions }: RequestOf<typeof createRole>['body'],
): Promise<Role> {
  const { workspaceId } = actor
  const id = await changeAccess(deps, actor, async (tx, changer) => {
    const roles = await readRoles(tx, workspaceId)
    if (roles.size >= rolesMax) throw conflict(`A workspace has at most ${rolesMax} roles of its own.`, 'roles-max')
    requireParent(roles, parent)
    requireWithin(changer, [...permissions, ...(parent === null ? [] : permissionsOf(parent, roles))])
    const made = { name: requireName(name), parent, permissions: sorted(permissions) }
    const roleId = await store.insertRole(tx, { ...made, workspaceId })
    await recordAudit(tx, { ...auditOf(actor, roleId), action: 'role.made', after: made })
    return { result: roleId, concerned: null }
  }).catch(refuseTaken)
  return oneRole(deps.db, workspaceId, id)
}

/** Throws unless the actor holds all that these roles grant, and all that is held by those who have them. */
async function requireHoldersWithin(tx: Transaction, changer: Changer, keys: string[], roles: Roles): Promise<void> {
  const holders = await store.findHoldersGrants(tx, changer.workspaceId, keys)
  requireWithin(changer, [...keys.flatMap((key) => [...permissionsOf(key, roles)]), ...holders.permissions])
  // Who runs the installation loses nothing, but is nobody for less than an administrator to touch.
  if (holders.superAdmin) requireWithin(changer, ['*:*'])
}

export async function editRole(
  deps: ChangeDependencies,
  actor: Actor,
  roleId: string,
  wanted: RequestOf<typeof updateRole>['body'],
): Promise<Role> {
  const { workspaceId } = actor
  await changeAccess(deps, actor, async (tx, changer) => {
    const roles = await readRoles(tx, workspaceId)
    const role = roles.get(roleId)
    if (!role) throw notFound('This role')
    const change = {
      ...(wanted.name !== undefined && { name: requireName(wanted.name) }),
      ...(wanted.parent !== undefined && { parent: wanted.parent }),
      ...(wanted.permissions !== undefined && { permissions: sorted(wanted.permissions) }),
    }
    if (change.parent !== undefined) requireParent(roles, change.parent, roleId)
    const affected = [roleId, ...below(roleId, roles)]
    await requireHoldersWithin(tx, changer, affected, roles)
    const after = new Map(roles).set(roleId, { ...role, ...change })
    requireWithin(changer, permissionsOf(roleId, after))
    await store.changeRole(tx, roleId, change)
    const { name, parent, permissions } = role
    await recordAudit(tx, {
      ...auditOf(actor, roleId),
      action: 'role.changed',
      before: { name, parent, permissions },
      after: { name, parent, permissions, ...change },
    })
    const holderIds = await store.findHolderIds(tx, workspaceId, affected, toldMax + 1)
    return { result: undefined, concerned: holderIds.length > toldMax ? ('all' as const) : holderIds }
  }).catch(refuseTaken)
  return oneRole(deps.db, workspaceId, roleId)
}

export async function removeRole(deps: ChangeDependencies, actor: Actor, roleId: string): Promise<void> {
  const { workspaceId } = actor
  await changeAccess(deps, actor, async (tx, changer) => {
    const roles = await readRoles(tx, workspaceId)
    const role = roles.get(roleId)
    if (!role) throw notFound('This role')
    requireWithin(changer, permissionsOf(roleId, roles))
    const holders = (await store.countHolders(tx, workspaceId)).get(roleId) ?? 0
    const children = [...roles.values()].filter(({ parent }) => parent === roleId).length
    const invites = await store.countInvites(tx, workspaceId, roleId)
    if (holders + children + invites > 0) throw inUse(holders, children, invites)
    await store.deleteRole(tx, roleId)
    const { name, parent, permissions } = role
    await recordAudit(tx, { ...auditOf(actor, roleId), action: 'role.deleted', before: { name, parent, permissions } })
    return { result: undefined, concerned: null }
  })
}

const inUse = (people: number, roles: number, invitations: number) =>
  new AppError(
    'CONFLICT',
    `This role is in use: people ${people}, roles below it ${roles}, open invitations ${invitations}.`,
    { details: { reason: 'role-in-use', count: people + roles + invitations } },
  )
