import { listSessions, register } from '@parley/protocol/identity'
import { getProfile, getUser } from '@parley/protocol/people'
import { getRoom } from '@parley/protocol/rooms'
import * as contracts from '@parley/protocol/workspaces'
import type { Workspace } from '@parley/protocol/workspaces'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { incoming, postUpload } from '../../../test/files.ts'
import {
  call,
  connect,
  cookieOf,
  createUser,
  refusal,
  send,
  signIn,
  startApi,
  type TestApi,
  type TestUser,
} from '../../../test/harness.ts'

let api: TestApi

beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

let slugs = 0

/** A workspace of its own, made by the operator. */
async function createWorkspace(limits: Partial<Pick<Workspace, 'membersMax' | 'storageBytesMax'>> = {}) {
  const slug = `team-${(slugs += 1)}`
  const { workspace } = await call(api, api.operator, contracts.createWorkspace, {
    body: { name: `Team ${slugs}`, slug, ...limits },
  })
  return workspace
}

/** The same person, by a session in another of their workspaces. */
async function switchTo(user: Pick<TestUser, 'cookie'>, workspaceId?: string) {
  const response = await send(api, contracts.switchWorkspace, {
    body: workspaceId === undefined ? {} : { workspaceId },
    headers: { cookie: user.cookie },
  })
  const body: unknown = await response.json()
  return { status: response.status, body, cookie: cookieOf(response) }
}

/** The operator as administrator of a workspace they made. */
async function operatorIn(workspaceId: string): Promise<TestUser> {
  const fresh = await signIn(api, api.operator)
  const { body, cookie } = await switchTo(fresh, workspaceId)
  const { user, accessToken } = Object(body)
  return { ...fresh, id: user.id, accessToken, cookie }
}

async function inviteTo(workspace: Workspace, wanted: Record<string, unknown> = {}) {
  const admin = await operatorIn(workspace.id)
  const answer = await call(api, admin, contracts.createWorkspaceInvite, { body: wanted })
  return { admin, ...answer, token: answer.link.slice(answer.link.lastIndexOf('/') + 1) }
}

/** Somebody of the default workspace who accepted an invitation to another one, still in the first. */
async function member(workspace: Workspace) {
  const { token } = await inviteTo(workspace)
  const user = await createUser(api)
  await call(api, user, contracts.joinWorkspace, { body: { token } })
  return user
}

test('who makes a workspace is its administrator, and only a super admin makes one', async () => {
  const workspace = await createWorkspace()
  const admin = await operatorIn(workspace.id)
  const { workspace: read } = await call(api, admin, contracts.getWorkspace, {})
  expect(read).toMatchObject({ id: workspace.id, memberCount: 1, status: 'active' })
  const other = await createUser(api)
  const refused = await refusal(api, other, contracts.createWorkspace, { body: { name: 'Mine', slug: 'mine' } })
  expect(refused).toMatchObject({ code: 'PERMISSION_DENIED', status: 403 })
})

test('two workspaces cannot have one short name', async () => {
  const { slug } = await createWorkspace()
  const refused = await refusal(api, api.operator, contracts.createWorkspace, { body: { name: 'Again', slug } })
  expect(refused).toMatchObject({ code: 'CONFLICT', details: { reason: 'slug-taken' } })
})

test('a person switches between workspaces without signing in again, and is another user in each', async () => {
  const workspace = await createWorkspace()
  const user = await member(workspace)
  const { items } = await call(api, user, contracts.listOwnWorkspaces, {})
  expect(items.map(({ id, current }) => [id, current])).toEqual([
    ['1', true],
    [workspace.id, false],
  ])
  const switched = await switchTo(user, workspace.id)
  expect(switched.status).toBe(200)
  const { user: there, accessToken } = Object(switched.body)
  expect(there).toMatchObject({ username: user.username })
  expect(there.id).not.toBe(user.id)
  expect(await refusal(api, user, getRoom, { query: {} })).toMatchObject({ code: 'TOKEN_REVOKED' })
  const back = await switchTo({ cookie: switched.cookie }, '1')
  expect(Object(back.body).user.id).toBe(user.id)
  expect(await refusal(api, { accessToken }, getRoom, { query: {} })).toMatchObject({ code: 'TOKEN_REVOKED' })
})

test('nobody switches to a workspace they are not in, and the attempt ends no session', async () => {
  const workspace = await createWorkspace()
  const user = await createUser(api)
  expect(await switchTo(user, workspace.id)).toMatchObject({ status: 404, cookie: '' })
  expect(await call(api, user, listSessions, {})).toMatchObject({ items: [{ current: true }] })
  expect((await switchTo(user)).status).toBe(200)
})

test('the sockets of the session that is left are told to follow', async () => {
  const workspace = await createWorkspace()
  const user = await member(workspace)
  const socket = await connect(api, user)
  await switchTo(user, workspace.id)
  expect(await socket.next('session.ending')).toEqual({ reason: 'switched' })
})

test('suspending a workspace disconnects its people at once and refuses them until it is opened again', async () => {
  const workspace = await createWorkspace()
  const user = await member(workspace)
  const { body, cookie } = await switchTo(user, workspace.id)
  const inside = { accessToken: Object(body).accessToken, cookie }
  const socket = await connect(api, inside)
  const began = performance.now()
  await call(api, api.operator, contracts.updateWorkspace, {
    params: { id: workspace.id },
    body: { status: 'suspended' },
  })
  expect(await socket.next('session.ending')).toEqual({ reason: 'suspended' })
  expect(performance.now() - began).toBeLessThan(1_000)
  const closed = { code: 'PERMISSION_DENIED', details: { reason: 'workspace-closed' } }
  expect(await refusal(api, inside, getRoom, { query: {} })).toMatchObject(closed)
  await expect(connect(api, inside)).rejects.toThrow('PERMISSION_DENIED')

  // The other workspace is not touched, and the way there is open.
  await call(api, api.operator, contracts.updateWorkspace, { params: { id: workspace.id }, body: { status: 'active' } })
  await call(api, inside, getRoom, { query: {} })
})

test('from a suspended workspace one goes to one that is open', async () => {
  const workspace = await createWorkspace()
  const user = await member(workspace)
  const inside = await switchTo(user, workspace.id)
  await call(api, api.operator, contracts.updateWorkspace, {
    params: { id: workspace.id },
    body: { status: 'archived' },
  })
  const moved = await switchTo(inside)
  expect(Object(moved.body).user.id).toBe(user.id)
  expect(await switchTo(moved, workspace.id)).toMatchObject({ status: 403, cookie: '' })
})

test('nobody closes the workspace they are in', async () => {
  const refused = await refusal(api, api.operator, contracts.updateWorkspace, {
    params: { id: '1' },
    body: { status: 'suspended' },
  })
  expect(refused).toMatchObject({ code: 'CONFLICT', details: { reason: 'own-workspace' } })
})

test('who registers with an invitation is in that workspace and in no other', async () => {
  const workspace = await createWorkspace()
  const { token } = await inviteTo(workspace, { role: 'guest', usesMax: 1 })
  const account = { email: 'invited@example.com', username: 'invited', password: 'correct horse battery' }
  const response = await send(api, register, { body: { ...account, invite: token } })
  expect(response.status).toBe(201)
  const { accessToken } = Object(await response.json())
  const { items } = await call(api, { accessToken }, contracts.listOwnWorkspaces, {})
  expect(items).toMatchObject([{ id: workspace.id, role: 'guest', current: true }])
  const second = { ...account, email: 'second@example.com', username: 'second', invite: token }
  expect(await refusal(api, null, register, { body: second })).toMatchObject({ code: 'NOT_FOUND' })
  const [rows] = await api.sql.query("SELECT id FROM accounts WHERE username = 'second'")
  expect(rows).toEqual([])
})

test('an invitation for one address is refused to every other, and used once', async () => {
  const workspace = await createWorkspace()
  const user = await createUser(api)
  const { token, sent } = await inviteTo(workspace, { email: user.email })
  expect(sent).toBe(false)
  const stranger = await createUser(api)
  const refused = await refusal(api, stranger, contracts.joinWorkspace, { body: { token } })
  expect(refused).toMatchObject({ code: 'PERMISSION_DENIED', details: { reason: 'invite-address' } })
  const answers = await Promise.allSettled(
    [1, 2, 3].map(() => call(api, user, contracts.joinWorkspace, { body: { token } })),
  )
  expect(answers.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
  const [rows] = await api.sql.query('SELECT uses FROM workspace_invites WHERE email = ?', [user.email])
  expect(rows).toEqual([{ uses: 1 }])
})

test('an invitation that cannot be mailed stands, and says that it was not sent', async () => {
  const unreachable = await startApi({ SMTP_URL: 'smtp://127.0.0.1:1', PUBLIC_URL: 'https://parley.test' })
  try {
    const body = { email: 'far@example.com' }
    const answer = await call(unreachable, unreachable.operator, contracts.createWorkspaceInvite, { body })
    expect(answer).toMatchObject({ sent: false, invite: { email: 'far@example.com', usesMax: 1 } })
    expect(answer.link).toMatch(/^https:\/\/parley\.test\/join\/[\w-]{43}$/)
  } finally {
    await unreachable.close()
  }
})

test('nobody invites to a role above their own', async () => {
  const inviter = await createUser(api)
  await api.sql.query(
    "INSERT INTO user_grants (user_id, permission, workspace_id, granted_by, created_at) VALUES (?, 'people:admin', 1, ?, NOW())",
    [inviter.id, api.operator.id],
  )
  await call(api, inviter, contracts.createWorkspaceInvite, { body: { role: 'guest' } })
  const refused = await refusal(api, inviter, contracts.createWorkspaceInvite, { body: { role: 'admin' } })
  expect(refused).toMatchObject({ code: 'PERMISSION_DENIED', details: { reason: 'above-self' } })
})

test('a withdrawn or expired invitation leads nowhere', async () => {
  const workspace = await createWorkspace()
  const { admin, invite, token } = await inviteTo(workspace)
  expect(await call(api, null, contracts.previewWorkspaceInvite, { body: { token } })).toMatchObject({
    name: workspace.name,
    forOneAddress: false,
  })
  await call(api, admin, contracts.withdrawWorkspaceInvite, { params: { id: invite.id } })
  const expired = await inviteTo(workspace)
  await api.sql.query('UPDATE workspace_invites SET expires_at = ? WHERE id = ?', [new Date(0), expired.invite.id])
  const user = await createUser(api)
  for (const gone of [token, expired.token]) {
    const refused = await refusal(api, user, contracts.joinWorkspace, { body: { token: gone } })
    expect(refused).toMatchObject({ code: 'NOT_FOUND' })
  }
  expect(await call(api, admin, contracts.listWorkspaceInvites, { query: {} })).toMatchObject({ items: [] })
})

test('a full workspace takes nobody more, however many come at once', async () => {
  const workspace = await createWorkspace({ membersMax: 3 })
  const { token } = await inviteTo(workspace)
  const people = await Promise.all([1, 2, 3, 4, 5].map(() => createUser(api)))
  const answers = await Promise.allSettled(
    people.map((user) => call(api, user, contracts.joinWorkspace, { body: { token } })),
  )
  const refused = answers.filter((answer) => answer.status === 'rejected')
  expect(refused).toHaveLength(3)
  for (const { reason } of refused) {
    expect(reason).toMatchObject({ code: 'CONFLICT', details: { reason: 'members-max' } })
  }
  const { workspace: read } = await call(api, await operatorIn(workspace.id), contracts.getWorkspace, {})
  expect(read.memberCount).toBe(3)
})

test('a full workspace takes no more files, however many come at once, and keeps none of those refused', async () => {
  const workspace = await createWorkspace({ storageBytesMax: 150 })
  const admin = await operatorIn(workspace.id)
  const text = 'sixty bytes of plain text, sixty bytes of plain text, sixty..'
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => postUpload(api, admin, { bytes: text, name: 'a.txt' })))
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 409, 409, 409])
  const full = answers.find(({ status }) => status === 409)
  expect(await full?.json()).toMatchObject({ error: { code: 'CONFLICT', details: { reason: 'storage-max' } } })
  expect(await incoming(api)).toEqual([])
  const { workspace: read } = await call(api, admin, contracts.getWorkspace, {})
  expect(read.storageBytes).toBe(2 * text.length)
})

test('people of one workspace do not find those of another', async () => {
  const workspace = await createWorkspace()
  const user = await createUser(api)
  const admin = await operatorIn(workspace.id)
  const found = await call(api, admin, getUser, { query: { query: user.username } })
  expect(found).toMatchObject({ items: [] })
  expect(await call(api, user, getProfile, {})).toMatchObject({ username: user.username })
})

test('a change of a workspace is in the audit log with what was before', async () => {
  const workspace = await createWorkspace()
  await call(api, api.operator, contracts.updateWorkspace, {
    params: { id: workspace.id },
    body: { name: 'Renamed', membersMax: 9 },
  })
  const [rows] = await api.sql.query(
    "SELECT actor_id, before_values, after_values FROM audit_log WHERE action = 'workspace.changed' AND workspace_id = ?",
    [workspace.id],
  )
  expect(rows).toMatchObject([
    {
      actor_id: Number(api.operator.id),
      before_values: JSON.stringify({ name: workspace.name, membersMax: null }),
      after_values: JSON.stringify({ name: 'Renamed', membersMax: 9 }),
    },
  ])
})

test('the list of workspaces pages by name and filters', async () => {
  const workspace = await createWorkspace()
  const { items } = await call(api, api.operator, contracts.listWorkspaces, { query: { query: workspace.slug } })
  expect(items.map(({ id }) => id)).toContain(workspace.id)
  const suspended = await call(api, api.operator, contracts.listWorkspaces, { query: { status: 'suspended' } })
  expect(suspended.items.map(({ id }) => id)).not.toContain(workspace.id)
  expect(await refusal(api, await createUser(api), contracts.listWorkspaces)).toMatchObject({ status: 403 })
})
