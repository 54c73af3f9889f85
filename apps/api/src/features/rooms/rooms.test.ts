import * as contracts from '@parley/protocol/rooms'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  befriend,
  block,
  call,
  connect,
  createUser,
  startApi,
  type TestApi,
  type TestUser,
} from '../../../test/harness.ts'
import { createGroup, roomOf, sendText, storyOf } from '../../../test/rooms.ts'

let api: TestApi

beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const someone = () => createUser(api)

async function listOf(user: TestUser, cursor?: string) {
  const answer = await call(api, user, contracts.getRoom, { query: cursor === undefined ? {} : { cursor } })
  if (!('items' in answer)) throw new Error('asked for a page, got one room')
  return answer
}

/** Friendship made by request opens the private room at once; these two have still to open it. */
async function befriendWithoutRoom(one: TestUser, other: TestUser): Promise<void> {
  await api.sql.query(
    'INSERT INTO user_friends (workspace_id, user_id, friend_id, state, created_at) ' +
      "VALUES (1, ?, ?, 'friends', UTC_TIMESTAMP(3)), (1, ?, ?, 'friends', UTC_TIMESTAMP(3))",
    [one.id, other.id, other.id, one.id],
  )
}

/** How many rows a deleted room has left behind. */
async function rowsLeft(roomId: string): Promise<number> {
  const tables = ['messages', 'room_heads', 'room_members', 'room_invites'].map((table) => `${table} WHERE room_id`)
  const counts = await Promise.all(
    [...tables, 'rooms WHERE id'].map((place) =>
      api.sql.query<RowDataPacket[]>(`SELECT COUNT(*) AS count FROM ${place} = ?`, [roomId]),
    ),
  )
  return counts.reduce((sum, [rows]) => sum + Number(rows[0]?.count), 0)
}

describe('making a room', () => {
  test('a group has its creator, admins and members, and says so in its first message', async () => {
    const [creator, admin, member] = await Promise.all([someone(), someone(), someone()])
    const room = await createGroup(api, creator, {
      name: '  Design  ',
      topic: 'Shapes',
      visibility: 'listed',
      memberIds: [member.id, admin.id],
      adminIds: [admin.id],
    })
    expect(room).toMatchObject({
      name: 'Design',
      topic: 'Shapes',
      visibility: 'listed',
      memberCount: 3,
      role: 'creator',
    })
    expect(room.head).toEqual({ seq: 1, change: 1, epoch: 1, floor: 0 })
    expect(room.lastMessage?.body).toMatchObject({ kind: 'system', action: 'room.created' })
    expect((await roomOf(api, admin, room.id)).role).toBe('admin')
    expect(await roomOf(api, member, room.id)).toMatchObject({ role: 'member', unread: 0, readSeq: 0, canPost: true })
  })

  test('a group is by invitation unless it says otherwise', async () => {
    const creator = await someone()
    expect((await createGroup(api, creator)).visibility).toBe('invite')
  })

  test('a private room is made once for two friends, whoever asks', async () => {
    const [one, other] = await Promise.all([someone(), someone()])
    await befriendWithoutRoom(one, other)
    const first = await call(api, one, contracts.createRoom, { body: { type: 'PRIVATE', memberIds: [other.id] } })
    const again = await call(api, other, contracts.createRoom, { body: { type: 'PRIVATE', memberIds: [one.id] } })
    expect(again.room.id).toBe(first.room.id)
    expect(first.room).toMatchObject({
      type: 'PRIVATE',
      name: '',
      memberCount: 2,
      peer: { id: other.id },
      peerReadSeq: 0,
    })
    expect(again.room.peer?.id).toBe(one.id)
    expect(await storyOf(api, one, first.room.id)).toEqual(['friends.made'])
  })

  test('two friends who open their private room at the same moment get the same one', async () => {
    const [one, other] = await Promise.all([someone(), someone()])
    await befriendWithoutRoom(one, other)
    const opened = await Promise.all(
      Array.from({ length: 8 }, (_, index) => {
        const [asker, asked] = index % 2 === 0 ? [one, other] : [other, one]
        return call(api, asker, contracts.createRoom, { body: { type: 'PRIVATE', memberIds: [asked.id] } })
      }),
    )
    expect(new Set(opened.map(({ room }) => room.id)).size).toBe(1)
    expect(await storyOf(api, one, opened[0]?.room.id ?? '')).toEqual(['friends.made'])
  })

  test('is refused without a name, with strangers, unknown people or a picture of somebody else', async () => {
    const [creator, other] = await Promise.all([someone(), someone()])
    const create = (body: contracts.CreateRoom) => call(api, creator, contracts.createRoom, { body })
    await expect(create({ type: 'PUBLIC' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' })
    await expect(create({ type: 'PRIVATE' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' })
    await expect(create({ type: 'PRIVATE', memberIds: [creator.id] })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    })
    await expect(create({ type: 'PRIVATE', memberIds: [other.id] })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      details: { reason: 'not-friends' },
    })
    await expect(create({ type: 'PUBLIC', name: 'x', memberIds: ['999999'] })).rejects.toMatchObject({
      code: 'USER_NOT_FOUND',
    })
    await expect(create({ type: 'PUBLIC', name: 'x', image: '999999' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('is refused with somebody who has blocked the creator', async () => {
    const [creator, blocker] = await Promise.all([someone(), someone()])
    await block(api, blocker, creator)
    await expect(createGroup(api, creator, { memberIds: [blocker.id] })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      details: { reason: 'blocked' },
    })
  })
})

describe('the list of rooms', () => {
  test('has the latest activity first and goes on by cursor, each room once', async () => {
    const person = await someone()
    const made: string[] = []
    for (let index = 0; index < 103; index += 1)
      made.push((await createGroup(api, person, { name: `Room ${index}` })).id)
    await call(api, person, contracts.updateRoom, { body: { id: made[50] ?? '', name: 'Just renamed' } })
    const first = await listOf(person)
    expect(first.items).toHaveLength(100)
    expect(first.items[0]?.name).toBe('Just renamed')
    const second = await listOf(person, first.nextCursor ?? '')
    expect(second.nextCursor).toBeNull()
    const ids = [...first.items, ...second.items].map(({ id }) => id)
    expect(new Set(ids)).toEqual(new Set(made))
    expect(ids.slice(1)).toEqual(made.filter((id) => id !== made[50]).toReversed())
  })

  test('refuses a cursor it never gave out', async () => {
    const person = await someone()
    await expect(listOf(person, 'bm9uc2Vuc2U')).rejects.toMatchObject({ code: 'VALIDATION_FAILED' })
  })

  test('holds no room of others', async () => {
    const [person, stranger] = await Promise.all([someone(), someone()])
    const room = await createGroup(api, person, { visibility: 'listed' })
    expect((await listOf(stranger)).items).toEqual([])
    await expect(roomOf(api, stranger, room.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(roomOf(api, stranger, '999999')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('says that one cannot post, and lets nobody, where one of the two has blocked the other', async () => {
    const [one, other] = await Promise.all([someone(), someone()])
    const id = await befriend(api, one, other)
    await sendText(api, one, id)
    await block(api, other, one)
    expect((await roomOf(api, one, id)).canPost).toBe(false)
    expect((await roomOf(api, other, id)).canPost).toBe(false)
    await expect(sendText(api, one, id)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      details: { reason: 'blocked' },
    })
  })
})

describe('changing a room', () => {
  test('an admin renames it, and the conversation says so; other changes stay silent', async () => {
    const [creator, admin] = await Promise.all([someone(), someone()])
    const { id } = await createGroup(api, creator, { adminIds: [admin.id] })
    const { room } = await call(api, admin, contracts.updateRoom, { body: { id, name: 'Shapes' } })
    expect(room.lastMessage?.body).toEqual({ kind: 'system', action: 'room.renamed', name: 'Shapes' })
    const changed = await call(api, admin, contracts.updateRoom, {
      body: { id, topic: 'All of them', visibility: 'listed' },
    })
    expect(changed.room).toMatchObject({ name: 'Shapes', topic: 'All of them', visibility: 'listed' })
    expect(await storyOf(api, creator, id)).toEqual(['room.created', 'room.renamed'])
  })

  test('is refused to members, strangers, and in private rooms', async () => {
    const [creator, member, stranger] = await Promise.all([someone(), someone(), someone()])
    const privateId = await befriend(api, creator, member)
    const { id } = await createGroup(api, creator, { memberIds: [member.id] })
    const rename = (user: TestUser, roomId: string) =>
      call(api, user, contracts.updateRoom, { body: { id: roomId, name: 'Mine' } })
    await expect(rename(member, id)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    await expect(rename(stranger, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(rename(creator, privateId)).rejects.toMatchObject({ details: { reason: 'private-room' } })
  })

  test('how one keeps a room is one’s own affair', async () => {
    const [creator, member, stranger] = await Promise.all([someone(), someone(), someone()])
    const { id } = await createGroup(api, creator, { memberIds: [member.id] })
    const { room } = await call(api, member, contracts.updateMembership, {
      body: { roomId: id, pinned: true, notify: 'mentions' },
    })
    expect(room).toMatchObject({ pinned: true, notify: 'mentions' })
    expect(await roomOf(api, creator, id)).toMatchObject({ pinned: false, notify: 'all' })
    const after = await call(api, member, contracts.updateMembership, { body: { roomId: id, pinned: false } })
    expect(after.room).toMatchObject({ pinned: false, notify: 'mentions' })
    await expect(
      call(api, stranger, contracts.updateMembership, { body: { roomId: id, pinned: true } }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('deleting a room', () => {
  test('takes it from everybody at once and purges what it held', async () => {
    const [creator, member] = await Promise.all([someone(), someone()])
    const { id } = await createGroup(api, creator, { visibility: 'listed', memberIds: [member.id] })
    const socket = await connect(api, member)
    await call(api, creator, contracts.deleteRoom, { fields: { id } })
    expect(await socket.next('room.removed', ({ roomId }) => roomId === id)).toEqual({ roomId: id, reason: 'deleted' })
    socket.close()
    for (const user of [creator, member])
      await expect(roomOf(api, user, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(call(api, member, contracts.joinRoom, { body: { id } })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect.poll(() => rowsLeft(id), { timeout: 10_000 }).toBe(0)
  })

  test('is for the creator alone', async () => {
    const [creator, admin, stranger] = await Promise.all([someone(), someone(), someone()])
    const { id } = await createGroup(api, creator, { adminIds: [admin.id] })
    const remove = (user: TestUser) => call(api, user, contracts.deleteRoom, { fields: { id } })
    await expect(remove(admin)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    await expect(remove(stranger)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const privateId = await befriend(api, creator, admin)
    await expect(call(api, creator, contracts.deleteRoom, { fields: { id: privateId } })).rejects.toMatchObject({
      details: { reason: 'private-room' },
    })
  })
})

describe('the directory', () => {
  test('finds listed rooms by part of the name or topic, wildcards taken literally', async () => {
    const [creator, stranger] = await Promise.all([someone(), someone()])
    const tag = `zq${creator.id}`
    const listed = await createGroup(api, creator, { name: `${tag} 100%_sure`, visibility: 'listed' })
    const byTopic = await createGroup(api, creator, {
      name: `A ${tag}`,
      topic: `about ${tag} things`,
      visibility: 'listed',
    })
    await createGroup(api, creator, { name: `${tag} hidden`, visibility: 'invite' })
    const find = async (query: string) => {
      const page = await call(api, stranger, contracts.listDirectory, { query: { query } })
      return page.items.map(({ id }) => id)
    }
    expect(await find(tag.toUpperCase())).toEqual([byTopic.id, listed.id])
    expect(await find(`about ${tag}`)).toEqual([byTopic.id])
    expect(await find('100%_s')).toContain(listed.id)
    expect(await find(`${tag}_100`)).toEqual([])
    expect(await find(`%${tag}`)).toEqual([])
  })

  test('goes on by cursor in order of name and says where one is already', async () => {
    const [creator, member] = await Promise.all([someone(), someone()])
    const tag = `page${creator.id}`
    for (let index = 0; index < 53; index += 1)
      await createGroup(api, creator, {
        name: `${tag} ${String(index % 5).repeat(76 - tag.length)}`,
        visibility: 'listed',
        memberIds: index === 0 ? [member.id] : [],
      })
    const first = await call(api, member, contracts.listDirectory, { query: { query: tag } })
    const second = await call(api, member, contracts.listDirectory, {
      query: { query: tag, cursor: first.nextCursor ?? '' },
    })
    const found = [...first.items, ...second.items]
    expect(found).toHaveLength(53)
    expect(new Set(found.map(({ id }) => id)).size).toBe(53)
    expect(found.map(({ name }) => name)).toEqual(found.map(({ name }) => name).toSorted())
    expect(found.filter(({ joined }) => joined)).toHaveLength(1)
  })
})
