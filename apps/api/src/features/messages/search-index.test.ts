import { randomUUID } from 'node:crypto'
import { editMessage, recallMessage } from '@parley/protocol/messages'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { call, createUser, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'
import { createGroup, sendText } from '../../../test/rooms.ts'
import { openDatabase, type DatabasePools } from '../../platform/database.ts'
import { createSearchIndex, type SearchIndex } from './search-index.ts'
import { indexTerms } from './terms.ts'

let api: TestApi
let ann: TestUser
let pools: DatabasePools
const errors: unknown[] = []

beforeAll(async () => {
  api = await startApi()
  ann = await createUser(api)
  pools = openDatabase(api.databaseUrl)
})
afterAll(async () => {
  await pools.close()
  await api.close()
})

const nextNode = (): SearchIndex => createSearchIndex(pools.reader, pools.writer, (error) => errors.push(error))

/** Messages that a server stored and did not live to index. */
async function insertTexts(roomId: string, texts: string[]): Promise<void> {
  const rows = texts.map((text, index) => {
    const seq = index + 2
    const body = JSON.stringify({ kind: 'text', text })
    return [roomId, seq, seq, seq, 1, ann.id, randomUUID(), '', 'text', body, new Date()]
  })
  await api.sql.query(
    'INSERT INTO messages (room_id, seq, `change`, first_change, workspace_id, sender_id, client_id, body_hash, kind, body, created_at) VALUES ?',
    [rows],
  )
  const last = texts.length + 1
  await api.sql.query('UPDATE room_heads SET last_seq = ?, last_change = ? WHERE room_id = ?', [last, last, roomId])
}

async function rowsOf(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const [rows] = await api.sql.query<RowDataPacket[]>(sql, values)
  return rows.map((row) => ({ ...row }))
}

const roomsBehind = () =>
  rowsOf(
    'SELECT h.room_id FROM room_heads h LEFT JOIN search_progress p ON p.room_id = h.room_id WHERE h.last_change > COALESCE(p.indexed_change, 0)',
  )

const termsIn = async (roomId: string): Promise<unknown[]> => {
  const rows = await rowsOf('SELECT terms FROM message_terms WHERE room_id = ? ORDER BY seq', [roomId])
  return rows.map(({ terms }) => terms)
}

it('indexes many rooms, long ones and long texts completely, by two nodes at once', { timeout: 60_000 }, async () => {
  const paste = (index: number) => Array.from({ length: 2_000 }, (_, word) => `p${index}w${word}`).join(' ')
  const texts = [
    Array.from({ length: 1_200 }, (_, index) => `first ${index}`),
    ['only'],
    Array.from({ length: 150 }, (_, index) => paste(index)),
    Array.from({ length: 700 }, (_, index) => `last ${index} 回滚`),
    ...Array.from({ length: 200 }, (_, index) => [`small ${index}`]),
  ]
  const rooms: { roomId: string; texts: string[] }[] = []
  for (const said of texts) {
    const { id: roomId } = await createGroup(api, ann)
    rooms.push({ roomId, texts: said })
  }
  await expect.poll(roomsBehind).toEqual([])
  for (const { roomId, texts: said } of rooms) await insertTexts(roomId, said)
  const nodes = [nextNode(), nextNode()]
  await Promise.all(nodes.map((node) => node.start()))
  await expect.poll(roomsBehind, { timeout: 50_000 }).toEqual([])
  await Promise.all(nodes.map((node) => node.stop()))
  for (const { roomId, texts: said } of rooms) expect(await termsIn(roomId)).toEqual(said.map(indexTerms))
  expect(errors).toEqual([])
})

it('indexing again what was indexed before changes nothing', async () => {
  const { id: roomId } = await createGroup(api, ann)
  await sendText(api, ann, roomId, { text: 'as it was' })
  const edited = await sendText(api, ann, roomId, { text: 'before' })
  const recalled = await sendText(api, ann, roomId, { text: 'gone' })
  await expect.poll(() => termsIn(roomId)).toHaveLength(3)
  await call(api, ann, editMessage, { body: { roomId, seq: edited, body: { kind: 'text', text: 'after' } } })
  await call(api, ann, recallMessage, { fields: { roomId, seq: recalled } })
  const wanted = ['as it was', 'after'].map(indexTerms)
  await expect.poll(() => termsIn(roomId)).toEqual(wanted)
  await api.sql.query('UPDATE search_progress SET indexed_change = 0 WHERE room_id = ?', [roomId])
  await api.sql.query("UPDATE message_terms SET terms = 'zzstale' WHERE room_id = ? AND seq = ?", [roomId, edited])
  await api.sql.query(
    "INSERT INTO message_terms (room_id, seq, workspace_id, created_at, terms) VALUES (?, ?, 1, NOW(), 'zzgone')",
    [roomId, recalled],
  )
  const node = nextNode()
  await node.start()
  await expect.poll(roomsBehind).toEqual([])
  await node.stop()
  expect(await termsIn(roomId)).toEqual(wanted)
  expect(errors).toEqual([])
})

it('a room that cannot be indexed keeps no other from it', async () => {
  const [broken, sound] = [await createGroup(api, ann), await createGroup(api, ann)]
  await expect.poll(roomsBehind).toEqual([])
  await insertTexts(broken.id, ['unreadable'])
  await api.sql.query("UPDATE messages SET body = 'no JSON' WHERE room_id = ? AND seq = 2", [broken.id])
  await insertTexts(sound.id, ['sound'])
  const node = nextNode()
  await node.start()
  await expect.poll(() => termsIn(sound.id)).toEqual([indexTerms('sound')])
  await node.stop()
  expect(errors).toContainEqual(expect.any(SyntaxError))
})
