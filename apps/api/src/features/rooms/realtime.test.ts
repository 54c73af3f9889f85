import * as contracts from '@parley/protocol/rooms'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, connect, createUser, startApi, type TestApi } from '../../../test/harness.ts'
import { createGroup, sendText } from '../../../test/rooms.ts'

let api: TestApi

beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const someone = () => createUser(api)

describe('what members hear', () => {
  test('somebody added hears of the room and of every message from then on', async () => {
    const [creator, newcomer] = await Promise.all([someone(), someone()])
    const { id } = await createGroup(api, creator)
    const socket = await connect(api, newcomer)
    await call(api, creator, contracts.addMembers, { body: { roomId: id, userIds: [newcomer.id] } })
    expect(await socket.next('room.updated')).toMatchObject({ room: { id, memberCount: 2 } })
    const seq = await sendText(api, creator, id)
    expect(await socket.next('messages', ({ rows }) => rows[0]?.seq === seq)).toMatchObject({ roomId: id })
    socket.close()
  })

  test('somebody removed is told so, and hears nothing of the room afterwards', async () => {
    const [creator, member, witness] = await Promise.all([someone(), someone(), someone()])
    const { id } = await createGroup(api, creator, { memberIds: [member.id, witness.id] })
    const { id: kept } = await createGroup(api, creator, { memberIds: [member.id] })
    const [socket, watching] = await Promise.all([connect(api, member), connect(api, witness)])
    await call(api, creator, contracts.removeMember, { fields: { roomId: id, userId: member.id } })
    expect(await socket.next('room.removed')).toEqual({ roomId: id, reason: 'removed' })
    expect(await watching.next('member.changed')).toEqual({ roomId: id, userId: member.id, role: null, memberCount: 2 })
    const seq = await sendText(api, creator, id)
    await sendText(api, creator, kept)
    await socket.next('messages', ({ roomId }) => roomId === kept)
    expect(socket.heard('messages').filter(({ roomId, change }) => roomId === id && change >= seq)).toEqual([])
    socket.close()
    watching.close()
  })

  test('everybody hears of joins, new roles and new names', async () => {
    const [creator, member] = await Promise.all([someone(), someone()])
    const { id } = await createGroup(api, creator, { visibility: 'listed' })
    const socket = await connect(api, creator)
    await call(api, member, contracts.joinRoom, { body: { id } })
    expect(await socket.next('member.changed')).toEqual({
      roomId: id,
      userId: member.id,
      role: 'member',
      memberCount: 2,
    })
    await call(api, creator, contracts.updateMember, { body: { roomId: id, userId: member.id, role: 'admin' } })
    expect(await socket.next('member.changed')).toMatchObject({ userId: member.id, role: 'admin' })
    await call(api, member, contracts.updateRoom, { body: { id, name: 'Shapes' } })
    expect(await socket.next('room.updated', ({ room }) => room.name === 'Shapes')).toMatchObject({ room: { id } })
    socket.close()
  })

  test('how one keeps a room is told to one’s own devices only', async () => {
    const [creator, member] = await Promise.all([someone(), someone()])
    const { id } = await createGroup(api, creator, { memberIds: [member.id] })
    const [own, others] = await Promise.all([connect(api, member), connect(api, creator)])
    await call(api, member, contracts.updateMembership, { body: { roomId: id, pinned: true } })
    expect(await own.next('membership.updated')).toEqual({ roomId: id, pinned: true, notify: 'all' })
    await call(api, member, contracts.updateMembership, { body: { roomId: id, notify: 'none' } })
    expect(await own.next('membership.updated')).toEqual({ roomId: id, pinned: true, notify: 'none' })
    await sendText(api, creator, id)
    await others.next('messages')
    expect(others.heard('membership.updated')).toEqual([])
    own.close()
    others.close()
  })
})

describe('commands', () => {
  test('room.create, room.join and room.leave do what their endpoints do', async () => {
    const [creator, member] = await Promise.all([someone(), someone()])
    const [one, other] = await Promise.all([connect(api, creator), connect(api, member)])
    const created = await one.command('room.create', { type: 'PUBLIC', name: 'By socket', visibility: 'listed' })
    expect(created).toMatchObject({ room: { name: 'By socket', role: 'creator' } })
    const { id } = created.room
    expect(await other.command('room.join', { id })).toMatchObject({ room: { id, memberCount: 2 } })
    expect(await one.refused('room.leave', { id })).toMatchObject({ code: 'CONFLICT' })
    await other.command('room.leave', { id })
    expect(await other.next('room.removed')).toEqual({ roomId: id, reason: 'left' })
    one.close()
    other.close()
  })

  test('refuse bad input, and rooms one may not know of', async () => {
    const [creator, stranger] = await Promise.all([someone(), someone()])
    const { id } = await createGroup(api, creator)
    const socket = await connect(api, stranger)
    expect(await socket.refused('room.create', { type: 'PUBLIC', name: ' ' })).toMatchObject({
      code: 'VALIDATION_FAILED',
    })
    expect(await socket.refused('room.create', { type: 'PUBLIC', name: 'x', role: 'creator' })).toMatchObject({
      code: 'VALIDATION_FAILED',
    })
    expect(await socket.refused('room.join', {})).toMatchObject({ code: 'VALIDATION_FAILED' })
    expect(await socket.refused('room.join', { id })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await socket.refused('room.leave', { id: 'x' })).toMatchObject({ code: 'VALIDATION_FAILED' })
    expect(await socket.refused('room.leave', { id })).toMatchObject({ code: 'NOT_FOUND' })
    socket.close()
  })

  test('session.heads says where all of one’s rooms stand', async () => {
    const creator = await someone()
    const { id } = await createGroup(api, creator)
    const seq = await sendText(api, creator, id)
    const socket = await connect(api, creator)
    const head = { roomId: id, seq, change: 2, epoch: 1, floor: 0 }
    expect(await socket.command('session.heads', {})).toMatchObject({ heads: [head] })
    socket.close()
  })
})
