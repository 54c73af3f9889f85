import * as contracts from '@parley/protocol/admin'
import { listAudit } from '@parley/protocol/audit'
import type { Contract } from '@parley/protocol/contract'
import { listSessions } from '@parley/protocol/identity'
import { getProfile } from '@parley/protocol/people'
import { getRoom } from '@parley/protocol/rooms'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHolder, grant } from '../../../test/access.ts'
import {
  befriend,
  call,
  connect,
  createUser,
  refusal,
  signIn,
  startApi,
  type RawRequest,
  type TestApi,
  type TestUser,
} from '../../../test/harness.ts'
import { createGroup, sendText } from '../../../test/rooms.ts'

let api: TestApi
let admin: TestUser
beforeAll(async () => {
  api = await startApi()
  admin = await createHolder(api, 'admin')
})
afterAll(() => api.close())

/** What the audit log says was done to something, the latest first. */
async function audited(targetKind: string, targetId: string): Promise<string[]> {
  const { items } = await call(api, admin, listAudit, { query: { targetKind, targetId, actorId: admin.id } })
  return items.map(({ action }) => action)
}

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

describe('an administrator', () => {
  test('shuts somebody out at once and lets them in again', async () => {
    const user = await createUser(api)
    const socket = await connect(api, user)
    const params = { id: user.id }
    const { person } = await call(api, admin, contracts.setPersonDisabled, {
      params,
      body: { disabled: true, reason: 'left the team' },
    })
    expect(person).toMatchObject({ status: 'disabled', sessions: 0 })
    expect(await socket.next('session.ending')).toEqual({ reason: 'disabled' })
    await expect(signIn(api, user)).rejects.toMatchObject({ code: 'USER_DISABLED' })
    const back = await call(api, admin, contracts.setPersonDisabled, { params, body: { disabled: false } })
    expect(back.person.status).toBe('active')
    await signIn(api, user)
    expect(await audited('user', user.id)).toEqual(['user.enabled', 'user.disabled'])
  })

  test('lets somebody only read until a time, and write again', async () => {
    const user = await createUser(api)
    const room = await createGroup(api, user)
    const until = inAnHour()
    const params = { id: user.id }
    const { person } = await call(api, admin, contracts.setPersonMuted, { params, body: { until } })
    expect(person).toMatchObject({ status: 'muted', mutedUntil: until })
    await expect(sendText(api, user, room.id)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      details: { reason: 'muted', until },
    })
    await call(api, admin, contracts.setPersonMuted, { params, body: { until: null } })
    expect(await sendText(api, user, room.id)).toBeGreaterThan(0)
    expect(await audited('user', user.id)).toEqual(['user.unmuted', 'user.muted'])
  })

  test.each([() => new Date(0).toISOString(), () => new Date(Date.now() + 5e10).toISOString()])(
    'mutes nobody until a time that was or is years away',
    async (until) => {
      const user = await createUser(api)
      const request = { params: { id: user.id }, body: { until: until() } }
      expect(await refusal(api, admin, contracts.setPersonMuted, request)).toMatchObject({ code: 'VALIDATION_FAILED' })
    },
  )

  test('signs somebody out everywhere', async () => {
    const user = await createUser(api)
    const second = await signIn(api, user)
    const socket = await connect(api, second)
    await call(api, admin, contracts.signOutPerson, { params: { id: user.id } })
    expect(await socket.next('session.ending')).toEqual({ reason: 'revoked' })
    for (const device of [user, second]) {
      expect((await refusal(api, device, getProfile)).code).toBe('TOKEN_REVOKED')
    }
    expect(await audited('user', user.id)).toEqual(['user.signed-out'])
  })

  test('ends one session and no other', async () => {
    const user = await createUser(api)
    const other = await signIn(api, user)
    const { items } = await call(api, other, listSessions, {})
    const id = items.find(({ current }) => !current)?.id ?? ''
    await call(api, admin, contracts.endSession, { params: { id } })
    expect((await refusal(api, user, getProfile)).code).toBe('TOKEN_REVOKED')
    await call(api, other, getProfile, {})
    expect(await audited('session', id)).toEqual(['session.ended'])
    expect((await refusal(api, admin, contracts.endSession, { params: { id } })).code).toBe('NOT_FOUND')
  })

  test('deletes a group they are not in, and no private conversation', async () => {
    const [one, two] = [await createUser(api), await createUser(api)]
    const group = await createGroup(api, one, { visibility: 'invite', memberIds: [two.id] })
    const socket = await connect(api, two)
    await call(api, admin, contracts.deleteAnyRoom, { params: { id: group.id } })
    expect(await socket.next('room.removed')).toMatchObject({ roomId: group.id })
    expect((await refusal(api, one, getRoom, { query: { id: group.id } })).code).toBe('NOT_FOUND')
    expect(await audited('room', group.id)).toEqual(['room.deleted'])
    const params = { id: await befriend(api, one, two) }
    expect(await refusal(api, admin, contracts.deleteAnyRoom, { params })).toMatchObject({
      code: 'PERMISSION_DENIED',
      details: { reason: 'private-room' },
    })
  })
})

test('nobody acts on somebody who holds more than themselves', async () => {
  const clerk = await createUser(api)
  for (const permission of ['people:admin', 'sessions:admin']) await grant(api, clerk, permission)
  const { items } = await call(api, admin, listSessions, {})
  const params = { id: admin.id }
  const attempts: [Contract, RawRequest][] = [
    [contracts.setPersonDisabled, { params, body: { disabled: true } }],
    [contracts.setPersonDisabled, { params, body: { disabled: false } }],
    [contracts.setPersonMuted, { params, body: { until: inAnHour() } }],
    [contracts.signOutPerson, { params }],
    [contracts.endSession, { params: { id: items[0]?.id } }],
  ]
  for (const [contract, request] of attempts) {
    expect(await refusal(api, clerk, contract, request)).toMatchObject({
      code: 'PERMISSION_DENIED',
      details: { reason: 'above-self' },
    })
  }
  await call(api, admin, getProfile, {})
})

test('members and moderators are refused all of it', async () => {
  const { listPeople, listAllSessions, listAllRooms, getStorage } = contracts
  for (const user of [await createUser(api), await createHolder(api, 'moderator')]) {
    for (const contract of [listPeople, listAllSessions, listAllRooms, getStorage]) {
      expect(await refusal(api, user, contract)).toMatchObject({ details: { reason: contract.permission } })
    }
  }
})
