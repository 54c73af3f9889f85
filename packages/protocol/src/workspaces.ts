import { Type, type Static } from 'typebox'
import { RoleKey } from './access.ts'
import { contract } from './contract.ts'
import { SignedIn } from './identity.ts'
import { closed, cursor, email, id, nullable, page, timestamp } from './scalars.ts'

export const WorkspaceStatus = Type.Union(
  [Type.Literal('trial'), Type.Literal('active'), Type.Literal('suspended'), Type.Literal('archived')],
  { description: '`trial` and `active` work; `suspended` and `archived` let nobody in but keep everything.' },
)
export type WorkspaceStatus = Static<typeof WorkspaceStatus>

export const workspaceStatuses: readonly WorkspaceStatus[] = ['trial', 'active', 'suspended', 'archived']

/** Whether people may work in a workspace of this status. */
export const isOpen = (status: WorkspaceStatus): boolean => status === 'active' || status === 'trial'

const WorkspaceName = Type.String({
  minLength: 1,
  maxLength: 80,
  pattern: '\\S',
  description: 'Name of the workspace.',
})

const Slug = Type.String({
  pattern: '^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$',
  description: 'Short name, unique in the installation: lower-case letters, digits and hyphens.',
  examples: ['design'],
})

const MembersMax = nullable(
  Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Most people it may have; null for no limit.' }),
)

const StorageBytesMax = nullable(
  Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Most bytes of files it may keep; null for no limit.',
  }),
)

/** A workspace as its administrators see it. */
export const Workspace = Type.Object({
  id: id('Id of the workspace.'),
  slug: Slug,
  name: WorkspaceName,
  status: WorkspaceStatus,
  membersMax: MembersMax,
  storageBytesMax: StorageBytesMax,
  memberCount: Type.Integer({ minimum: 0, description: 'People in it who are not disabled.' }),
  storageBytes: Type.Integer({ minimum: 0, description: 'Bytes of files it keeps.' }),
  createdAt: timestamp('When it was made.'),
})
export type Workspace = Static<typeof Workspace>

/** A workspace as one who is in it sees it in their list. */
export const OwnWorkspace = Type.Object({
  id: id('Id of the workspace.'),
  name: WorkspaceName,
  status: WorkspaceStatus,
  role: RoleKey,
  current: Type.Boolean({ description: 'Whether the session that asks is in it.' }),
})
export type OwnWorkspace = Static<typeof OwnWorkspace>

const InviteToken = Type.String({
  pattern: '^[A-Za-z0-9_-]{20,64}$',
  description: 'Secret part of the link; `/join/<token>` on the web.',
})

/** An invitation to a workspace. Its link is told once, to who makes it. */
export const WorkspaceInvite = Type.Object({
  id: id('Id of the invitation.'),
  email: nullable(Type.String({ description: 'Only this address may accept it; null for whoever has the link.' })),
  role: RoleKey,
  createdBy: id('Who made it.'),
  createdAt: timestamp('When it was made.'),
  expiresAt: timestamp('When it stops working.'),
  usesMax: nullable(Type.Integer({ minimum: 1, description: 'How many people may accept it; null for any number.' })),
  uses: Type.Integer({ minimum: 0, description: 'How many people have accepted it.' }),
})
export type WorkspaceInvite = Static<typeof WorkspaceInvite>

const tag = 'workspaces'

const WorkspaceAnswer = Type.Object({ workspace: Workspace })

export const listOwnWorkspaces = contract({
  method: 'GET',
  path: '/api/workspaces',
  summary: 'Workspaces one is in',
  tag,
  auth: 'session',
  permission: 'self',
  status: 200,
  response: page(OwnWorkspace),
})

export const switchWorkspace = contract({
  method: 'POST',
  path: '/api/refresh/workspace',
  summary: 'Trade the refresh cookie for a session in another of one’s workspaces; the session before ends',
  tag,
  auth: 'public',
  body: Type.Object({ workspaceId: Type.Optional(id('Where to go; absent for the open one last used.')) }, closed),
  status: 200,
  response: SignedIn,
})

export const previewWorkspaceInvite = contract({
  method: 'POST',
  path: '/api/workspaces/invitation',
  summary: 'What an invitation leads to, before it is accepted',
  tag,
  auth: 'public',
  body: Type.Object({ token: InviteToken }, closed),
  status: 200,
  response: Type.Object({
    name: WorkspaceName,
    forOneAddress: Type.Boolean({ description: 'Whether only the address it was sent to may accept it.' }),
    expiresAt: timestamp('When it stops working.'),
  }),
})

export const joinWorkspace = contract({
  method: 'POST',
  path: '/api/workspaces/join',
  summary: 'Accept an invitation with the account one is signed in to',
  tag,
  auth: 'session',
  permission: 'self',
  body: Type.Object({ token: InviteToken }, closed),
  status: 200,
  response: Type.Object({ workspaceId: id('The workspace one is in now; switch to it.') }),
})

export const getWorkspace = contract({
  method: 'GET',
  path: '/api/workspace',
  summary: 'The workspace one is in, with its limits and what is used of them',
  tag,
  auth: 'session',
  permission: 'workspace:read',
  status: 200,
  response: WorkspaceAnswer,
})

export const renameWorkspace = contract({
  method: 'PATCH',
  path: '/api/workspace',
  summary: 'Rename the workspace one is in',
  tag,
  auth: 'session',
  permission: 'workspace:admin',
  body: Type.Object({ name: WorkspaceName }, closed),
  status: 200,
  response: WorkspaceAnswer,
})

export const createWorkspaceInvite = contract({
  method: 'POST',
  path: '/api/workspace/invites',
  summary: 'Invite people by link, or one by e-mail',
  tag,
  auth: 'session',
  permission: 'people:admin',
  body: Type.Object(
    {
      email: Type.Optional(email('Whom to send it to; nobody else may accept it.')),
      role: Type.Optional(RoleKey),
      expiresInMs: Type.Optional(
        Type.Integer({
          minimum: 60_000,
          maximum: 90 * 24 * 60 * 60_000,
          description: 'How long it works; a week by default.',
        }),
      ),
      usesMax: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 10_000, description: 'How many people may accept it.' }),
      ),
    },
    closed,
  ),
  status: 201,
  response: Type.Object({
    invite: WorkspaceInvite,
    link: Type.String({ description: 'The link to hand on; told only now.' }),
    sent: Type.Boolean({ description: 'Whether it went out by e-mail.' }),
  }),
})

export const listWorkspaceInvites = contract({
  method: 'GET',
  path: '/api/workspace/invites',
  summary: 'Invitations that still work, the latest first',
  tag,
  auth: 'session',
  permission: 'people:admin',
  query: Type.Object({ cursor }, closed),
  status: 200,
  response: page(WorkspaceInvite),
})

export const withdrawWorkspaceInvite = contract({
  method: 'DELETE',
  path: '/api/workspace/invites/:id',
  summary: 'Withdraw an invitation',
  tag,
  auth: 'session',
  permission: 'people:admin',
  params: Type.Object({ id: id('The invitation.') }, closed),
  status: 204,
})

export const listWorkspaces = contract({
  method: 'GET',
  path: '/api/admin/workspaces',
  summary: 'Every workspace of the installation, by name',
  tag,
  auth: 'session',
  permission: 'workspaces:read',
  query: Type.Object(
    {
      query: Type.Optional(Type.String({ maxLength: 80, description: 'Part of the name or the short name.' })),
      status: Type.Optional(WorkspaceStatus),
      cursor,
    },
    closed,
  ),
  status: 200,
  response: page(Workspace),
})

export const createWorkspace = contract({
  method: 'POST',
  path: '/api/admin/workspaces',
  summary: 'Make a workspace; who makes it is its first administrator',
  tag,
  auth: 'session',
  permission: 'workspaces:admin',
  body: Type.Object(
    {
      name: WorkspaceName,
      slug: Slug,
      status: Type.Optional(Type.Union([Type.Literal('trial'), Type.Literal('active')])),
      membersMax: Type.Optional(MembersMax),
      storageBytesMax: Type.Optional(StorageBytesMax),
    },
    closed,
  ),
  status: 201,
  response: WorkspaceAnswer,
})

export const updateWorkspace = contract({
  method: 'PATCH',
  path: '/api/admin/workspaces/:id',
  summary: 'Rename a workspace, change its status or its limits; one that is not open disconnects its people at once',
  tag,
  auth: 'session',
  permission: 'workspaces:admin',
  params: Type.Object({ id: id('The workspace.') }, closed),
  body: Type.Object(
    {
      name: Type.Optional(WorkspaceName),
      status: Type.Optional(WorkspaceStatus),
      membersMax: Type.Optional(MembersMax),
      storageBytesMax: Type.Optional(StorageBytesMax),
    },
    { ...closed, minProperties: 1 },
  ),
  status: 200,
  response: WorkspaceAnswer,
})
