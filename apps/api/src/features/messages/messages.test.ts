import { randomUUID } from 'node:crypto'
import {
  addReaction,
  editMessage,
  getHistory,
  listPins,
  listReaders,
  listRoomFiles,
  pinMessage,
  recallMessage,
  removeReaction,
  searchMessages,
  sendMessage,
  syncRoom,
  unpinMessage,
} from '@parley/protocol/messages'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  befriend,
  block,
  call,
  connect,
  createUser,
  refusal,
  startApi,
  type TestApi,
  type TestUser,
} from '../../../test/harness.ts'
import { createGroup, createUsers, roomOf, sendText } from '../../../test/rooms.ts'

let api: TestApi
let ann: TestUser
let bob: TestUser
let eve: TestUser

beforeAll(async () => {
  api = await startApi()
  ann = await createUser(api)
  bob = await createUser(api)
  eve = await createUser(api)
})
afterAll(() => api.close())

const createRoomOfTwo = async () => (await createGroup(api, ann, { memberIds: [bob.id] })).id
const text = (value: string) => ({ kind: 'text' as const, text: value })
const rowsOf = async (roomId: string) => (await call(api, ann, getHistory, { query: { roomId, limit: 100 } })).rows
const rowAt = async (roomId: string, seq: number) => (await rowsOf(roomId)).find((row) => row.seq === seq)

describe('sending', () => {
  it('numbers messages densely and answers after they are stored', async () => {
    const roomId = await createRoomOfTwo()
    const first = await call(api, ann, sendMessage, { body: { roomId, clientId: randomUUID(), body: text('one') } })
    const second = await call(api, bob, sendMessage, { body: { roomId, clientId: randomUUID(), body: text('two') } })
    expect(second).toEqual({ roomId, seq: first.seq + 1, change: first.change + 1 })
    expect((await rowAt(roomId, second.seq))?.body).toEqual({ kind: 'text', text: 'two' })
  })

  it('a repeated clientId returns the first ack, even after an edit', async () => {
    const roomId = await createRoomOfTwo()
    const body = { roomId, clientId: randomUUID(), body: text('once') }
    const first = await call(api, ann, sendMessage, { body })
    expect(await call(api, ann, sendMessage, { body })).toEqual(first)
    await call(api, ann, editMessage, { body: { roomId, seq: first.seq, body: text('edited') } })
    expect(await call(api, ann, sendMessage, { body })).toEqual(first)
    expect((await rowsOf(roomId)).filter(({ clientId }) => clientId === body.clientId)).toHaveLength(1)
  })

  it('the same clientId sent many times at once is stored once', async () => {
    const roomId = await createRoomOfTwo()
    const body = { roomId, clientId: randomUUID(), body: text('once') }
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(api, ann, sendMessage, { body })))
    expect(new Set(answers.map(({ seq }) => seq)).size).toBe(1)
    expect((await rowsOf(roomId)).filter(({ clientId }) => clientId === body.clientId)).toHaveLength(1)
  })

  it('the same clientId with another body is a CONFLICT, with another sender a message of its own', async () => {
    const roomId = await createRoomOfTwo()
    const clientId = randomUUID()
    const first = await call(api, ann, sendMessage, { body: { roomId, clientId, body: text('one') } })
    expect(await refusal(api, ann, sendMessage, { body: { roomId, clientId, body: text('two') } })).toMatchObject({
      code: 'CONFLICT',
      status: 409,
      details: { reason: 'client-id-reused' },
    })
    const other = await call(api, bob, sendMessage, { body: { roomId, clientId, body: text('one') } })
    expect(other.seq).toBe(first.seq + 1)
  })

  it('concurrent sends into several rooms stay dense in each, in seq and in change', async () => {
    const rooms = await Promise.all([createRoomOfTwo(), createRoomOfTwo(), createRoomOfTwo()])
    await Promise.all(
      Array.from({ length: 90 }, (_, index) =>
        sendText(api, index % 2 ? ann : bob, rooms[index % 3] ?? '', { text: `message ${index}` }),
      ),
    )
    for (const roomId of rooms) {
      const rows = await rowsOf(roomId)
      expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1))
      expect(rows.map(({ change }) => change)).toEqual(rows.map((_, index) => index + 1))
    }
  })

  it('a reply points into the same room, and nowhere else', async () => {
    const roomId = await createRoomOfTwo()
    const seq = await sendText(api, ann, roomId)
    const reply = { roomId, clientId: randomUUID(), body: text('yes'), replyTo: seq }
    const answer = await call(api, bob, sendMessage, { body: reply })
    expect((await rowAt(roomId, answer.seq))?.replyTo).toBe(seq)
    const beyond = { ...reply, clientId: randomUUID(), replyTo: 9_999 }
    expect(await refusal(api, bob, sendMessage, { body: beyond })).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: [{ field: 'replyTo' }], reason: 'reply-missing' },
    })
  })

  it.each([
    ['a forged sender', { senderId: '1' }],
    ['a forged seq', { seq: 1 }],
    ['a system kind', { body: { kind: 'system', action: 'room.created' } }],
    ['a recall', { body: { kind: 'recall', by: '1', at: '2026-01-01T00:00:00.000Z' } }],
    ['an empty text', { body: { kind: 'text', text: ' \n ' } }],
    ['a text too long', { body: { kind: 'text', text: 'x'.repeat(16_001) } }],
    ['a text that is no text', { body: { kind: 'text', text: 5 } }],
    ['an unknown field in the body', { body: { kind: 'text', text: 'a', html: '<b>' } }],
    ['a clientId that is no UUID', { clientId: 'again' }],
    ['no body', { body: undefined }],
    ['a room id that is no id', { roomId: "1' OR 1=1" }],
    ['a media message without files', { body: { kind: 'media', fileIds: [] } }],
  ])('refuses %s, by REST and by socket', async (_, wrong) => {
    const roomId = await createRoomOfTwo()
    const input = { roomId, clientId: randomUUID(), body: text('hello'), ...wrong }
    expect(await refusal(api, ann, sendMessage, { body: input })).toMatchObject({
      code: 'VALIDATION_FAILED',
      status: 400,
    })
    const socket = await connect(api, ann)
    expect(await socket.refused('room.sendMessage', input)).toMatchObject({ code: 'VALIDATION_FAILED' })
    socket.close()
  })

  it('keeps a text of 16,000 characters of any script whole', async () => {
    const roomId = await createRoomOfTwo()
    const long = '回滚👩‍👩‍👧‍👦\u0000\'"\\;--%_ '.repeat(1_000).slice(0, 16_000)
    const seq = await sendText(api, ann, roomId, { text: long })
    expect((await rowAt(roomId, seq))?.body).toEqual({ kind: 'text', text: long })
  })

  it('a file that is not the sender’s own is not there', async () => {
    const roomId = await createRoomOfTwo()
    const body = { roomId, clientId: randomUUID(), body: { kind: 'media', fileIds: ['987654'] } }
    const refused = await refusal(api, ann, sendMessage, { body })
    expect(['NOT_FOUND', 'VALIDATION_FAILED']).toContain(refused.code)
  })
})

describe('who may', () => {
  const requests = (roomId: string) =>
    [
      [getHistory, { query: { roomId } }],
      [syncRoom, { query: { roomId, change: 0, epoch: 1 } }],
      [sendMessage, { body: { roomId, clientId: randomUUID(), body: text('hello') } }],
      [editMessage, { body: { roomId, seq: 1, body: text('hello') } }],
      [recallMessage, { fields: { roomId, seq: 1 } }],
      [addReaction, { body: { roomId, seq: 1, emoji: '👍' } }],
      [removeReaction, { fields: { roomId, seq: 1, emoji: '👍' } }],
      [pinMessage, { body: { roomId, seq: 1 } }],
      [unpinMessage, { fields: { roomId, seq: 1 } }],
      [listPins, { query: { roomId } }],
      [listRoomFiles, { query: { roomId } }],
      [listReaders, { query: { roomId, seq: 1 } }],
      [searchMessages, { query: { roomId, query: 'hello' } }],
    ] as const

  it('every endpoint refuses strangers to the server with TOKEN_MISSING', async () => {
    for (const [contract, request] of requests(await createRoomOfTwo()))
      expect(await refusal(api, null, contract, request)).toMatchObject({ code: 'TOKEN_MISSING', status: 401 })
  })

  it('every endpoint answers strangers to the room as if there were no room', async () => {
    const roomId = await createRoomOfTwo()
    for (const [contract, request] of [...requests(roomId), ...requests('99999999')])
      expect(await refusal(api, eve, contract, request)).toMatchObject({ code: 'NOT_FOUND', status: 404 })
  })

  it('every endpoint refuses input that is not of its schema', async () => {
    for (const [contract] of requests('1')) {
      const wrong = { query: { roomId: 'x' }, body: { roomId: 'x' }, fields: { roomId: 'x' } }
      const part =
        'body' in contract
          ? { body: wrong.body }
          : 'fields' in contract
            ? { fields: wrong.fields }
            : { query: wrong.query }
      expect(await refusal(api, ann, contract, part)).toMatchObject({ code: 'VALIDATION_FAILED', status: 400 })
    }
  })

  it('every command answers strangers to the room as if there were no room', async () => {
    const roomId = await createRoomOfTwo()
    const socket = await connect(api, eve)
    const commands = [
      ['room.sendMessage', { roomId, clientId: randomUUID(), body: text('hello') }],
      ['room.editMessage', { roomId, seq: 1, body: text('hello') }],
      ['room.recallMessage', { roomId, seq: 1 }],
      ['room.react', { roomId, seq: 1, emoji: '👍', on: true }],
      ['room.pin', { roomId, seq: 1, on: true }],
      ['room.sync', { roomId, change: 0, epoch: 1 }],
      ['room.typing', { roomId }],
    ] as const
    for (const [name, input] of commands) expect(await socket.refused(name, input)).toMatchObject({ code: 'NOT_FOUND' })
    socket.close()
  })

  it('somebody blocked reads but cannot write, in the private room of the two', async () => {
    const [one, other] = await createUsers(api, 2)
    if (!one || !other) throw new Error('two people were asked for')
    const roomId = await befriend(api, one, other)
    const seq = await sendText(api, other, roomId, { text: 'before' })
    await block(api, one, other)
    const body = { roomId, clientId: randomUUID(), body: text('after') }
    expect(await refusal(api, other, sendMessage, { body })).toMatchObject({ code: 'PERMISSION_DENIED', status: 403 })
    expect((await call(api, other, getHistory, { query: { roomId } })).rows.at(-1)?.seq).toBe(seq)
  })
})

describe('editing and recalling', () => {
  it('an edit is marked, moves the change and keeps the number', async () => {
    const roomId = await createRoomOfTwo()
    const seq = await sendText(api, ann, roomId, { text: 'helo' })
    const answer = await call(api, ann, editMessage, { body: { roomId, seq, body: text('hello') } })
    const row = await rowAt(roomId, seq)
    expect(row).toMatchObject({ seq, change: answer.change, body: { text: 'hello' } })
    expect(row?.editedAt).toBeDefined()
  })

  it('nobody edits what others wrote, nor a system message, nor what was recalled', async () => {
    const roomId = await createRoomOfTwo()
    const seq = await sendText(api, ann, roomId)
    expect(await refusal(api, bob, editMessage, { body: { roomId, seq, body: text('mine') } })).toMatchObject({
      code: 'PERMISSION_DENIED',
    })
    expect((await refusal(api, ann, editMessage, { body: { roomId, seq: 1, body: text('x') } })).status).toBeLessThan(
      500,
    )
    await call(api, ann, recallMessage, { fields: { roomId, seq } })
    expect(await refusal(api, ann, editMessage, { body: { roomId, seq, body: text('back') } })).toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'recalled' },
    })
  })

  it('a recall removes the content everywhere and leaves its number', async () => {
    const roomId = await createRoomOfTwo()
    const seq = await sendText(api, ann, roomId, { text: 'secretword', mentions: [bob.id] })
    await expect
      .poll(async () => (await call(api, bob, searchMessages, { query: { query: 'secretword' } })).items.length)
      .toBe(1)
    await call(api, bob, addReaction, { body: { roomId, seq, emoji: '👍' } })
    await call(api, bob, pinMessage, { body: { roomId, seq } })
    await call(api, ann, recallMessage, { fields: { roomId, seq } })
    const row = await rowAt(roomId, seq)
    expect(row?.body).toMatchObject({ kind: 'recall', by: ann.id })
    expect(JSON.stringify(row)).not.toMatch(/secretword|👍|pinned/)
    expect((await call(api, bob, searchMessages, { query: { query: 'secretword' } })).items).toEqual([])
    expect((await call(api, bob, listPins, { query: { roomId } })).items).toEqual([])
    expect((await roomOf(api, bob, roomId)).mentions).toBe(0)
    const [left] = await api.sql.query('SELECT * FROM messages WHERE body LIKE ?', ['%secretword%'])
    expect(left).toEqual([])
  })

  it('in a group its creator recalls what others wrote; a member does not; twice is the same', async () => {
    const roomId = await createRoomOfTwo()
    const seq = await sendText(api, bob, roomId)
    const byAnn = await sendText(api, ann, roomId)
    expect(await refusal(api, bob, recallMessage, { fields: { roomId, seq: byAnn } })).toMatchObject({
      code: 'PERMISSION_DENIED',
    })
    const first = await call(api, ann, recallMessage, { fields: { roomId, seq } })
    expect(await call(api, ann, recallMessage, { fields: { roomId, seq } })).toEqual(first)
  })

  it('DELETE takes its fields in the body as well as in the query', async () => {
    const roomId = await createRoomOfTwo()
    const seq = await sendText(api, ann, roomId)
    const response = await fetch(new URL('/api/room/message', api.url), {
      method: 'DELETE',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ann.accessToken}` },
      body: JSON.stringify({ roomId, seq }),
    })
    expect(response.status).toBe(200)
  })
})

describe('reactions and pins', () => {
  it('a reaction is given once, seen by all and taken back', async () => {
    const roomId = await createRoomOfTwo()
    const seq = await sendText(api, ann, roomId)
    const first = await call(api, bob, addReaction, { body: { roomId, seq, emoji: '🚀' } })
    expect(await call(api, bob, addReaction, { body: { roomId, seq, emoji: '🚀' } })).toEqual(first)
    await call(api, ann, addReaction, { body: { roomId, seq, emoji: '🚀' } })
    expect((await rowAt(roomId, seq))?.reactions).toEqual([{ emoji: '🚀', userIds: [bob.id, ann.id] }])
    await call(api, bob, removeReaction, { fields: { roomId, seq, emoji: '🚀' } })
    await call(api, ann, removeReaction, { fields: { roomId, seq, emoji: '🚀' } })
    expect((await rowAt(roomId, seq))?.reactions).toBeUndefined()
  })

  it('reactions of many at once all count', async () => {
    const people = await createUsers(api, 8)
    const { id: roomId } = await createGroup(api, ann, { memberIds: people.map(({ id }) => id) })
    const seq = await sendText(api, ann, roomId)
    await Promise.all(people.map((person) => call(api, person, addReaction, { body: { roomId, seq, emoji: '👍' } })))
    expect((await rowAt(roomId, seq))?.reactions?.[0]?.userIds).toHaveLength(8)
  })

  it.each(['x', '<b>', '👍👍', '1'])('%j is not an emoji', async (emoji) => {
    const roomId = await createRoomOfTwo()
    const seq = await sendText(api, ann, roomId)
    expect(await refusal(api, ann, addReaction, { body: { roomId, seq, emoji } })).toMatchObject({
      code: 'VALIDATION_FAILED',
    })
  })

  it('takes no more than twenty different emoji', async () => {
    const roomId = await createRoomOfTwo()
    const seq = await sendText(api, ann, roomId)
    const emoji = Array.from({ length: 21 }, (_, index) => String.fromCodePoint(0x1f600 + index))
    for (const one of emoji.slice(0, 20)) await call(api, ann, addReaction, { body: { roomId, seq, emoji: one } })
    expect(await refusal(api, ann, addReaction, { body: { roomId, seq, emoji: emoji[20] } })).toMatchObject({
      code: 'CONFLICT',
    })
  })

  it('pins are listed, latest first, and unpinned', async () => {
    const roomId = await createRoomOfTwo()
    const [one, two] = [await sendText(api, ann, roomId), await sendText(api, ann, roomId)]
    await call(api, ann, pinMessage, { body: { roomId, seq: two } })
    await call(api, bob, pinMessage, { body: { roomId, seq: one } })
    expect((await call(api, ann, listPins, { query: { roomId } })).items.map(({ seq }) => seq)).toEqual([one, two])
    expect((await rowAt(roomId, one))?.pinnedBy).toBe(bob.id)
    await call(api, ann, unpinMessage, { fields: { roomId, seq: one } })
    expect((await call(api, ann, listPins, { query: { roomId } })).items.map(({ seq }) => seq)).toEqual([two])
  })
})
