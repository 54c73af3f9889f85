import * as contracts from '@parley/protocol/access-contracts'
import { setPersonDisabled } from '@parley/protocol/admin'
import { createWorkspaceInvite } from '@parley/protocol/workspaces'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHolder, giveRole, grant, makeRole } from '../../../test/access.ts'
import { call, createUser, refusal, send, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'

let api: TestApi
/** Manages roles, but holds little besides. */
let manager: TestUser
beforeAll(async () => {
  api = await startApi()
  manager = await createHolder(api, await makeRole(api, ['roles:admin'], 'member'))
})
afterAll(() => api.close())

const above = { status: 403, code: 'PERMISSION_DENIED', details: { reason: 'above-self' } }

const allowed = async (user: TestUser) => (await call(api, user, contracts.getOwnAccess, {})).permissions

describe('a role of the workspace’s own', () => {
  test('is made, listed with what it inherits, changed for all who have it, and deleted', async () => {
    const { role } = await call(api, api.operator, contracts.createRole, {
      body: { name: ' Announcer ', parent: 'guest', permissions: ['rooms:write'] },
    })
    expect(role).toMatchObject({ name: 'Announcer', builtIn: false, permissions: ['rooms:write'], memberCount: 0 })
    expect(role.inherited).toContain('messages:write')
    const user = await createHolder(api, role.key)
    const params = { id: role.key }
    await call(api, api.operator, contracts.updateRole, { params, body: { permissions: ['audit:read'] } })
    expect(await allowed(user)).toContain('audit:read')
    expect(await allowed(user)).not.toContain('rooms:write')
    const { items } = await call(api, api.operator, contracts.listRoles, {})
    expect(items.find(({ key }) => key === role.key)).toMatchObject({ memberCount: 1 })
    await giveRole(api, user, 'member')
    await call(api, api.operator, contracts.deleteRole, { params })
    expect(await refusal(api, api.operator, contracts.deleteRole, { params })).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('cannot be deleted while people, roles below it or invitations have it', async () => {
    const role = await makeRole(api, ['audit:read'])
    const below = await makeRole(api, [], role)
    const user = await createHolder(api, role)
    await call(api, api.operator, createWorkspaceInvite, { body: { role } })
    const remove = (id: string) => refusal(api, api.operator, contracts.deleteRole, { params: { id } })
    const refused = { status: 409, code: 'CONFLICT', details: { reason: 'role-in-use', count: 3 } }
    expect(await remove(role)).toMatchObject(refused)
    await giveRole(api, user, 'member')
    await call(api, api.operator, contracts.deleteRole, { params: { id: below } })
    expect(await remove(role)).toMatchObject({ ...refused, details: { count: 1 } })
  })

  test('is never above itself, however long the way round', async () => {
    const top = await makeRole(api, [])
    const middle = await makeRole(api, [], top)
    const bottom = await makeRole(api, [], middle)
    for (const parent of [top, middle, bottom]) {
      const refused = await refusal(api, api.operator, contracts.updateRole, { params: { id: top }, body: { parent } })
      expect(refused).toMatchObject({ code: 'CONFLICT', details: { reason: 'role-circle' } })
    }
  })

  test('has a name no other role has, the built-in ones included', async () => {
    const body = { name: 'Only once', parent: null, permissions: [] }
    await call(api, api.operator, contracts.createRole, { body })
    for (const name of ['only once', 'Admin']) {
      const refused = await refusal(api, api.operator, contracts.createRole, { body: { ...body, name } })
      expect(refused).toMatchObject({ code: 'CONFLICT', details: { reason: 'role-name-taken' } })
    }
  })

  test('of another workspace does not exist', async () => {
    const [result] = await api.sql.query(
      "INSERT INTO roles (workspace_id, name, permissions, created_at) VALUES (77, 'Theirs', '[]', NOW(3))",
    )
    const id = 'insertId' in result ? String(result.insertId) : ''
    const params = { id }
    const user = await createUser(api)
    const attempts = [
      refusal(api, api.operator, contracts.updateRole, { params, body: { name: 'Mine' } }),
      refusal(api, api.operator, contracts.deleteRole, { params }),
      refusal(api, api.operator, contracts.setRole, { params: { id: user.id }, body: { role: id } }),
      refusal(api, api.operator, contracts.createRole, { body: { name: 'Below', parent: id, permissions: [] } }),
      refusal(api, api.operator, createWorkspaceInvite, { body: { role: id } }),
    ]
    for (const refused of await Promise.all(attempts)) expect(refused).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })
})

describe('nobody grants above what they hold', () => {
  test('in a role they make or change, what it inherits included', async () => {
    const make = (body: object) => refusal(api, manager, contracts.createRole, { body: { name: 'Above', ...body } })
    expect(await make({ parent: null, permissions: ['audit:read'] })).toMatchObject(above)
    expect(await make({ parent: null, permissions: ['*:read'] })).toMatchObject(above)
    expect(await make({ parent: 'moderator', permissions: [] })).toMatchObject(above)
    const { role } = await call(api, manager, contracts.createRole, {
      body: { name: 'Within', parent: 'guest', permissions: ['rooms:write'] },
    })
    const change = (body: object) => refusal(api, manager, contracts.updateRole, { params: { id: role.key }, body })
    expect(await change({ permissions: ['rooms:admin'] })).toMatchObject(above)
    expect(await change({ parent: 'admin' })).toMatchObject(above)
  })

  test('in a role that grants more than they hold, even to make it smaller', async () => {
    const auditor = await makeRole(api, ['audit:read'])
    const params = { id: auditor }
    expect(await refusal(api, manager, contracts.updateRole, { params, body: { permissions: [] } })).toMatchObject(
      above,
    )
    expect(await refusal(api, manager, contracts.deleteRole, { params })).toMatchObject(above)
  })

  test('in a role below which another grants more, or which somebody has who holds more', async () => {
    const small = await makeRole(api, ['rooms:read'])
    await makeRole(api, ['audit:read'], small)
    const held = await makeRole(api, ['rooms:read'])
    const holder = await createHolder(api, held)
    const change = (id: string) => ({ params: { id }, body: { permissions: [] } })
    expect(await refusal(api, manager, contracts.updateRole, change(small))).toMatchObject(above)
    await grant(api, holder, 'audit:read')
    expect(await refusal(api, manager, contracts.updateRole, change(held))).toMatchObject(above)
  })

  test('by giving somebody a role, and takes none from who holds more', async () => {
    const user = await createUser(api)
    const give = (id: string, role: string) =>
      refusal(api, manager, contracts.setRole, { params: { id }, body: { role } })
    expect(await give(user.id, 'moderator')).toMatchObject(above)
    const moderator = await createHolder(api, 'moderator')
    expect(await give(moderator.id, 'guest')).toMatchObject(above)
    expect(await give(api.operator.id, 'guest')).toMatchObject(above)
    await call(api, manager, contracts.setRole, { params: { id: user.id }, body: { role: 'guest' } })
  })

  test('to themselves', async () => {
    const params = { id: manager.id }
    const up = await refusal(api, manager, contracts.setRole, { params, body: { role: 'admin' } })
    expect(up).toMatchObject(above)
    const direct = await refusal(api, manager, contracts.grantToPerson, { params, body: { permission: '*:*' } })
    expect(direct).toMatchObject(above)
  })

  test('by an own role that would make a direct grant of theirs a part of it', async () => {
    const role = await makeRole(api, ['roles:admin', 'audit:read'])
    const user = await createHolder(api, await makeRole(api, ['roles:admin']))
    await grant(api, user, 'audit:read')
    const refused = await refusal(api, user, contracts.setRole, { params: { id: user.id }, body: { role } })
    expect(refused).toMatchObject(above)
  })

  test('from what they hold only for a time', async () => {
    const lent = await createHolder(api, await makeRole(api, ['roles:admin']))
    await grant(api, lent, 'audit:read', new Date(Date.now() + 60_000))
    const user = await createHolder(api, await makeRole(api, []))
    const refused = await refusal(api, lent, contracts.grantToPerson, {
      params: { id: user.id },
      body: { permission: 'audit:read' },
    })
    expect(refused).toMatchObject(above)
  })

  test('to everybody, nor to who accepts an invitation', async () => {
    const body = { permission: 'audit:read' }
    expect(await refusal(api, manager, contracts.grantToTenant, { body })).toMatchObject(above)
    const inviter = await createHolder(api, await makeRole(api, ['people:admin'], 'member'))
    expect(await refusal(api, inviter, createWorkspaceInvite, { body: { role: 'admin' } })).toMatchObject(above)
  })
})

describe('a workspace', () => {
  test('keeps its last administrator, also when two demote each other at once', async () => {
    const second = await createHolder(api, 'admin')
    const third = await createHolder(api, 'admin')
    await giveRole(api, api.operator, 'member')
    const demote = (by: TestUser, whom: TestUser) =>
      call(api, by, contracts.setRole, { params: { id: whom.id }, body: { role: 'member' } }).then(
        () => 'demoted',
        (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
      )
    const outcomes = await Promise.all([demote(second, third), demote(third, second)])
    expect(new Set(outcomes)).toEqual(new Set(['PERMISSION_DENIED', 'demoted']))
    const last = outcomes[0] === 'demoted' ? second : third
    const refused = await refusal(api, last, contracts.setRole, { params: { id: last.id }, body: { role: 'member' } })
    expect(refused).toMatchObject({ status: 409, details: { reason: 'last-admin' } })
    await giveRole(api, api.operator, 'admin')
  })

  test('keeps it also when two shut each other out at once, and who runs the installation cannot shut out the last', async () => {
    await api.sql.query("UPDATE users SET role = 'member' WHERE role = 'admin'")
    const [second, third] = [await createHolder(api, 'admin'), await createHolder(api, 'admin')]
    const shutOut = async (by: TestUser, whom: TestUser) =>
      (await send(api, setPersonDisabled, { params: { id: whom.id }, body: { disabled: true } }, by)).status
    const statuses = await Promise.all([shutOut(second, third), shutOut(third, second)])
    expect(statuses).toContain(200)
    expect(Math.max(...statuses)).toBeGreaterThanOrEqual(401)
    const last = statuses[0] === 200 ? second : third
    const refused = await refusal(api, api.operator, setPersonDisabled, {
      params: { id: last.id },
      body: { disabled: true },
    })
    expect(refused).toMatchObject({ status: 409, details: { reason: 'last-admin' } })
    await giveRole(api, api.operator, 'admin')
  })

  test('writes down who gave whom which role, before and after', async () => {
    const user = await createHolder(api, 'moderator')
    const [rows] = await api.sql.query(
      "SELECT actor_id, before_values, after_values FROM audit_log WHERE action = 'user-role.changed' AND target_id = ?",
      [user.id],
    )
    const written: unknown = Array.isArray(rows) ? rows[0] : undefined
    expect(written).toMatchObject({ actor_id: Number(api.operator.id) })
    expect(JSON.stringify(written)).toMatch(/member.*moderator/)
  })
})

test('people are listed with their roles, found by name, page by page', async () => {
  const role = await makeRole(api, [])
  const user = await createHolder(api, role)
  const ofRole = await call(api, api.operator, contracts.listRoleHolders, { query: { role } })
  expect(ofRole).toMatchObject({ items: [{ user: { id: user.id }, role }], nextCursor: null })
  const found = await call(api, api.operator, contracts.listRoleHolders, { query: { query: user.username } })
  expect(found.items.map((holder) => holder.user.id)).toContain(user.id)
})
