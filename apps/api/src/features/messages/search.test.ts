import { randomUUID } from 'node:crypto'
import { editMessage, searchMessages } from '@parley/protocol/messages'
import { leaveRoom } from '@parley/protocol/rooms'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { befriend, call, createUser, refusal, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'
import { createGroup, sendText } from '../../../test/rooms.ts'

let api: TestApi
let ann: TestUser
let bob: TestUser

beforeAll(async () => {
  api = await startApi()
  ann = await createUser(api)
  bob = await createUser(api)
})
afterAll(() => api.close())

async function found(asker: TestUser, query: string, roomId?: string): Promise<string[]> {
  const { items } = await call(api, asker, searchMessages, { query: { query, ...(roomId && { roomId }) } })
  return items.map(({ row: { body } }) => (body.kind === 'text' ? body.text : body.kind))
}

it('finds words and Chinese in every room of the actor, newest first, and says in which', async () => {
  const { id: group } = await createGroup(api, ann, { name: 'Release', memberIds: [bob.id] })
  const pair = await befriend(api, ann, bob)
  await sendText(api, ann, group, { text: 'the rollback 脚本 is ready' })
  await sendText(api, bob, pair, { text: '回滚脚本已经试过两次了' })
  await expect.poll(() => found(ann, '脚本')).toEqual(['回滚脚本已经试过两次了', 'the rollback 脚本 is ready'])
  expect(await found(bob, 'ROLL')).toEqual(['the rollback 脚本 is ready'])
  expect(await found(bob, '脚本', group)).toEqual(['the rollback 脚本 is ready'])
  const { items } = await call(api, bob, searchMessages, { query: { query: '回滚' } })
  expect(items[0]?.room).toMatchObject({ id: pair, type: 'PRIVATE', name: ann.username })
})

it('never finds what is said where the actor is not, or is no longer', async () => {
  const word = `w${randomUUID().slice(0, 8)}`
  const { id } = await createGroup(api, ann, { memberIds: [bob.id] })
  await sendText(api, ann, id, { text: `about ${word}` })
  await expect.poll(() => found(bob, word)).toHaveLength(1)
  const eve = await createUser(api)
  expect(await found(eve, word)).toEqual([])
  await call(api, bob, leaveRoom, { body: { id } })
  expect(await found(bob, word)).toEqual([])
  expect(await refusal(api, eve, searchMessages, { query: { query: word, roomId: id } })).toMatchObject({
    code: 'NOT_FOUND',
  })
})

it('an edit is found by its new words and not by its old', async () => {
  const { id: roomId } = await createGroup(api, ann)
  const seq = await sendText(api, ann, roomId, { text: 'aardvark' })
  await expect.poll(() => found(ann, 'aardvark')).toHaveLength(1)
  await call(api, ann, editMessage, { body: { roomId, seq, body: { kind: 'text', text: 'zebra' } } })
  await expect.poll(() => found(ann, 'zebra')).toHaveLength(1)
  expect(await found(ann, 'aardvark')).toEqual([])
})

it('pages through all hits, each once', async () => {
  const { id: roomId } = await createGroup(api, ann)
  for (let index = 0; index < 45; index += 1) await sendText(api, ann, roomId, { text: `paged ${index}` })
  await expect.poll(() => found(ann, 'paged 44')).toHaveLength(1)
  const seqs: number[] = []
  let cursor: string | null | undefined
  do {
    const page = await call(api, ann, searchMessages, { query: { query: 'paged', roomId, ...(cursor && { cursor }) } })
    seqs.push(...page.items.map(({ row }) => row.seq))
    cursor = page.nextCursor
  } while (cursor)
  expect(seqs).toEqual(Array.from({ length: 45 }, (_, index) => 46 - index))
})

it('what a crash left unindexed is indexed at the next start', async () => {
  const { id: roomId } = await createGroup(api, ann)
  const seq = await sendText(api, ann, roomId, { text: 'leftover' })
  await expect.poll(() => found(ann, 'leftover')).toHaveLength(1)
  // As a crash between the commit and the indexing leaves it.
  await api.sql.query('DELETE FROM message_terms WHERE room_id = ?', [roomId])
  await api.sql.query('UPDATE search_progress SET indexed_change = 0 WHERE room_id = ?', [roomId])
  expect(await found(ann, 'leftover')).toEqual([])
  const [[schema]] = await api.sql.query<[{ name: string }] & never[]>('SELECT DATABASE() AS name')
  const url = new URL(process.env.DATABASE_URL ?? '')
  url.pathname = `/${schema?.name ?? ''}`
  const next = await startApi({ DATABASE_URL: url.href })
  await expect.poll(() => found(ann, 'leftover')).toHaveLength(1)
  await next.close()
  expect(seq).toBeGreaterThan(0)
})

it.each(['!!!', '+-><()~*"@', '%', "' OR 1=1 --"])(
  'a query of nothing but %j finds nothing and breaks nothing',
  async (query) => {
    expect(await found(ann, query)).toEqual([])
  },
)

it.each([{ query: '' }, { query: '   ' }, { query: 'x'.repeat(201) }, { query: 'x', cursor: 'tampered' }, {}])(
  'refuses %j',
  async (query) => {
    expect(await refusal(api, ann, searchMessages, { query })).toMatchObject({ code: 'VALIDATION_FAILED' })
  },
)
