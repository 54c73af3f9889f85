import { login, listSessions, revokeSession } from '@parley/protocol/identity'
import { removeMember } from '@parley/protocol/rooms'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, connect, createUser, send, signIn, startApi, type TestApi } from './harness.ts'
import { startNodes, type TestNodes } from './nodes.ts'
import { createGroup, sendText } from './rooms.ts'

let nodes: TestNodes
beforeAll(async () => {
  nodes = await startNodes()
})
afterAll(() => nodes.close())

const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    () => 'refused',
  )

/** Another's Redis is not ours to kill. */
describe.skipIf(process.env.REDIS_URL !== undefined)('while Redis is away', () => {
  test('each node goes on alone, and makes right what it missed once Redis is back', async () => {
    const lin = await createUser(nodes.a)
    const [wei, mei] = [await createUser(nodes.b), await createUser(nodes.b)]
    const room = await createGroup(nodes.a, lin, { memberIds: [wei.id, mei.id] })
    const phone = await signIn(nodes.b, mei)
    const [here, there, lost] = [
      await connect(nodes.a, lin),
      await connect(nodes.b, wei),
      await connect(nodes.b, phone),
    ]
    await there.command('room.typing', { roomId: room.id })

    await nodes.redis?.kill()
    const seq = await sendText(nodes.a, lin, room.id, { text: 'can you hear me' })
    await here.next('messages', ({ rows }) => rows.some((row) => row.seq === seq))
    expect((await send(nodes.a, login, { body: { login: lin.username, password: lin.password } })).status).toBe(200)
    const { items } = await call(nodes.a, mei, listSessions, {})
    const session = items.find(({ current }) => !current)
    await call(nodes.a, mei, revokeSession, { params: { id: session?.id ?? '' } })
    await call(nodes.a, lin, removeMember, { fields: { roomId: room.id, userId: wei.id } })
    // Nobody told it, so it believes what it remembers no longer than a few seconds.
    await expect
      .poll(() => outcomeOf(there.command('room.typing', { roomId: room.id })), { timeout: 10_000 })
      .toBe('refused')

    await nodes.redis?.restart()
    expect((await lost.next('session.ending')).reason).toBe('revoked')
    await lost.closed
    const other = await createGroup(nodes.a, lin, { memberIds: [wei.id] })
    // Told by the node that made it, or found by this one when it looks after its sockets: whichever comes first.
    const isKnown = () =>
      there.heard('room.updated').some((update) => update.room.id === other.id) ||
      there
        .heard('heads')
        .flat()
        .some(({ roomId }) => roomId === other.id)
    await expect.poll(isKnown, { timeout: 10_000 }).toBe(true)
    await sendText(nodes.a, lin, room.id, { text: 'about you' })
    const last = await sendText(nodes.a, lin, other.id)
    await there.next('messages', ({ roomId, rows }) => roomId === other.id && rows.some((row) => row.seq === last))
    expect(there.heard('messages').filter(({ roomId }) => roomId === room.id)).toEqual([])
    for (const socket of [here, there]) socket.close()
  })
})

/** Another's Redis is not ours to kill. */
describe.skipIf(process.env.REDIS_URL !== undefined)('limits while Redis is away', () => {
  test('are counted by each node alone, so that nobody is locked out and nobody is unlimited', async () => {
    const limited = await startNodes({ RATE_READ: '5' })
    const lin = await createUser(limited.a)
    const answered = async (api: TestApi) => {
      const responses = await Promise.all(Array.from({ length: 12 }, () => send(api, listSessions, {}, lin)))
      return responses.filter(({ status }) => status === 200).length
    }
    expect(await answered(limited.a)).toBe(5)
    expect(await answered(limited.b)).toBe(0)
    await limited.redis?.kill()
    expect(await answered(limited.a)).toBe(5)
    expect(await answered(limited.b)).toBe(5)
    expect(await answered(limited.b)).toBe(0)
    await limited.close()
  })
})

test('a node starts without its Redis', async () => {
  const api = await startApi({ REDIS_URL: 'redis://127.0.0.1:1' })
  const lin = await createUser(api)
  const socket = await connect(api, lin)
  const room = await createGroup(api, lin)
  const seq = await sendText(api, lin, room.id)
  const packet = await socket.next('messages', ({ rows }) => rows.some((row) => row.seq === seq))
  expect(packet.roomId).toBe(room.id)
  expect((await fetch(`${api.url}/readyz`)).status).toBe(200)
  socket.close()
  await api.close()
})
