import { getOwnAccess, withdrawFromPerson } from '@parley/protocol/access-contracts'
import { blockUser } from '@parley/protocol/people'
import { listSessions, revokeSession, SignedIn } from '@parley/protocol/identity'
import { joinRoom, listDirectory, removeMember, updateRoom } from '@parley/protocol/rooms'
import { createWorkspace, switchWorkspace, updateWorkspace } from '@parley/protocol/workspaces'
import Value from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createHolder, grant, makeRole } from './access.ts'
import { befriend, call, connect, createUser, refusal, send, signIn, type TestApi, type TestUser } from './harness.ts'
import { startNodes, type TestNodes } from './nodes.ts'
import { createGroup, sendText } from './rooms.ts'

let nodes: TestNodes
beforeAll(async () => {
  nodes = await startNodes()
})
afterAll(() => nodes.close())

describe('two nodes that share a Redis', () => {
  test('hear the messages of one another, in order and once', async () => {
    const [lin, wei] = [await createUser(nodes.a), await createUser(nodes.b)]
    const room = await createGroup(nodes.a, lin, { memberIds: [wei.id] })
    const [here, there] = [await connect(nodes.a, lin), await connect(nodes.b, wei)]
    const sent = []
    for (let count = 0; count < 5; count += 1) sent.push(await sendText(nodes.a, lin, room.id))
    sent.push(await sendText(nodes.b, wei, room.id))
    for (const socket of [here, there]) {
      for (const seq of sent) await socket.next('messages', ({ rows }) => rows.some((row) => row.seq === seq))
      expect(socket.heard('messages')).toEqual([])
      socket.close()
    }
  })

  test('subscribe the sockets of one another to rooms they are added to', async () => {
    const [lin, wei] = [await createUser(nodes.a), await createUser(nodes.b)]
    const there = await connect(nodes.b, wei)
    const room = await createGroup(nodes.a, lin, { memberIds: [wei.id] })
    await there.next('room.updated', (event) => event.room.id === room.id)
    const seq = await sendText(nodes.a, lin, room.id)
    const packet = await there.next('messages', ({ rows }) => rows.some((row) => row.seq === seq))
    expect(packet.roomId).toBe(room.id)
    there.close()
  })

  test('close the sockets of a session that the other revoked, within a second', async () => {
    const wei = await createUser(nodes.a)
    const phone = await signIn(nodes.b, wei)
    const there = await connect(nodes.b, phone)
    const { items } = await call(nodes.a, wei, listSessions, {})
    const session = items.find(({ current }) => !current)
    const startedAtMs = performance.now()
    await call(nodes.a, wei, revokeSession, { params: { id: session?.id ?? '' } })
    expect((await there.next('session.ending')).reason).toBe('revoked')
    await there.closed
    expect(performance.now() - startedAtMs).toBeLessThan(1_000)
    expect((await refusal(nodes.b, phone, listSessions)).code).toBe('TOKEN_REVOKED')
  })

  test('close the sockets of a workspace that was suspended on the other, within a second', async () => {
    const { workspace } = await call(nodes.a, nodes.a.operator, createWorkspace, { body: { name: 'Far', slug: 'far' } })
    const own = await signIn(nodes.b, nodes.b.operator)
    const switched = await send(nodes.b, switchWorkspace, {
      body: { workspaceId: workspace.id },
      headers: { cookie: own.cookie },
    })
    const { accessToken } = Value.Parse(SignedIn, await switched.json())
    const there = await connect(nodes.b, { accessToken })
    const startedAtMs = performance.now()
    const body = { status: 'suspended' as const }
    await call(nodes.a, nodes.a.operator, updateWorkspace, { params: { id: workspace.id }, body })
    expect((await there.next('session.ending')).reason).toBe('suspended')
    await there.closed
    expect(performance.now() - startedAtMs).toBeLessThan(1_000)
  })

  test('believe what was granted and withdrawn on the other, and tell the pages that are open on them', async () => {
    const wei = await createHolder(nodes.a, await makeRole(nodes.a, []))
    const there = await connect(nodes.b, wei)
    const mayOnB = () => send(nodes.b, listDirectory, {}, wei).then(({ status }) => status)
    expect(await mayOnB()).toBe(403)
    await grant(nodes.a, wei, 'rooms:read')
    await there.next('access.changed')
    expect(await call(nodes.b, wei, getOwnAccess, {})).toMatchObject({ permissions: ['rooms:read'] })
    await vi.waitFor(async () => expect(await mayOnB()).toBe(200), { timeout: 1_000 })
    const fields = { permission: 'rooms:read' }
    await call(nodes.a, nodes.a.operator, withdrawFromPerson, { params: { id: wei.id }, fields })
    await there.next('access.changed')
    await vi.waitFor(async () => expect(await mayOnB()).toBe(403), { timeout: 1_000 })
    there.close()
  })

  test('no longer let overhear who was removed on the other', async () => {
    const [lin, wei] = [await createUser(nodes.a), await createUser(nodes.b)]
    const room = await createGroup(nodes.a, lin, { memberIds: [wei.id] })
    const there = await connect(nodes.b, wei)
    await there.command('room.typing', { roomId: room.id })
    await call(nodes.a, lin, removeMember, { fields: { roomId: room.id, userId: wei.id } })
    await there.next('room.removed')
    await sendText(nodes.a, lin, room.id, { text: 'about you' })
    // What travels after the message has passed it.
    const other = await createGroup(nodes.a, lin, { memberIds: [wei.id] })
    await there.next('room.updated', (event) => event.room.id === other.id)
    const texts = there.heard('messages').flatMap(({ rows }) => rows.map(({ body }) => JSON.stringify(body)))
    expect(texts.join()).not.toContain('about you')
    await expect
      .poll(() =>
        there.command('room.typing', { roomId: room.id }).then(
          () => 'heard',
          () => 'refused',
        ),
      )
      .toBe('refused')
    there.close()
  })

  test('know of blocks made on the other', async () => {
    const [lin, wei] = [await createUser(nodes.a), await createUser(nodes.b)]
    const roomId = await befriend(nodes.a, lin, wei)
    await sendText(nodes.b, wei, roomId)
    await call(nodes.a, lin, blockUser, { body: { userId: wei.id } })
    await expect
      .poll(
        () =>
          sendText(nodes.b, wei, roomId).then(
            () => 'sent',
            () => 'refused',
          ),
        { timeout: 1_000 },
      )
      .toBe('refused')
  })
})

describe('presence on two nodes', () => {
  test('is one: whoever leaves one node is still there on the other, and offline when gone from both', async () => {
    const [lin, wei] = [await createUser(nodes.a), await createUser(nodes.b)]
    const watcher = await connect(nodes.a, lin)
    const [phone, desk] = [await connect(nodes.a, wei), await connect(nodes.b, wei)]
    const watch = async () => (await watcher.command('presence.watch', { userIds: [wei.id] })).people[0]?.state
    expect(await watch()).toBe('online')
    await phone.command('presence.set', { state: 'away' })
    phone.close()
    // Of being away here, and, later than a reload would take, of being gone from here.
    const told = () => watcher.heard('presence').filter(({ userId }) => userId === wei.id)
    await expect.poll(() => told().length, { timeout: 8_000 }).toBeGreaterThanOrEqual(2)
    expect(await watch()).toBe('online')
    expect(told().map(({ state }) => state)).not.toContain('offline')
    expect(told().map(({ state }) => state)).not.toContain('away')
    await desk.command('presence.set', { state: 'away' })
    await watcher.next('presence', ({ state }) => state === 'away')
    desk.close()
    const gone = await watcher.next('presence', ({ state }) => state === 'offline')
    expect(gone.lastSeenAt).not.toBeNull()
    expect(await watch()).toBe('offline')
    watcher.close()
  })
})

describe('answers kept for routes', () => {
  test('are each person’s own, and follow a write on the other node within a second', async () => {
    const [lin, wei] = [await createUser(nodes.a), await createUser(nodes.b)]
    const name = `Directory ${lin.username}`
    const room = await createGroup(nodes.a, lin, { name, visibility: 'listed' })
    const seenBy = async (api: TestApi, user: TestUser) => {
      const { items } = await call(api, user, listDirectory, { query: { query: lin.username } })
      return items.map((item) => [item.name, item.joined, item.memberCount])
    }
    expect(await seenBy(nodes.a, lin)).toEqual([[name, true, 1]])
    await expect.poll(() => seenBy(nodes.b, wei)).toEqual([[name, false, 1]])
    await call(nodes.a, wei, joinRoom, { body: { id: room.id } })
    expect(await seenBy(nodes.a, wei)).toEqual([[name, true, 2]])
    await expect.poll(() => seenBy(nodes.b, wei), { timeout: 1_000 }).toEqual([[name, true, 2]])
    await call(nodes.b, lin, updateRoom, { body: { id: room.id, name: `${name}, renamed` } })
    await expect.poll(() => seenBy(nodes.a, lin), { timeout: 1_000 }).toEqual([[`${name}, renamed`, true, 2]])
  })
})
