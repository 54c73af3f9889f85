import * as contracts from '@parley/protocol/rooms'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { befriend, block, call, createUser, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'
import { createGroup, createUsers, storyOf } from '../../../test/rooms.ts'

let api: TestApi

beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const someone = () => createUser(api)

const join = (user: TestUser, id: string) => call(api, user, contracts.joinRoom, { body: { id } })
const accept = (user: TestUser, invite: string) => call(api, user, contracts.joinRoom, { body: { invite } })
const leave = (user: TestUser, id: string) => call(api, user, contracts.leaveRoom, { body: { id } })
const add = (user: TestUser, roomId: string, userIds: string[]) =>
  call(api, user, contracts.addMembers, { body: { roomId, userIds } })
const remove = (user: TestUser, roomId: string, userId: string) =>
  call(api, user, contracts.removeMember, { fields: { roomId, userId } })
const appoint = (user: TestUser, roomId: string, userId: string, role: contracts.RoomRole) =>
  call(api, user, contracts.updateMember, { body: { roomId, userId, role } })
const invite = (user: TestUser, roomId: string, options: { usesMax?: number; expiresInMs?: number } = {}) =>
  call(api, user, contracts.createInvite, { body: { roomId, ...options } })

async function rolesOf(user: TestUser, roomId: string): Promise<Record<string, contracts.RoomRole>> {
  const { items } = await call(api, user, contracts.listMembers, { query: { roomId } })
  return Object.fromEntries(items.map((member) => [member.user.id, member.role]))
}

/** `done` or the code of the refusal, of attempts made at the same moment; sorted, since any may win. */
const outcomes = async (attempts: Promise<unknown>[]) => {
  const settled = await Promise.allSettled(attempts)
  const words = settled.map((result): string => (result.status === 'fulfilled' ? 'done' : result.reason.code))
  return words.toSorted()
}

describe('joining', () => {
  test('a listed room is joined by its id, and nothing said before is unread', async () => {
    const [creator, newcomer] = await Promise.all([someone(), someone()])
    const { id } = await createGroup(api, creator, { visibility: 'listed' })
    const { room } = await join(newcomer, id)
    expect(room).toMatchObject({ role: 'member', memberCount: 2, readSeq: 1, unread: 0 })
    expect(await storyOf(api, newcomer, id)).toEqual(['room.created', 'member.joined'])
  })

  test('twice, even at the same moment, is joining once', async () => {
    const [creator, newcomer] = await Promise.all([someone(), someone()])
    const { id } = await createGroup(api, creator, { visibility: 'listed' })
    const joined = await Promise.all([join(newcomer, id), join(newcomer, id), join(newcomer, id)])
    expect(joined.map(({ room }) => room.memberCount)).toEqual([2, 2, 2])
    expect(await storyOf(api, creator, id)).toEqual(['room.created', 'member.joined'])
  })

  test('a room by invitation, a private room and an unknown one look alike from outside', async () => {
    const [creator, friend, stranger] = await Promise.all([someone(), someone(), someone()])
    const closed = [(await createGroup(api, creator)).id, await befriend(api, creator, friend), '999999']
    for (const id of closed) await expect(join(stranger, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('many at the same moment are all counted, and every message has its own number', async () => {
    const creator = await someone()
    const newcomers = await createUsers(api, 12)
    const { id } = await createGroup(api, creator, { visibility: 'listed' })
    await Promise.all(newcomers.map((newcomer) => join(newcomer, id)))
    expect(Object.keys(await rolesOf(creator, id))).toHaveLength(13)
    expect((await join(creator, id)).room.memberCount).toBe(13)
    expect(await storyOf(api, creator, id)).toHaveLength(13)
  })
})

describe('invitations', () => {
  test('lead into the room, are counted, and can be looked at before', async () => {
    const [creator, newcomer] = await Promise.all([someone(), someone()])
    const { id: roomId } = await createGroup(api, creator, { name: 'Hidden' })
    const { token, id } = await invite(creator, roomId, { usesMax: 5, expiresInMs: 60_000 })
    expect(token).toMatch(/^[\w-]{22,}$/)
    const preview = await call(api, newcomer, contracts.getInvite, { query: { token } })
    expect(preview).toMatchObject({ room: { id: roomId, name: 'Hidden' }, joined: false })
    expect((await accept(newcomer, token)).room.id).toBe(roomId)
    const { items } = await call(api, creator, contracts.listInvites, { query: { roomId } })
    expect(items).toMatchObject([{ id, token, uses: 1, usesMax: 5, createdBy: creator.id }])
  })

  test('the last use admits one of two who race for it', async () => {
    const [creator, one, other] = await Promise.all([someone(), someone(), someone()])
    const { id: roomId } = await createGroup(api, creator)
    const { token } = await invite(creator, roomId, { usesMax: 1 })
    expect(await outcomes([accept(one, token), accept(other, token)])).toEqual(['NOT_FOUND', 'done'])
    expect(Object.keys(await rolesOf(creator, roomId))).toHaveLength(2)
  })

  test('used again by who is in already cost no use, so a retry is safe', async () => {
    const [creator, newcomer] = await Promise.all([someone(), someone()])
    const { id: roomId } = await createGroup(api, creator)
    const { token } = await invite(creator, roomId, { usesMax: 1 })
    await accept(newcomer, token)
    expect((await accept(newcomer, token)).room.id).toBe(roomId)
    expect(await storyOf(api, creator, roomId)).toEqual(['room.created', 'member.joined'])
  })

  test('used up, expired, withdrawn or invented ones are the same nothing', async () => {
    const [creator, first, stranger] = await Promise.all([someone(), someone(), someone()])
    const { id: roomId } = await createGroup(api, creator)
    const usedUp = await invite(creator, roomId, { usesMax: 1 })
    await accept(first, usedUp.token)
    const expired = await invite(creator, roomId, { expiresInMs: 60_000 })
    await api.sql.query('UPDATE room_invites SET expires_at = UTC_TIMESTAMP() - INTERVAL 1 SECOND WHERE id = ?', [
      expired.id,
    ])
    const withdrawn = await invite(creator, roomId)
    await call(api, creator, contracts.deleteInvite, { fields: { id: withdrawn.id } })
    for (const token of [usedUp.token, expired.token, withdrawn.token, 'invented']) {
      await expect(accept(stranger, token)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(call(api, stranger, contracts.getInvite, { query: { token } })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
    }
    expect((await call(api, creator, contracts.listInvites, { query: { roomId } })).items).toEqual([])
  })

  test('are made, listed and withdrawn by admins only', async () => {
    const [creator, member, stranger] = await Promise.all([someone(), someone(), someone()])
    const { id: roomId } = await createGroup(api, creator, { memberIds: [member.id] })
    const { id } = await invite(creator, roomId)
    for (const [user, code] of [
      [member, 'PERMISSION_DENIED'],
      [stranger, 'NOT_FOUND'],
    ] as const) {
      await expect(invite(user, roomId)).rejects.toMatchObject({ code })
      await expect(call(api, user, contracts.listInvites, { query: { roomId } })).rejects.toMatchObject({ code })
      await expect(call(api, user, contracts.deleteInvite, { fields: { id } })).rejects.toMatchObject({ code })
    }
    const privateId = await befriend(api, creator, member)
    await expect(invite(creator, privateId)).rejects.toMatchObject({ details: { reason: 'private-room' } })
  })
})

describe('leaving', () => {
  test('is told in the room, which is then gone for who left', async () => {
    const [creator, member] = await Promise.all([someone(), someone()])
    const { id } = await createGroup(api, creator, { memberIds: [member.id] })
    await leave(member, id)
    expect(await storyOf(api, creator, id)).toEqual(['room.created', 'member.left'])
    expect(await rolesOf(creator, id)).toEqual({ [creator.id]: 'creator' })
    await expect(rolesOf(member, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(leave(member, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('a creator hands over first', async () => {
    const [creator, member] = await Promise.all([someone(), someone()])
    const { id } = await createGroup(api, creator, { memberIds: [member.id] })
    await expect(leave(creator, id)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'hand-over-first' },
    })
    await appoint(creator, id, member.id, 'creator')
    await leave(creator, id)
    expect(await rolesOf(member, id)).toEqual({ [member.id]: 'creator' })
  })

  test('the last one takes the room along', async () => {
    const [creator, stranger] = await Promise.all([someone(), someone()])
    const { id } = await createGroup(api, creator, { visibility: 'listed' })
    await leave(creator, id)
    await expect(join(stranger, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('nobody leaves a private room', async () => {
    const [one, other] = await Promise.all([someone(), someone()])
    const id = await befriend(api, one, other)
    await expect(leave(one, id)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      details: { reason: 'private-room' },
    })
  })

  test('while being handed the room leaves it with exactly one creator', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [creator, heir, witness] = await Promise.all([someone(), someone(), someone()])
      const { id } = await createGroup(api, creator, { memberIds: [heir.id, witness.id] })
      const results = await outcomes([appoint(creator, id, heir.id, 'creator'), leave(heir, id)])
      expect([
        ['CONFLICT', 'done'],
        ['NOT_FOUND', 'done'],
      ]).toContainEqual(results)
      const roles = Object.values(await rolesOf(witness, id))
      expect(roles.filter((role) => role === 'creator')).toHaveLength(1)
    }
  })
})

describe('members', () => {
  test('are listed creator first, admins next, then by name, and found by name', async () => {
    const [creator, admin] = await Promise.all([someone(), someone()])
    const others = await createUsers(api, 6)
    const { id } = await createGroup(api, creator, { memberIds: others.map((user) => user.id), adminIds: [admin.id] })
    const { items } = await call(api, admin, contracts.listMembers, { query: { roomId: id } })
    expect(items.slice(0, 2).map(({ user }) => user.id)).toEqual([creator.id, admin.id])
    const names = items.slice(2).map(({ user }) => user.displayName)
    expect(names).toEqual(names.toSorted())
    expect(names).toHaveLength(6)
    const wanted = items[4]?.user
    const found = await call(api, creator, contracts.listMembers, {
      query: { roomId: id, query: wanted?.username.toUpperCase() ?? '' },
    })
    expect(found.items.map(({ user }) => user.id)).toContain(wanted?.id)
    const none = await call(api, creator, contracts.listMembers, { query: { roomId: id, query: '%' } })
    expect(none.items).toEqual([])
  })

  test('go on by cursor, each once', async () => {
    const creator = await someone()
    const others = await createUsers(api, 104)
    const { id } = await createGroup(api, creator, { memberIds: others.map((user) => user.id) })
    const first = await call(api, creator, contracts.listMembers, { query: { roomId: id } })
    const second = await call(api, creator, contracts.listMembers, {
      query: { roomId: id, cursor: first.nextCursor ?? '' },
    })
    expect(first.items).toHaveLength(100)
    expect(second.items).toHaveLength(5)
    expect(new Set([...first.items, ...second.items].map(({ user }) => user.id)).size).toBe(105)
  })

  test('are added by an admin; who is in already stays as they are', async () => {
    const [creator, admin, newcomer] = await Promise.all([someone(), someone(), someone()])
    const { id } = await createGroup(api, creator, { adminIds: [admin.id] })
    const { room } = await add(admin, id, [newcomer.id, newcomer.id, creator.id])
    expect(room.memberCount).toBe(3)
    await add(admin, id, [newcomer.id])
    expect(await rolesOf(newcomer, id)).toEqual({
      [creator.id]: 'creator',
      [admin.id]: 'admin',
      [newcomer.id]: 'member',
    })
    expect(await storyOf(api, creator, id)).toEqual(['room.created', 'member.added'])
  })

  test('are added by nobody who may not, and never against a block', async () => {
    const [creator, member, stranger, blocker] = await Promise.all([someone(), someone(), someone(), someone()])
    const { id } = await createGroup(api, creator, { memberIds: [member.id] })
    await expect(add(member, id, [stranger.id])).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    await expect(add(stranger, id, [stranger.id])).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(add(creator, id, ['999999'])).rejects.toMatchObject({ code: 'USER_NOT_FOUND' })
    await block(api, blocker, creator)
    await expect(add(creator, id, [stranger.id, blocker.id])).rejects.toMatchObject({ details: { reason: 'blocked' } })
    expect(Object.keys(await rolesOf(creator, id))).toHaveLength(2)
    const privateId = await befriend(api, creator, member)
    await expect(add(creator, privateId, [stranger.id])).rejects.toMatchObject({ details: { reason: 'private-room' } })
  })

  test('are removed by those above them only', async () => {
    const [creator, admin, other, member, stranger] = await Promise.all([
      someone(),
      someone(),
      someone(),
      someone(),
      someone(),
    ])
    const { id } = await createGroup(api, creator, { memberIds: [member.id], adminIds: [admin.id, other.id] })
    await expect(remove(member, id, other.id)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    await expect(remove(admin, id, other.id)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    await expect(remove(admin, id, creator.id)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    await expect(remove(admin, id, admin.id)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' })
    await expect(remove(stranger, id, member.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(remove(admin, id, stranger.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await remove(admin, id, member.id)
    await remove(creator, id, other.id)
    expect(await rolesOf(creator, id)).toEqual({ [creator.id]: 'creator', [admin.id]: 'admin' })
    await expect(rolesOf(member, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await storyOf(api, creator, id)).toEqual(['room.created', 'member.removed', 'member.removed'])
  })

  test('get their roles from the creator only', async () => {
    const [creator, admin, member, stranger] = await Promise.all([someone(), someone(), someone(), someone()])
    const { id } = await createGroup(api, creator, { memberIds: [member.id], adminIds: [admin.id] })
    await expect(appoint(admin, id, member.id, 'admin')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    await expect(appoint(stranger, id, member.id, 'admin')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(appoint(creator, id, stranger.id, 'admin')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(appoint(creator, id, creator.id, 'member')).rejects.toMatchObject({ code: 'CONFLICT' })
    await appoint(creator, id, member.id, 'admin')
    await appoint(creator, id, member.id, 'admin')
    await appoint(creator, id, admin.id, 'member')
    expect(await rolesOf(creator, id)).toEqual({ [creator.id]: 'creator', [member.id]: 'admin', [admin.id]: 'member' })
    expect(await storyOf(api, creator, id)).toEqual(['room.created', 'role.changed', 'role.changed'])
  })

  test('handing over changes both roles in one commit, and only one of two racing heirs gets the room', async () => {
    const [creator, one, other] = await Promise.all([someone(), someone(), someone()])
    const { id } = await createGroup(api, creator, { memberIds: [one.id, other.id] })
    const results = await outcomes([appoint(creator, id, one.id, 'creator'), appoint(creator, id, other.id, 'creator')])
    expect(results).toEqual(['PERMISSION_DENIED', 'done'])
    const roles = await rolesOf(creator, id)
    expect(roles[creator.id]).toBe('admin')
    expect(Object.values(roles).toSorted()).toEqual(['admin', 'creator', 'member'])
    expect(await storyOf(api, creator, id)).toEqual(['room.created', 'room.handedOver'])
  })
})
