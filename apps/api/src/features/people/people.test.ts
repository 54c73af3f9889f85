import { sendMessage } from '@parley/protocol/messages'
import {
  addFriend,
  blockUser,
  getProfile,
  getUser,
  getUserImage,
  listBlocks,
  listFriends,
  listUsers,
  removeFriend,
  unblockUser,
  updateProfile,
  User,
} from '@parley/protocol/people'
import Value from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  befriend,
  call,
  connect,
  createUser,
  refusal,
  send,
  startApi,
  type TestApi,
  type TestUser,
} from '../../../test/harness.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const readUser = async (asker: TestUser, id: string): Promise<User> =>
  Value.Parse(User, await call(api, asker, getUser, { query: { id } }))

async function search(asker: TestUser, query: string, cursor?: string) {
  const answer = await call(api, asker, getUser, { query: { query, ...(cursor !== undefined && { cursor }) } })
  if (!('items' in answer)) throw new Error('searched, got one person')
  return answer
}

const target = (user: TestUser) => ({ body: { userId: user.id } })

describe('profile', () => {
  test('has every field, and changes those that are given', async () => {
    const user = await createUser(api)
    const patch = {
      displayName: ' 林薇 ',
      bio: 'Maps and trains',
      qq: '10001',
      wechat: 'linwei',
      github: 'linwei',
      locale: 'zh-CN' as const,
      status: 'Writing',
    }
    const changed = await call(api, user, updateProfile, { body: patch })
    expect(changed).toMatchObject({ ...patch, displayName: '林薇', email: user.email, username: user.username })
    const again = await call(api, user, updateProfile, { body: { status: '' } })
    expect(again).toEqual({ ...changed, status: '' })
    expect(await call(api, user, getProfile, {})).toEqual(again)
  })

  test('keeps a username to one person', async () => {
    const [one, other] = [await createUser(api), await createUser(api)]
    const error = await refusal(api, one, updateProfile, { body: { username: other.username.toUpperCase() } })
    expect(error).toMatchObject({ status: 409, code: 'USERNAME_IN_USE' })
    const renamed = await call(api, one, updateProfile, { body: { username: 'renamed-one' } })
    expect(renamed.username).toBe('renamed-one')
  })

  test('tells one’s own devices and those who watch', async () => {
    const [user, watcher, stranger] = [await createUser(api), await createUser(api), await createUser(api)]
    const sockets = await Promise.all([user, watcher, stranger].map((person) => connect(api, person)))
    const [own, watching, other] = sockets
    await watching?.command('presence.watch', { userIds: [user.id] })
    await call(api, user, updateProfile, { body: { displayName: 'New name' } })
    for (const socket of [own, watching]) {
      const event = await socket?.next('user.updated')
      expect(event?.user).toMatchObject({ id: user.id, displayName: 'New name' })
      expect(event?.user).not.toHaveProperty('email')
    }
    expect(other?.heard('user.updated')).toEqual([])
    sockets.forEach((socket) => socket.close())
  })

  test.each([
    ['nothing', {}],
    ['an empty name', { displayName: '  ' }],
    ['another’s e-mail', { email: 'x@example.com' }],
    ['an unknown language', { locale: 'xx' }],
  ])('refuses %s', async (_, body) => {
    const user = await createUser(api)
    expect((await refusal(api, user, updateProfile, { body })).code).toBe('VALIDATION_FAILED')
  })

  test('refuses a picture that is not one’s own avatar', async () => {
    const user = await createUser(api)
    expect((await refusal(api, user, updateProfile, { body: { image: '999999' } })).status).toBe(404)
  })
})

describe('one person', () => {
  test('shows contacts to friends, administrators and oneself only', async () => {
    const [one, friend, stranger] = [await createUser(api), await createUser(api), await createUser(api)]
    const roomId = await befriend(api, one, friend)
    expect(await readUser(friend, one.id)).toMatchObject({ email: one.email, qq: '', relation: 'friend', roomId })
    expect(await readUser(one, one.id)).toMatchObject({ email: one.email, relation: 'self' })
    expect(await readUser(api.operator, one.id)).toMatchObject({ email: one.email, qq: '', relation: 'none' })
    const seen = await readUser(stranger, one.id)
    expect(seen).toMatchObject({ relation: 'none', blocked: false })
    for (const field of ['email', 'qq', 'wechat', 'github', 'roomId']) expect(seen).not.toHaveProperty(field)
  })

  test('unknown is not found, and a question without a subject is refused', async () => {
    const user = await createUser(api)
    expect(await refusal(api, user, getUser, { query: { id: '999999' } })).toMatchObject({ code: 'USER_NOT_FOUND' })
    expect((await refusal(api, user, getUser, {})).code).toBe('VALIDATION_FAILED')
    expect((await refusal(api, user, getUser, { query: { id: '1 OR 1' } })).code).toBe('VALIDATION_FAILED')
  })

  test('of another workspace does not exist', async () => {
    const [user, other] = [await createUser(api), await createUser(api)]
    await api.sql.query("INSERT INTO workspaces (id, slug, name, created_at) VALUES (2, 'other', 'Other', NOW())")
    await api.sql.query('UPDATE users SET workspace_id = 2 WHERE id = ?', [other.id])
    expect((await refusal(api, user, getUser, { query: { id: other.id } })).code).toBe('USER_NOT_FOUND')
    expect((await call(api, user, listUsers, { query: { ids: other.id } })).items).toEqual([])
    expect((await refusal(api, user, addFriend, target(other))).code).toBe('USER_NOT_FOUND')
    expect((await search(user, other.username)).items).toEqual([])
  })

  test('several are read at once, unknown ones left out', async () => {
    const [one, other] = [await createUser(api), await createUser(api)]
    const { items } = await call(api, one, listUsers, { query: { ids: `${other.id},999999,${one.id}` } })
    expect(items.map(({ id }) => id).toSorted()).toEqual([one.id, other.id].toSorted())
    expect((await refusal(api, one, listUsers, { query: { ids: '1,,2' } })).code).toBe('VALIDATION_FAILED')
  })
})

describe('search', () => {
  test('finds by the start of username, of name and of a word of the name', async () => {
    const user = await createUser(api, { username: 'zephyrine' })
    await call(api, user, updateProfile, { body: { displayName: 'Marguerite Quillfeather' } })
    for (const query of ['zephy', 'MARGUER', 'quill']) {
      expect((await search(user, query)).items.map(({ id }) => id)).toEqual([user.id])
    }
    expect((await search(user, 'feather')).items).toEqual([])
  })

  test('finds Chinese names by any part', async () => {
    const user = await createUser(api)
    await call(api, user, updateProfile, { body: { displayName: '欧阳明月' } })
    for (const query of ['欧阳', '明月', '阳明']) {
      expect((await search(user, query)).items.map(({ id }) => id)).toEqual([user.id])
    }
  })

  test('takes wildcards for what they are', async () => {
    const user = await createUser(api, { username: 'per_cent' })
    expect((await search(user, 'per_')).items).toHaveLength(1)
    expect((await search(user, '%')).items).toEqual([])
    expect((await search(user, '\\')).items).toEqual([])
  })

  test('pages through everybody once, in order', async () => {
    const others = await Promise.all(
      Array.from({ length: 60 }, (_, index) => createUser(api, { username: `paged${String(index).padStart(2, '0')}` })),
    )
    const [user] = others
    if (!user) throw new Error('nobody to search')
    const first = await search(user, 'paged')
    const second = await search(user, 'paged', first.nextCursor ?? '')
    const found = [...first.items, ...second.items].map(({ username }) => username)
    expect(found).toEqual(others.map(({ username }) => username))
    expect(second.nextCursor).toBeNull()
    expect((await refusal(api, user, getUser, { query: { query: '', cursor: '!' } })).code).toBe('VALIDATION_FAILED')
  })
})

describe('friends', () => {
  test('ask and accept, each hearing of the other', async () => {
    const [one, other] = [await createUser(api), await createUser(api)]
    const [ones, others] = [await connect(api, one), await connect(api, other)]
    expect(await call(api, one, addFriend, target(other))).toEqual({ status: 'requested' })
    expect(await ones.next('friend.changed')).toEqual({ userId: other.id, relation: 'requested' })
    expect(await others.next('friend.changed')).toEqual({ userId: one.id, relation: 'incoming' })
    expect(await others.next('notification')).toEqual({ kind: 'friend.requested', userId: one.id })
    expect((await readUser(other, one.id)).relation).toBe('incoming')

    const { status, roomId } = await call(api, other, addFriend, target(one))
    expect(status).toBe('friends')
    expect(await ones.next('friend.changed')).toEqual({ userId: other.id, relation: 'friend', roomId })
    expect(await others.next('friend.changed')).toEqual({ userId: one.id, relation: 'friend', roomId })
    expect(await ones.next('notification')).toEqual({ kind: 'friend.accepted', userId: other.id, roomId })
    expect(await others.next('room.updated', ({ room }) => room.id === roomId)).toBeDefined()
    ones.close()
    others.close()
  })

  test('asking twice is one request, and being friends twice one room', async () => {
    const [one, other] = [await createUser(api), await createUser(api)]
    const others = await connect(api, other)
    await call(api, one, addFriend, target(other))
    expect(await call(api, one, addFriend, target(other))).toEqual({ status: 'requested' })
    const roomId = await befriend(api, other, one)
    expect(await call(api, one, addFriend, target(other))).toEqual({ status: 'friends', roomId })
    await others.next('notification')
    expect(others.heard('notification').map(({ kind }) => kind)).not.toContain('friend.requested')
    others.close()
  })

  test('asking one another at the same moment makes friends, with one room', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, other] = [await createUser(api), await createUser(api)]
      await Promise.all([call(api, one, addFriend, target(other)), call(api, other, addFriend, target(one))])
      const [seen, back] = [await readUser(one, other.id), await readUser(other, one.id)]
      expect(seen.relation).toBe('friend')
      expect(back).toMatchObject({ relation: 'friend', roomId: seen.roomId })
    }
  })

  test('are listed with open requests, and end from either side', async () => {
    const [one, friend, asker, asked] = await Promise.all([1, 2, 3, 4].map(() => createUser(api)))
    if (!one || !friend || !asker || !asked) throw new Error('nobody there')
    await befriend(api, one, friend)
    await call(api, asker, addFriend, target(one))
    await call(api, one, addFriend, target(asked))
    const relations = async () => {
      const { items } = await call(api, one, listFriends, { query: {} })
      return Object.fromEntries(items.map(({ id, relation }) => [id, relation]))
    }
    expect(await relations()).toEqual({ [friend.id]: 'friend', [asker.id]: 'incoming', [asked.id]: 'requested' })
    await call(api, friend, removeFriend, { fields: { userId: one.id } })
    await call(api, one, removeFriend, { fields: { userId: asker.id } })
    await call(api, one, removeFriend, { fields: { userId: asked.id } })
    expect(await relations()).toEqual({})
    await call(api, one, removeFriend, { fields: { userId: asked.id } })
  })

  test('are neither oneself nor unknown', async () => {
    const user = await createUser(api)
    for (const contract of [addFriend, blockUser]) {
      expect((await refusal(api, user, contract, target(user))).code).toBe('VALIDATION_FAILED')
      expect((await refusal(api, user, contract, { body: { userId: '999999' } })).code).toBe('USER_NOT_FOUND')
      expect((await refusal(api, user, contract, { body: { userId: 7 } })).code).toBe('VALIDATION_FAILED')
    }
  })
})

describe('blocks', () => {
  test('end a friendship, stop messages both ways, and keep the room', async () => {
    const [one, other] = [await createUser(api), await createUser(api)]
    const roomId = await befriend(api, one, other)
    const say = (clientId: string) => ({
      body: { roomId, clientId, body: { kind: 'text', text: 'hello', mentions: [] } },
    })
    const first = '0198c0de-0000-7000-8000-000000000001'
    expect((await send(api, sendMessage, say(first), other)).status).toBe(sendMessage.status)

    const others = await connect(api, other)
    await call(api, one, blockUser, target(other))
    await call(api, one, blockUser, target(other))
    expect(await others.next('friend.changed')).toEqual({ userId: one.id, relation: 'none', roomId })
    const second = '0198c0de-0000-7000-8000-000000000002'
    for (const user of [one, other]) {
      const error = await refusal(api, user, sendMessage, say(second))
      expect(error).toMatchObject({ status: 403, code: 'PERMISSION_DENIED', details: { reason: 'blocked' } })
    }
    expect(await refusal(api, other, addFriend, target(one))).toMatchObject({ details: { reason: 'blocked' } })
    const { items } = await call(api, one, listBlocks, { query: {} })
    expect(items).toMatchObject([{ id: other.id, blocked: true, relation: 'none', roomId }])
    expect((await readUser(other, one.id)).blocked).toBe(false)

    await call(api, one, unblockUser, { fields: { userId: other.id } })
    expect((await send(api, sendMessage, say(second), other)).status).toBe(sendMessage.status)
    expect((await call(api, one, listBlocks, { query: {} })).items).toEqual([])
    others.close()
  })

  test('and everything else need a session', async () => {
    const fields = { userId: '1' }
    for (const [contract, request] of [
      [getProfile, {}],
      [updateProfile, { body: { bio: '' } }],
      [getUser, { query: { id: '1' } }],
      [listUsers, { query: { ids: '1' } }],
      [addFriend, { body: fields }],
      [removeFriend, { fields }],
      [listFriends, {}],
      [blockUser, { body: fields }],
      [unblockUser, { fields }],
      [listBlocks, {}],
    ] as const) {
      expect(await refusal(api, null, contract, request)).toMatchObject({ status: 401, code: 'TOKEN_MISSING' })
    }
  })
})

describe('avatars', () => {
  const image = (username: string, headers = {}) => send(api, getUserImage, { query: { username }, headers })

  test('are generated for anybody, and tell nothing about who exists', async () => {
    const user = await createUser(api, { username: 'real.person' })
    await call(api, user, updateProfile, { body: { displayName: '完全不同' } })
    const known = await image('real.person')
    await api.sql.query('UPDATE users SET username = ? WHERE id = ?', ['other.person', user.id])
    const unknown = await image('real.person')
    expect(await known.text()).toBe(await unknown.text())
    const headersOf = ({ headers }: Response) =>
      Object.fromEntries([...headers].filter(([name]) => name !== 'x-request-id' && name !== 'date'))
    expect(headersOf(known)).toEqual(headersOf(unknown))
    expect(known.headers.get('content-type')).toContain('image/svg+xml')
    expect(known.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('are sent once', async () => {
    const first = await image('somebody')
    const etag = first.headers.get('etag') ?? ''
    expect((await image('somebody', { 'if-none-match': etag })).status).toBe(304)
    expect((await image('SomeBody', { 'if-none-match': etag })).status).toBe(304)
    expect((await image('somebody-else', { 'if-none-match': etag })).status).toBe(200)
  })

  test('carry initials and never markup', async () => {
    expect(await (await image('lin.wei')).text()).toContain('>LW<')
    expect(await (await image('欧阳明月')).text()).toContain('>明月<')
    const hostile = await (await image('<script>"&')).text()
    expect(hostile).toContain('>S<')
    expect((await refusal(api, null, getUserImage, { query: { username: '' } })).code).toBe('VALIDATION_FAILED')
  })
})
