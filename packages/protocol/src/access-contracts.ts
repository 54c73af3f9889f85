import { Type, type Static } from 'typebox'
import { GrantedPermission, RoleKey } from './access.ts'
import { contract } from './contract.ts'

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

const tag = 'access'

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
