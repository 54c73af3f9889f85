import { setPersonDisabled } from '@parley/protocol/admin'
import { listSessions, login, refresh, revokeOtherSessions } from '@parley/protocol/identity'
import { updateWorkspace } from '@parley/protocol/workspaces'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  call,
  connect,
  createUser,
  refusal,
  send,
  signIn,
  startApi,
  type TestApi,
  type TestUser,
} from '../../../test/harness.ts'

let api: TestApi
let admin: TestUser
beforeAll(async () => {
  api = await startApi()
  admin = await createUser(api)
  await api.sql.query("UPDATE users SET role = 'admin' WHERE id = ?", [admin.id])
})
afterAll(() => api.close())

const standing = ({ id }: TestUser, disabled: boolean, reason?: string) => ({
  params: { id },
  body: { disabled, ...(reason !== undefined && { reason }) },
})

const tellsOfDisabling = async (user: TestUser) => {
  expect(await refusal(api, user, listSessions)).toMatchObject({ status: 403, code: 'USER_DISABLED' })
  const cookie = { headers: { cookie: user.cookie } }
  expect((await refusal(api, null, refresh, cookie)).code).toBe('USER_DISABLED')
  const body = { login: user.username, password: user.password }
  expect((await refusal(api, null, login, { body })).code).toBe('USER_DISABLED')
  await expect(connect(api, user)).rejects.toThrow('USER_DISABLED')
}

describe('who is disabled', () => {
  test('is shut out at once, on every device, and told why', async () => {
    const user = await createUser(api)
    const phone = await signIn(api, user)
    const sockets = [await connect(api, user), await connect(api, phone)]
    const beganMs = performance.now()
    await call(api, admin, setPersonDisabled, standing(user, true, 'left the team'))
    for (const socket of sockets) {
      expect(await socket.next('session.ending')).toEqual({ reason: 'disabled' })
      await socket.closed
    }
    expect(performance.now() - beganMs).toBeLessThan(1_000)
    await tellsOfDisabling(user)
    await tellsOfDisabling(phone)
    const [rows] = await api.sql.query(
      "SELECT actor_id FROM audit_log WHERE action = 'user.disabled' AND target_id = ?",
      [user.id],
    )
    expect(rows).toEqual([{ actor_id: Number(admin.id) }])
  })

  test('comes back by signing in anew: the sessions before stay ended', async () => {
    const user = await createUser(api)
    await call(api, admin, setPersonDisabled, standing(user, true))
    await call(api, admin, setPersonDisabled, standing(user, false))
    expect((await refusal(api, user, listSessions)).code).toBe('TOKEN_REVOKED')
    await connect(api, await signIn(api, user))
  })

  test('comes back only where there is room', async () => {
    const [user, last] = [await createUser(api), await createUser(api)]
    await call(api, admin, setPersonDisabled, standing(user, true))
    const [[{ total }]] = JSON.parse(
      JSON.stringify(await api.sql.query('SELECT COUNT(*) AS total FROM users WHERE disabled_at IS NULL')),
    )
    const limit = (membersMax: number | null) =>
      call(api, api.operator, updateWorkspace, { params: { id: '1' }, body: { membersMax } })
    await limit(total)
    expect((await refusal(api, admin, setPersonDisabled, standing(user, false))).details?.reason).toBe('members-max')
    await call(api, admin, setPersonDisabled, standing(last, true))
    await call(api, admin, setPersonDisabled, standing(user, false))
    await limit(null)
  })

  test('is nobody who may more, is oneself or of another workspace', async () => {
    const member = await createUser(api)
    expect((await refusal(api, member, setPersonDisabled, standing(admin, true))).code).toBe('PERMISSION_DENIED')
    expect((await refusal(api, admin, setPersonDisabled, standing(admin, true))).code).toBe('CONFLICT')
    expect((await refusal(api, admin, setPersonDisabled, standing(api.operator, true))).code).toBe('PERMISSION_DENIED')
    const stranger = { ...member, id: '999999' }
    expect((await refusal(api, admin, setPersonDisabled, standing(stranger, true))).code).toBe('USER_NOT_FOUND')
    await connect(api, api.operator)
  })
})

test('signing out everywhere else ends every other session at once, and this one goes on', async () => {
  const user = await createUser(api)
  const others = [await signIn(api, user), await signIn(api, user)]
  const bystander = await createUser(api)
  const here = await connect(api, user)
  const sockets = [await connect(api, others[0] ?? user), await connect(api, others[1] ?? user)]
  expect((await send(api, revokeOtherSessions, {}, user)).status).toBe(204)
  for (const socket of sockets) {
    expect(await socket.next('session.ending')).toEqual({ reason: 'revoked' })
    await socket.closed
  }
  for (const other of others) expect((await refusal(api, other, listSessions)).code).toBe('TOKEN_REVOKED')
  expect((await call(api, user, listSessions, {})).items).toHaveLength(1)
  await here.command('session.heads', {})
  expect(here.heard('session.ending')).toEqual([])
  await call(api, bystander, listSessions, {})
  expect((await refusal(api, null, revokeOtherSessions)).code).toBe('TOKEN_MISSING')
})
