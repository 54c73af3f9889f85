import { randomUUID } from 'node:crypto'
import type { MessageRow } from '@parley/protocol/messages'
import { leaveRoom } from '@parley/protocol/rooms'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  befriend,
  call,
  connect,
  createUser,
  startApi,
  type TestApi,
  type TestSocket,
  type TestUser,
} from '../../../test/harness.ts'
import { createGroup, sendText } from '../../../test/rooms.ts'
import { splitPacket } from './realtime.ts'

let api: TestApi
let ann: TestUser
let bob: TestUser

beforeAll(async () => {
  api = await startApi()
  ann = await createUser(api)
  bob = await createUser(api)
})
afterAll(() => api.close())

const text = (value: string, mentions?: string[]) => ({
  kind: 'text' as const,
  text: value,
  ...(mentions && { mentions }),
})

async function connectBoth(): Promise<{ roomId: string; anns: TestSocket; bobs: TestSocket }> {
  const { id: roomId } = await createGroup(api, ann, { memberIds: [bob.id] })
  const [anns, bobs] = await Promise.all([connect(api, ann), connect(api, bob)])
  return { roomId, anns, bobs }
}

describe('what members hear of messages', () => {
  it('every packet begins at the change where the one before ended', async () => {
    const { roomId, anns, bobs } = await connectBoth()
    await Promise.all(Array.from({ length: 60 }, (_, index) => sendText(api, index % 2 ? ann : bob, roomId)))
    const seqs: number[] = []
    let change = 1
    while (change < 61) {
      const packet = await bobs.next('messages', (one) => one.roomId === roomId)
      expect(packet.after).toBe(change)
      seqs.push(...packet.rows.map(({ seq }) => seq))
      change = packet.change
    }
    expect(seqs).toEqual(Array.from({ length: 60 }, (_, index) => index + 2))
    anns.close()
    bobs.close()
  })

  it('the sender’s other devices hear of it too, and the ack names the stored message', async () => {
    const { roomId, anns, bobs } = await connectBoth()
    const phone = await connect(api, ann)
    const clientId = randomUUID()
    const ack = await anns.command('room.sendMessage', { roomId, clientId, body: text('hello') })
    for (const socket of [anns, phone, bobs]) {
      const packet = await socket.next('messages', (one) => one.roomId === roomId)
      expect(packet.rows[0]).toMatchObject({ seq: ack.seq, change: ack.change, clientId, senderId: ann.id })
    }
    for (const socket of [anns, phone, bobs]) socket.close()
  })

  it('edits, reactions, pins and recalls come as the row that now is', async () => {
    const { roomId, anns, bobs } = await connectBoth()
    const { seq } = await anns.command('room.sendMessage', { roomId, clientId: randomUUID(), body: text('one') })
    const heard = async (): Promise<MessageRow | undefined> =>
      (await bobs.next('messages', (one) => one.roomId === roomId)).rows[0]
    await heard()
    await anns.command('room.editMessage', { roomId, seq, body: text('two') })
    expect(await heard()).toMatchObject({ seq, body: { text: 'two' } })
    await bobs.command('room.react', { roomId, seq, emoji: '👍', on: true })
    expect(await heard()).toMatchObject({ seq, reactions: [{ emoji: '👍', userIds: [bob.id] }] })
    await bobs.command('room.pin', { roomId, seq, on: true })
    expect(await heard()).toMatchObject({ seq, pinnedBy: bob.id })
    await anns.command('room.recallMessage', { roomId, seq })
    expect(await heard()).toMatchObject({ seq, body: { kind: 'recall', by: ann.id } })
    anns.close()
    bobs.close()
  })

  it('sync by socket answers what changed since a cursor', async () => {
    const { roomId, anns, bobs } = await connectBoth()
    await sendText(api, ann, roomId, { text: 'missed' })
    const page = await bobs.command('room.sync', { roomId, change: 1, epoch: 1 })
    expect(page).toMatchObject({ rows: [{ body: { text: 'missed' } }], more: false })
    anns.close()
    bobs.close()
  })

  it('typing is told to the others and not to whoever types', async () => {
    const { roomId, anns, bobs } = await connectBoth()
    await anns.command('room.typing', { roomId })
    expect(await bobs.next('typing')).toEqual({ roomId, userId: ann.id })
    expect(anns.heard('typing')).toEqual([])
    anns.close()
    bobs.close()
  })

  it('a member mentioned is notified; a stranger mentioned hears nothing', async () => {
    const { roomId, anns, bobs } = await connectBoth()
    const eve = await createUser(api)
    const eves = await connect(api, eve)
    const body = text('look here', [bob.id, eve.id])
    const { seq } = await anns.command('room.sendMessage', { roomId, clientId: randomUUID(), body })
    expect(await bobs.next('notification')).toEqual({
      kind: 'mention',
      userId: ann.id,
      roomId,
      seq,
      excerpt: 'look here',
    })
    expect(eves.heard('notification')).toEqual([])
    await anns.command('room.pin', { roomId, seq, on: true })
    await anns.command('room.pin', { roomId, seq, on: false })
    await bobs.next('messages', ({ rows }) =>
      rows.some((row) => row.seq === seq && row.pinnedAt === undefined && row.change > seq + 1),
    )
    expect(bobs.heard('notification')).toEqual([])
    for (const socket of [anns, bobs, eves]) socket.close()
  })

  it('a reply notifies who wrote the message, unless they are mentioned in it or have left', async () => {
    const { roomId, anns, bobs } = await connectBoth()
    const { seq: first } = await bobs.command('room.sendMessage', {
      roomId,
      clientId: randomUUID(),
      body: text('lunch?'),
    })
    const send = (words: string, mentions: string[] = []) =>
      anns.command('room.sendMessage', {
        roomId,
        clientId: randomUUID(),
        replyTo: first,
        body: text(words, mentions),
      })
    const { seq } = await send('at one')
    expect(await bobs.next('notification')).toEqual({
      kind: 'reply',
      userId: ann.id,
      roomId,
      seq,
      excerpt: 'at one',
    })
    await send('or two', [bob.id])
    expect(await bobs.next('notification')).toMatchObject({ kind: 'mention' })
    await call(api, bob, leaveRoom, { body: { id: roomId } })
    await send('or never')
    // What is told of another room comes after what would have been told of this one.
    const { id: otherId } = await createGroup(api, ann, { memberIds: [bob.id] })
    await sendText(api, ann, otherId, { mentions: [bob.id] })
    expect(await bobs.next('notification')).toMatchObject({ roomId: otherId })
    expect(bobs.heard('notification')).toEqual([])
    anns.close()
    bobs.close()
  })

  it('a direct message notifies the other person, once however often it is repeated', async () => {
    const [one, other] = [await createUser(api), await createUser(api)]
    const roomId = await befriend(api, one, other)
    const [ones, others] = [await connect(api, one), await connect(api, other)]
    const input = { roomId, clientId: randomUUID(), body: text('are you there') }
    const { seq } = await ones.command('room.sendMessage', input)
    await ones.command('room.sendMessage', input)
    const notice = await others.next('notification', ({ kind }) => kind === 'direct')
    expect(notice).toEqual({ kind: 'direct', userId: one.id, roomId, seq, excerpt: 'are you there' })
    await others.command('session.heads', {})
    expect(others.heard('notification').filter(({ kind }) => kind === 'direct')).toEqual([])
    expect(ones.heard('notification').filter(({ kind }) => kind === 'direct')).toEqual([])
    ones.close()
    others.close()
  })
})

describe('packets', () => {
  const row = (change: number, length: number): MessageRow => ({
    roomId: '1',
    seq: change,
    change,
    clientId: 'c',
    senderId: '1',
    body: { kind: 'text', text: 'x'.repeat(length) },
    createdAt: '2026-01-01T00:00:00.000Z',
  })

  it('a large one is split without a hole and loses no row', () => {
    const rows = Array.from({ length: 40 }, (_, index) => row(index + 5, 16_000))
    const pieces = splitPacket({ roomId: '1', after: 4, change: 44, epoch: 1, rows })
    expect(pieces.length).toBeGreaterThan(4)
    expect(pieces.flatMap((piece) => piece.rows)).toEqual(rows)
    pieces.forEach((piece, index) => expect(piece.after).toBe(index === 0 ? 4 : pieces[index - 1]?.change))
    expect(pieces.at(-1)?.change).toBe(44)
  })

  it('one row that changed twice in a commit leaves no hole at the end', () => {
    expect(splitPacket({ roomId: '1', after: 4, change: 6, epoch: 1, rows: [row(6, 5)] })).toEqual([
      { roomId: '1', after: 4, change: 6, epoch: 1, rows: [row(6, 5)] },
    ])
  })
})

describe('the door', () => {
  it('speaks WebSocket only, and says so to whoever asks for polling', async () => {
    const socket = io(api.url, {
      path: '/ws',
      auth: { token: ann.accessToken },
      transports: ['websocket'],
      forceNew: true,
    })
    await new Promise<void>((resolve) => socket.on('connect', () => resolve()))
    expect(socket.io.engine.transport.name).toBe('websocket')
    socket.close()
    const polling = io(api.url, {
      path: '/ws',
      auth: { token: ann.accessToken },
      transports: ['polling'],
      forceNew: true,
      reconnection: false,
    })
    await new Promise<void>((resolve) => polling.on('connect_error', () => resolve()))
    polling.close()
  })

  it('refuses a forged token, and a socket without one', async () => {
    await expect(connect(api, { accessToken: 'nonsense' })).rejects.toThrow('TOKEN_INVALID')
    const socket = io(api.url, { path: '/ws', transports: ['websocket'], forceNew: true, reconnection: false })
    const error = await new Promise((resolve) => socket.on('connect_error', resolve))
    expect(error).toMatchObject({ data: { code: 'TOKEN_MISSING' } })
    socket.close()
  })

  it('an unknown command, a command without input and binary input are refused with a code, and the socket lives', async () => {
    const { roomId, anns, bobs } = await connectBoth()
    expect(await anns.refused('room.explode', {})).toMatchObject({ code: 'VALIDATION_FAILED' })
    expect(await anns.refused('constructor', {})).toMatchObject({ code: 'VALIDATION_FAILED' })
    expect(await anns.refused('room.sendMessage')).toMatchObject({ code: 'VALIDATION_FAILED' })
    const binary = { roomId, clientId: randomUUID(), body: { kind: 'text', text: Buffer.from('binary') } }
    expect(await anns.refused('room.sendMessage', binary)).toMatchObject({ code: 'VALIDATION_FAILED' })
    expect(await anns.refused('room.sendMessage', Buffer.alloc(10))).toMatchObject({ code: 'VALIDATION_FAILED' })
    await anns.command('room.sendMessage', { roomId, clientId: randomUUID(), body: text('still here') })
    anns.close()
    bobs.close()
  })

  it('a packet larger than allowed closes that socket and no other', async () => {
    const { roomId, anns, bobs } = await connectBoth()
    const huge = { roomId, clientId: randomUUID(), body: text('x'.repeat(200_000)) }
    const unanswered = anns.refused('room.sendMessage', huge).catch((error: unknown) => error)
    await anns.closed
    expect(await unanswered).toBeInstanceOf(Error)
    const { seq } = await bobs.command('room.sendMessage', { roomId, clientId: randomUUID(), body: text('still here') })
    expect(seq).toBe(2)
    bobs.close()
  })

  it('a flood is refused with RATE_LIMITED and told how long to wait; what was acknowledged is stored', async () => {
    const small = await startApi({ RATE_COMMAND: '10' })
    const user = await createUser(small)
    const { id: roomId } = await createGroup(small, user)
    const socket = await connect(small, user)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, () =>
        socket.command('room.sendMessage', { roomId, clientId: randomUUID(), body: text('flood') }),
      ),
    )
    const accepted = outcomes.filter(({ status }) => status === 'fulfilled').length
    expect(accepted).toBeGreaterThanOrEqual(10)
    expect(accepted).toBeLessThan(20)
    const refused = await socket.refused('room.typing', { roomId })
    expect(refused.code).toBe('RATE_LIMITED')
    expect(refused.details?.retryAfterMs).toBeGreaterThan(0)
    const [[stored]] = await small.sql.query<[{ total: number }] & never[]>(
      "SELECT COUNT(*) AS total FROM messages WHERE kind = 'text'",
    )
    expect(stored?.total).toBe(accepted)
    socket.close()
    await small.close()
  })

  it('says goodbye when the server closes', async () => {
    const small = await startApi()
    const socket = await connect(small, await createUser(small))
    await small.close()
    expect(await socket.next('session.ending')).toEqual({ reason: 'shutdown' })
    await socket.closed
  })
})
