import { randomUUID } from 'node:crypto'
import { searchMessages } from '@parley/protocol/messages'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { call, createUser, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'
import { createGroup } from '../../../test/rooms.ts'
import { indexTerms } from './terms.ts'

interface Said {
  roomId: string
  seq: number
  createdAt: Date
  words: string[]
}

/** More than a search looks through before it takes a sample, and more rooms than it looks into window by window. */
const scale = { large: 24_000, small: 15, smallRooms: 70 }
const beganMs = Date.UTC(2026, 0, 1)

let api: TestApi
let ann: TestUser
let largeId: string
const heard: Said[] = []

/** What the message of this number says: each word as often, and where, as its name tells. */
const wordsAt = (index: number): string[] => [
  'common',
  index % 2 === 0 ? 'even' : 'odd',
  ...(index % 5 === 0 ? ['fifth 脚本'] : []),
  ...(index % 499 === 0 ? ['rare 回滚'] : []),
  ...(index < 9_000 ? ['early'] : []),
  ...(index === 11 ? ['once'] : []),
]

/** Fills a room by SQL, a message every `everyMs`. Clocks differ: neighbours may be in the wrong order. */
async function fill(roomId: string, count: number, everyMs: number): Promise<Said[]> {
  const said = Array.from({ length: count }, (_, index) => ({
    roomId,
    seq: index + 2,
    createdAt: new Date(beganMs + index * everyMs + ((index * 7_919) % 4_000)),
    words: wordsAt(index),
  }))
  for (let start = 0; start < count; start += 2_000) {
    const some = said.slice(start, start + 2_000)
    await api.sql.query(
      'INSERT INTO messages (room_id, seq, `change`, first_change, workspace_id, sender_id, client_id, body_hash, kind, body, created_at) VALUES ?',
      [
        some.map(({ seq, createdAt, words }) => {
          const body = JSON.stringify({ kind: 'text', text: words.join(' ') })
          return [roomId, seq, seq, seq, 1, ann.id, randomUUID(), '', 'text', body, createdAt]
        }),
      ],
    )
    await api.sql.query('INSERT INTO message_terms (room_id, seq, workspace_id, created_at, terms) VALUES ?', [
      some.map(({ seq, createdAt, words }) => [roomId, seq, 1, createdAt, indexTerms(words.join(' '))]),
    ])
  }
  const last = count + 1
  await api.sql.query('UPDATE room_heads SET last_seq = ?, last_change = ? WHERE room_id = ?', [last, last, roomId])
  await api.sql.query('REPLACE INTO search_progress (room_id, indexed_change) VALUES (?, ?)', [roomId, last])
  return said
}

beforeAll(async () => {
  api = await startApi()
  ann = await createUser(api)
  const { id } = await createGroup(api, ann)
  largeId = id
  heard.push(...(await fill(largeId, scale.large, 1_000)))
  for (let room = 0; room < scale.smallRooms; room += 1) {
    const { id: smallId } = await createGroup(api, ann)
    heard.push(...(await fill(smallId, scale.small, (scale.large * 1_000) / scale.small)))
  }
  const { id: foreignId } = await createGroup(api, await createUser(api))
  await fill(foreignId, 2_000, 12_000)
})
afterAll(() => api.close())

/** The places of the first hits of `query`, read page by page. */
async function found(query: string, limit: number, roomId?: string): Promise<string[]> {
  const places: string[] = []
  let cursor: string | null | undefined
  do {
    const page = await call(api, ann, searchMessages, {
      query: { query, ...(roomId !== undefined && { roomId }), ...(cursor && { cursor }) },
    })
    places.push(...page.items.map(({ row }) => `${row.roomId}:${row.seq}`))
    cursor = page.nextCursor
  } while (cursor && places.length < limit)
  return places
}

/** The same by sorting everything. */
const expected = (words: string[], roomId?: string): string[] =>
  heard
    .filter((said) => roomId === undefined || said.roomId === roomId)
    .filter((said) => words.every((word) => said.words.join(' ').includes(word)))
    .toSorted(
      (one, other) =>
        other.createdAt.getTime() - one.createdAt.getTime() ||
        Number(other.roomId) - Number(one.roomId) ||
        other.seq - one.seq,
    )
    .map(({ roomId: id, seq }) => `${id}:${seq}`)

it.each([
  ['a word in every message', 'common'],
  ['two words in many', 'common fifth'],
  ['Chinese in many', '脚本'],
  ['a word in few', 'rare'],
  ['Chinese in few', '回滚'],
  ['a frequent and a rare word', 'common rare'],
  ['words that are frequent but seldom meet', 'odd rare'],
  ['words that are frequent and never meet', 'odd even'],
  ['a word of long ago', 'early'],
  ['a word said once in every room', 'once'],
  ['an unfinished word', 'com'],
  ['a word in none', 'nowhere'],
])('%s is found in all rooms, newest first, each hit once', async (_, query) => {
  const limit = 140
  const all = expected(query.split(' '))
  const places = await found(query, limit)
  expect(places).toEqual(all.slice(0, places.length))
  expect(places.length).toBeGreaterThanOrEqual(Math.min(limit, all.length))
})

it.each(['common', 'fifth rare', 'early', 'once', 'odd even'])('%s is found in one large room', async (query) => {
  const all = expected(query.split(' '), largeId)
  const places = await found(query, 60, largeId)
  expect(places).toEqual(all.slice(0, places.length))
  expect(places.length).toBeGreaterThanOrEqual(Math.min(60, all.length))
})
