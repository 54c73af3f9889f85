import { recallMessage } from '@parley/protocol/messages'
import { updateRoom } from '@parley/protocol/rooms'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, connect, createUser, startApi, type TestApi } from '../../../test/harness.ts'
import { createGroup, createUsers, roomOf, sendText } from '../../../test/rooms.ts'

let api: TestApi

beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

/** A room of two, one to talk and one to read. */
async function createPair() {
  const [sender, reader] = await Promise.all([createUser(api), createUser(api)])
  const { id: roomId } = await createGroup(api, sender, { memberIds: [reader.id] })
  return { sender, reader, roomId }
}

/** Repeats the same choices in every run. */
function createDice(seed: number) {
  let state = seed
  const roll = (sides: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * sides)
  }
  function pick<T>(from: readonly T[]): T {
    const picked = from[roll(from.length)]
    if (picked === undefined) throw new Error('there is nothing to pick from')
    return picked
  }
  return { roll, pick }
}

describe('unread', () => {
  test('counts exactly what others said past the mark, whatever is sent, recalled, read and told by the server', async () => {
    const { roll, pick } = createDice(7)
    const members = await Promise.all(
      (await createUsers(api, 3)).map(async (user) => ({ user, socket: await connect(api, user), readSeq: 0 })),
    )
    const [creator] = members
    if (!creator) throw new Error('nobody was made')
    const memberIds = members.map(({ user }) => user.id)
    const { id: roomId } = await createGroup(api, creator.user, { memberIds })
    const said: { seq: number; senderId: string; mentions: string[]; recalled: boolean }[] = []
    let lastSeq = 1

    const steps = {
      async send() {
        const { user } = pick(members)
        const mentions = memberIds.filter(() => roll(4) === 0)
        lastSeq = await sendText(api, user, roomId, { mentions })
        said.push({ seq: lastSeq, senderId: user.id, mentions, recalled: false })
      },
      async recall() {
        if (said.length === 0) return
        const message = pick(said)
        const sender = members.find(({ user }) => user.id === message.senderId)
        if (message.recalled || !sender) return
        await call(api, sender.user, recallMessage, { fields: { roomId, seq: message.seq } })
        message.recalled = true
      },
      async read() {
        const member = pick(members)
        const seq = roll(lastSeq + 3)
        await member.socket.command('room.read', { roomId, seq })
        member.readSeq = Math.max(member.readSeq, Math.min(seq, lastSeq))
      },
      async rename() {
        lastSeq += 1
        await call(api, creator.user, updateRoom, { body: { id: roomId, name: `Name ${lastSeq}` } })
      },
    }

    for (let round = 0; round < 60; round += 1) {
      await steps[pick(['send', 'send', 'send', 'recall', 'read', 'rename'] as const)]()
      for (const { user, readSeq } of members) {
        const open = said.filter(({ seq, senderId, recalled }) => seq > readSeq && senderId !== user.id && !recalled)
        expect(await roomOf(api, user, roomId)).toMatchObject({
          readSeq,
          unread: open.length,
          mentions: open.filter(({ mentions }) => mentions.includes(user.id)).length,
          head: { seq: lastSeq },
        })
      }
    }
    for (const { socket } of members) socket.close()
  })

  test('stops counting at 100, which means more than 99', async () => {
    const { sender, reader, roomId } = await createPair()
    for (let sent = 0; sent < 99; sent += 1) await sendText(api, sender, roomId)
    expect((await roomOf(api, reader, roomId)).unread).toBe(99)
    for (let sent = 0; sent < 5; sent += 1) await sendText(api, sender, roomId)
    expect((await roomOf(api, reader, roomId)).unread).toBe(100)
  })
})

describe('reading', () => {
  test('many reads at once are written once, the furthest wins, and it never moves back', async () => {
    const { sender, reader, roomId } = await createPair()
    const last = await sendText(api, sender, roomId)
    const socket = await connect(api, reader)
    const other = await connect(api, sender)
    await Promise.all([2, last, 1].map((seq) => socket.command('room.read', { roomId, seq })))
    expect((await roomOf(api, reader, roomId)).readSeq).toBe(last)
    expect(await other.next('read')).toEqual({ roomId, userId: reader.id, seq: last })
    expect(other.heard('read')).toEqual([])
    await socket.command('room.read', { roomId, seq: 1 })
    expect((await roomOf(api, reader, roomId)).readSeq).toBe(last)
    socket.close()
    other.close()
  })

  test('goes no further than the last message there is', async () => {
    const { sender, reader, roomId } = await createPair()
    const socket = await connect(api, reader)
    await socket.command('room.read', { roomId, seq: 1_000_000 })
    await sendText(api, sender, roomId)
    expect((await roomOf(api, reader, roomId)).unread).toBe(1)
    socket.close()
  })

  test('is refused to strangers and for a seq that is none', async () => {
    const { reader, roomId } = await createPair()
    const stranger = await createUser(api)
    const socket = await connect(api, stranger)
    expect(await socket.refused('room.read', { roomId, seq: 1 })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await socket.refused('room.read', { roomId, seq: -1 })).toMatchObject({ code: 'VALIDATION_FAILED' })
    socket.close()
    expect((await roomOf(api, reader, roomId)).readSeq).toBe(0)
  })
})
