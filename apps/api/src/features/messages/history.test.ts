import { editMessage, getHistory, syncRoom, type SyncPage } from '@parley/protocol/messages'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, createUser, refusal, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'
import { createGroup, sendText } from '../../../test/rooms.ts'

let api: TestApi
let ann: TestUser

beforeAll(async () => {
  api = await startApi()
  ann = await createUser(api)
})
afterAll(() => api.close())

/** A room of `count` texts after its first, system message. */
async function createRoomOf(count: number): Promise<string> {
  const { id } = await createGroup(api, ann)
  for (let index = 0; index < count; index += 1) await sendText(api, ann, id, { text: `text ${index}` })
  return id
}

const sync = (roomId: string, change: number, epoch = 1): Promise<SyncPage> =>
  call(api, ann, syncRoom, { query: { roomId, change, epoch } })

async function window(query: { roomId: string; before?: number; after?: number; around?: number; limit?: number }) {
  const { rows, hasBefore, hasAfter } = await call(api, ann, getHistory, { query })
  return { seqs: rows.map(({ seq }) => seq), hasBefore, hasAfter }
}

/** Changes of a room that came about some other way than by sending, which would take minutes. */
const moveHead = (roomId: string, set: string) =>
  api.sql.query(`UPDATE room_heads SET ${set} WHERE room_id = ?`, [roomId])

describe('history', () => {
  it('answers the newest, what is before, after and around, and says what lies beyond', async () => {
    const roomId = await createRoomOf(9)
    expect(await window({ roomId, limit: 3 })).toEqual({ seqs: [8, 9, 10], hasBefore: true, hasAfter: false })
    expect(await window({ roomId, before: 4, limit: 3 })).toEqual({ seqs: [1, 2, 3], hasBefore: false, hasAfter: true })
    expect(await window({ roomId, after: 8, limit: 50 })).toEqual({ seqs: [9, 10], hasBefore: true, hasAfter: false })
    expect(await window({ roomId, around: 5, limit: 4 })).toEqual({
      seqs: [4, 5, 6, 7],
      hasBefore: true,
      hasAfter: true,
    })
    expect(await window({ roomId, around: 5, limit: 1 })).toEqual({ seqs: [5], hasBefore: true, hasAfter: true })
  })

  it('an empty page says truly what lies on either side of it', async () => {
    const roomId = await createRoomOf(1)
    expect(await window({ roomId, before: 1 })).toEqual({ seqs: [], hasBefore: false, hasAfter: true })
    expect(await window({ roomId, after: 2 })).toEqual({ seqs: [], hasBefore: true, hasAfter: false })
    expect(await window({ roomId, after: 500 })).toEqual({ seqs: [], hasBefore: true, hasAfter: false })
  })

  it('what lies at the floor or below is not there', async () => {
    const roomId = await createRoomOf(9)
    await moveHead(roomId, 'floor_seq = 7')
    expect(await window({ roomId })).toEqual({ seqs: [8, 9, 10], hasBefore: false, hasAfter: false })
    expect(await window({ roomId, before: 8 })).toEqual({ seqs: [], hasBefore: false, hasAfter: true })
  })

  it.each([
    { limit: 0 },
    { limit: 101 },
    { before: 0 },
    { before: -1 },
    { around: 1.5 },
    { before: 'x' },
    { before: 1e300 },
  ])('refuses %j', async (wrong) => {
    const roomId = await createRoomOf(0)
    expect(await refusal(api, ann, getHistory, { query: { roomId, ...wrong } })).toMatchObject({
      code: 'VALIDATION_FAILED',
    })
  })
})

describe('sync', () => {
  it('answers rows past the cursor as they now are, in order of change, each once', async () => {
    const roomId = await createRoomOf(4)
    await call(api, ann, editMessage, { body: { roomId, seq: 2, body: { kind: 'text', text: 'edited' } } })
    const page = await sync(roomId, 3)
    if ('reset' in page) throw new Error('a reset was not expected')
    expect(page.rows.map(({ seq, change }) => [seq, change])).toEqual([
      [4, 4],
      [5, 5],
      [2, 6],
    ])
    expect(page).toMatchObject({ more: false, head: { seq: 5, change: 6, epoch: 1, floor: 0 } })
    expect(await sync(roomId, 6)).toMatchObject({ rows: [], more: false })
  })

  it('starts over on another epoch, on a cursor from the future, and more than 3,000 behind', async () => {
    const roomId = await createRoomOf(1)
    expect(await sync(roomId, 0, 7)).toMatchObject({ reset: true, head: { epoch: 1 } })
    expect(await sync(roomId, 3)).toMatchObject({ reset: true })
    await moveHead(roomId, 'last_change = 3001')
    expect(await sync(roomId, 1)).toHaveProperty('rows')
    expect(await sync(roomId, 0)).toMatchObject({ reset: true, head: { change: 3_001 } })
  })

  it('pages by 300 without a hole, even where the whole first page lies below the floor', async () => {
    const roomId = await createRoomOf(0)
    const values = Array.from({ length: 650 }, (_, index) => [
      ...[roomId, index + 2, index + 2, index + 2, 1, ann.id, `id-${index}`, '', 'text'],
      ...['{"kind":"text","text":"seeded"}', new Date()],
    ])
    await api.sql.query(
      'INSERT INTO messages (room_id, seq, `change`, first_change, workspace_id, sender_id, client_id, body_hash, kind, body, created_at) VALUES ?',
      [values],
    )
    await moveHead(roomId, 'last_seq = 651, last_change = 651, floor_seq = 320')
    const changes: number[] = []
    let change = 0
    for (let more = true; more;) {
      const page = await sync(roomId, change)
      if ('reset' in page) throw new Error('a reset was not expected')
      changes.push(...page.rows.map((row) => row.change))
      change = page.rows.at(-1)?.change ?? page.head.change
      more = page.more
    }
    expect(changes).toEqual(Array.from({ length: 651 }, (_, index) => index + 1))
  })
})
