import { Type, type Static } from 'typebox'
import { GrantedPermission, RoleKey } from './access.ts'
import { contract } from './contract.ts'
import { PublicUser } from './people.ts'
import { closed, cursor, id, nullable, page, timestamp } from './scalars.ts'

/** What one may do here: what the web app shows or leaves out. */
export const OwnAccess = Type.Object({
  superAdmin: Type.Boolean({ description: 'Whether one runs the installation: then nothing is refused.' }),
  role: RoleKey,
  roleName: Type.String({ description: 'What the role is called; a built-in one by its key.' }),
  permissions: Type.Array(GrantedPermission, {
    description: 'All that is granted: by one’s role, directly, and to everybody in the workspace.',
  }),
})
export type OwnAccess = Static<typeof OwnAccess>

const RoleName = Type.String({ minLength: 1, maxLength: 40, pattern: '\\S', description: 'Name of the role.' })

const permissions = (description: string) =>
  Type.Array(GrantedPermission, { maxItems: 60, uniqueItems: true, description })

const parent = nullable(RoleKey)

/** A role as those who manage access see it. */
export const Role = Type.Object({
  key: RoleKey,
  name: Type.String({ description: 'What it is called; a built-in one by its key.' }),
  builtIn: Type.Boolean({ description: 'Whether every workspace has it and nobody can change it.' }),
  parent,
  permissions: permissions('What it grants itself.'),
  inherited: permissions('What the roles above it grant.'),
  memberCount: Type.Integer({ minimum: 0, description: 'People who have it.' }),
})
export type Role = Static<typeof Role>

/** A permission that was granted beside the role, to one person or to everybody. */
export const Grant = Type.Object({
  permission: GrantedPermission,
  grantedBy: id('Who granted it last.'),
  createdAt: timestamp('When it was granted last.'),
})
export type Grant = Static<typeof Grant>

const expiresAt = nullable(timestamp('When it ends by itself; null for never.'))

export const PersonGrant = Type.Object({ ...Grant.properties, expiresAt })
export type PersonGrant = Static<typeof PersonGrant>

/** Somebody with the role they have. */
export const RoleHolder = Type.Object({ user: PublicUser, role: RoleKey })
export type RoleHolder = Static<typeof RoleHolder>

/** What can be shared with single people, and honours it. */
export const ShareableResource = Type.Literal('files', { description: 'What kind of thing is shared.' })

export const SharedAction = Type.Union([Type.Literal('read'), Type.Literal('admin')], {
  description: '`read` opens it; `admin` also shares it on and takes shares back.',
})
export type SharedAction = Static<typeof SharedAction>

const shareTarget = { resource: ShareableResource, resourceId: id('The file that is shared.') }
const shareFields = { ...shareTarget, userId: id('Whom it is shared with.'), action: SharedAction }

/** One thing shared with one person. */
export const Share = Type.Object({
  ...shareFields,
  grantedBy: id('Who shared it.'),
  createdAt: timestamp('When it was shared.'),
})
export type Share = Static<typeof Share>

const tag = 'access'
const person = Type.Object({ id: id('The person.') }, closed)
const role = Type.Object({ id: id('A role the workspace made.') }, closed)
const RoleAnswer = Type.Object({ role: Role })
const onePermission = Type.Object({ permission: GrantedPermission }, closed)

export const getOwnAccess = contract({
  method: 'GET',
  path: '/api/access/me',
  summary: 'What one may do in the workspace',
  tag,
  auth: 'session',
  permission: 'self',
  status: 200,
  response: OwnAccess,
})

export const listRoles = contract({
  method: 'GET',
  path: '/api/access/roles',
  summary: 'The roles of the workspace: the built-in ones, then its own by name',
  tag,
  auth: 'session',
  permission: 'roles:read',
  status: 200,
  response: page(Role),
})

export const createRole = contract({
  method: 'POST',
  path: '/api/access/roles',
  summary: 'Make a role; it cannot grant what one does not hold',
  tag,
  auth: 'session',
  permission: 'roles:admin',
  body: Type.Object({ name: RoleName, parent, permissions: permissions('What it grants itself.') }, closed),
  status: 201,
  response: RoleAnswer,
})

export const updateRole = contract({
  method: 'PATCH',
  path: '/api/access/roles/:id',
  summary: 'Change a role for all who have it',
  tag,
  auth: 'session',
  permission: 'roles:admin',
  params: role,
  body: Type.Object(
    {
      name: Type.Optional(RoleName),
      parent: Type.Optional(parent),
      permissions: Type.Optional(permissions('What it grants itself.')),
    },
    { ...closed, minProperties: 1 },
  ),
  status: 200,
  response: RoleAnswer,
})

export const deleteRole = contract({
  method: 'DELETE',
  path: '/api/access/roles/:id',
  summary: 'Delete a role nobody has',
  tag,
  auth: 'session',
  permission: 'roles:admin',
  params: role,
  status: 204,
})

export const listRoleHolders = contract({
  method: 'GET',
  path: '/api/access/people',
  summary: 'People of the workspace with their roles, by username',
  tag,
  auth: 'session',
  permission: 'roles:read',
  query: Type.Object(
    {
      role: Type.Optional(RoleKey),
      query: Type.Optional(Type.String({ maxLength: 60, description: 'Start of the username or of a name.' })),
      cursor,
    },
    closed,
  ),
  status: 200,
  response: page(RoleHolder),
})

export const setRole = contract({
  method: 'PUT',
  path: '/api/access/people/:id/role',
  summary: 'Give somebody another role',
  tag,
  auth: 'session',
  permission: 'roles:admin',
  params: person,
  body: Type.Object({ role: RoleKey }, closed),
  status: 200,
  response: RoleHolder,
})

export const listPersonGrants = contract({
  method: 'GET',
  path: '/api/access/people/:id/grants',
  summary: 'What was granted to somebody directly and has not ended',
  tag,
  auth: 'session',
  permission: 'roles:read',
  params: person,
  status: 200,
  response: page(PersonGrant),
})

export const grantToPerson = contract({
  method: 'PUT',
  path: '/api/access/people/:id/grants',
  summary: 'Grant somebody a permission, or change when it ends',
  tag,
  auth: 'session',
  permission: 'roles:admin',
  params: person,
  body: Type.Object({ permission: GrantedPermission, expiresAt: Type.Optional(expiresAt) }, closed),
  status: 200,
  response: Type.Object({ grant: PersonGrant }),
})

export const withdrawFromPerson = contract({
  method: 'DELETE',
  path: '/api/access/people/:id/grants',
  summary: 'Withdraw a permission from somebody',
  tag,
  auth: 'session',
  permission: 'roles:admin',
  params: person,
  fields: onePermission,
  status: 204,
})

export const listTenantGrants = contract({
  method: 'GET',
  path: '/api/access/grants',
  summary: 'What everybody in the workspace was granted',
  tag,
  auth: 'session',
  permission: 'roles:read',
  status: 200,
  response: page(Grant),
})

export const grantToTenant = contract({
  method: 'PUT',
  path: '/api/access/grants',
  summary: 'Grant everybody in the workspace a permission',
  tag,
  auth: 'session',
  permission: 'roles:admin',
  body: onePermission,
  status: 200,
  response: Type.Object({ grant: Grant }),
})

export const withdrawFromTenant = contract({
  method: 'DELETE',
  path: '/api/access/grants',
  summary: 'Withdraw a permission from everybody in the workspace',
  tag,
  auth: 'session',
  permission: 'roles:admin',
  fields: onePermission,
  status: 204,
})

export const listShares = contract({
  method: 'GET',
  path: '/api/access/shares',
  summary: 'With whom something is shared; for its owner, and whoever it was shared with to administer',
  tag,
  auth: 'session',
  permission: 'files:write',
  query: Type.Object(shareTarget, closed),
  status: 200,
  response: page(Share),
})

export const share = contract({
  method: 'PUT',
  path: '/api/access/shares',
  summary: 'Share something with somebody of the workspace',
  tag,
  auth: 'session',
  permission: 'files:write',
  body: Type.Object(shareFields, closed),
  status: 200,
  response: Type.Object({ share: Share }),
})

export const withdrawShare = contract({
  method: 'DELETE',
  path: '/api/access/shares',
  summary: 'Take a share back',
  tag,
  auth: 'session',
  permission: 'files:write',
  fields: Type.Object(shareFields, closed),
  status: 204,
})
