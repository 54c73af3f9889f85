import { Type, type Static } from 'typebox'

/** What permissions are about, inside one workspace. */
export const resources = [
  'workspace',
  'people',
  'roles',
  'sessions',
  'rooms',
  'messages',
  'files',
  'audit',
  'reports',
  'relay',
] as const
export type Resource = (typeof resources)[number]

/** What belongs to the installation and to no workspace: a grant, `*:*` included, never reaches it, only a super admin does. */
export const platformResources = ['workspaces', 'system'] as const
export type PlatformResource = (typeof platformResources)[number]

/** What may be done: `write` includes `read`; `admin` includes all three; `write` does not include `delete`. */
export const actions = ['read', 'write', 'delete', 'admin'] as const
export type Action = (typeof actions)[number]

/** One thing an endpoint or a command asks for. */
export type Permission = `${Resource | PlatformResource}:${Action}`

/** What an endpoint or a command takes: a permission, or nothing because it only touches the actor's own account. */
export type Requirement = Permission | 'self'

/** A permission as it is granted: `*` on either side stands for everything there. */
export const GrantedPermission = Type.String({
  pattern: `^(\\*|${resources.join('|')}):(\\*|${actions.join('|')})$`,
  description: '`resource:action`, with `*` for all resources or all actions.',
  examples: ['rooms:write', 'reports:*'],
})
export type GrantedPermission = Static<typeof GrantedPermission>

/** Why a decision fell as it did, in the order the reasons are tried. */
export const grounds = ['super_admin', 'direct', 'role', 'owner', 'shared', 'tenant', 'deny'] as const
export type Ground = (typeof grounds)[number]

const includedIn: Record<Action, readonly string[]> = {
  read: ['read', 'write', 'admin', '*'],
  write: ['write', 'admin', '*'],
  delete: ['delete', 'admin', '*'],
  admin: ['admin', '*'],
}

/** For each permission, the grants that include it. Made once: every request asks. */
const includers: ReadonlyMap<string, readonly string[]> = new Map(
  resources.flatMap((resource) =>
    actions.map((action) => [
      `${resource}:${action}`,
      includedIn[action].flatMap((name) => [`${resource}:${name}`, `*:${name}`]),
    ]),
  ),
)

/** Whether somebody who was granted `granted` is permitted `wanted`; what is not of two known parts is no permission. */
export const permits = (granted: ReadonlySet<string>, wanted: string): boolean =>
  includers.get(wanted)?.some((permission) => granted.has(permission)) ?? false

/** Whether all that `wanted`, which may hold `*`, stands for is permitted: nobody grants what they do not hold. */
export function covers(granted: ReadonlySet<string>, wanted: string): boolean {
  const [resource, action, ...rest] = wanted.split(':')
  if (resource === undefined || action === undefined || rest.length > 0) return false
  const asked = [...includers.keys()].filter((permission) => {
    const [ofResource, ofAction] = permission.split(':')
    return (resource === '*' || resource === ofResource) && (action === '*' || action === ofAction)
  })
  return asked.length > 0 && asked.every((permission) => permits(granted, permission))
}

/** A role every workspace has; it grants `permissions` and all that its parent grants. */
export interface BuiltInRole {
  parent: BuiltInRoleName | null
  permissions: readonly GrantedPermission[]
}

export const builtInRoleNames = ['admin', 'moderator', 'member', 'guest'] as const
export type BuiltInRoleName = (typeof builtInRoleNames)[number]

export const isBuiltInRole = (role: string): role is BuiltInRoleName => builtInRoleNames.some((name) => name === role)

/** The roles nobody can change: a guest talks where invited, a member opens rooms too, a moderator keeps order. */
export const builtInRoles: Record<BuiltInRoleName, BuiltInRole> = {
  guest: { parent: null, permissions: ['people:read', 'rooms:read', 'messages:write', 'files:write'] },
  member: { parent: 'guest', permissions: ['people:write', 'rooms:write'] },
  moderator: { parent: 'member', permissions: ['messages:delete', 'reports:admin'] },
  admin: { parent: null, permissions: ['*:*'] },
}

/** A role as it is named: a built-in one by its name, one of the workspace's own by its id. */
export const RoleKey = Type.String({
  pattern: `^(${builtInRoleNames.join('|')}|[1-9][0-9]{0,17})$`,
  description: '`admin`, `moderator`, `member`, `guest`, or the id of a role the workspace made.',
  examples: ['member'],
})
export type RoleKey = Static<typeof RoleKey>

/** What one may do has changed, by another role, grant or share: ask again. */
export const AccessChanged = Type.Object({})
