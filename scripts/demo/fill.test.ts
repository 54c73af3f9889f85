import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type TestApi } from '../../apps/api/test/harness.ts'
import { conversations } from './conversations/all.ts'
import { everyone } from './conversations/everyone.ts'
import { scriptOf } from './conversation.ts'
import { fillDemo } from './fill.ts'

/** Small, but several batches of the crowd are stopped in the middle. */
const scale = { people: 60, messages: 2_500 }

let api: TestApi
let roomIds: string[] = []
let stoppedBy: unknown

const fill = (signal = new AbortController().signal, report: (what: string, done: number) => void = () => undefined) =>
  fillDemo({ origin: api.url, sql: api.sql, signal, report }, scale)

async function ask(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const [rows] = await api.sql.query<RowDataPacket[]>(sql, values)
  return rows.map((row) => ({ ...row }))
}

/** Everything that another run must leave as it is. */
const snapshot = () =>
  ask('SELECT room_id, seq, `change`, client_id, body_hash, edited_at, created_at FROM messages ORDER BY room_id, seq')

beforeAll(async () => {
  api = await startApi()
  const stop = new AbortController()
  const stopped = fill(stop.signal, (what, done) => {
    if (what === 'messages in the large room' && done >= 1_000) stop.abort()
  })
  stoppedBy = await stopped.catch((error: unknown) => error)
  roomIds = await fill()
})

afterAll(() => api.close())

describe('the demo, stopped once and continued', () => {
  it('stops between two steps', () => expect(stoppedBy).toMatchObject({ name: 'AbortError' }))

  it('makes every scripted room and the large one', () => expect(roomIds).toHaveLength(conversations.length + 1))

  it('numbers messages and changes without a hole', async () => {
    const heads = await ask(
      'SELECT h.last_seq - COUNT(*) AS missing, h.last_seq - MAX(m.seq) AS beyond, COUNT(*) - COUNT(DISTINCT m.`change`) AS doubled, ' +
        'h.last_change - MAX(m.`change`) AS unknown_changes, SUM(m.first_change > m.`change`) AS backwards ' +
        'FROM room_heads h JOIN messages m ON m.room_id = h.room_id GROUP BY h.room_id, h.last_seq, h.last_change',
    )
    expect(heads.length).toBeGreaterThanOrEqual(roomIds.length)
    expect(heads.filter((head) => Object.values(head).some((value) => Number(value) !== 0))).toEqual([])
  })

  it('counts the members of every room', async () => {
    const wrong = await ask(
      'SELECT r.id FROM rooms r WHERE r.member_count <> (SELECT COUNT(*) FROM room_members m WHERE m.room_id = r.id)',
    )
    expect(wrong).toEqual([])
    expect(await ask('SELECT member_count FROM rooms WHERE id = ?', [roomIds.at(-1)])).toEqual([
      { member_count: scale.people },
    ])
  })

  it('says everything once', async () => {
    const [said] = await ask("SELECT COUNT(*) AS total FROM messages WHERE kind <> 'system'")
    const lines = [...conversations, everyone].flatMap((conversation) => scriptOf(conversation, new Date()))
    expect(said).toEqual({ total: lines.length + scale.messages })
  })

  it('lets nobody speak who is not in the room, and nobody have read what was not said', async () => {
    const strangers = await ask(
      'SELECT m.room_id, m.seq FROM messages m LEFT JOIN room_members p ON p.room_id = m.room_id AND p.user_id = m.sender_id WHERE p.user_id IS NULL',
    )
    const ahead = await ask(
      'SELECT p.room_id FROM room_members p JOIN room_heads h ON h.room_id = p.room_id WHERE p.read_seq > h.last_seq',
    )
    expect({ strangers, ahead }).toEqual({ strangers: [], ahead: [] })
  })

  it('tells its past in order, up to the day it was made', async () => {
    const disorder = await ask(
      'SELECT m.room_id, m.seq FROM messages m JOIN messages n ON n.room_id = m.room_id AND n.seq = m.seq + 1 WHERE n.created_at < m.created_at',
    )
    const [newest] = await ask(
      "SELECT MAX(m.created_at) <= (SELECT created_at FROM users WHERE username = 'demo') AS past FROM messages m WHERE m.room_id IN (?)",
      [roomIds],
    )
    expect({ disorder, newest }).toEqual({ disorder: [], newest: { past: 1 } })
  })

  it('is searchable, in the order of its dates', async () => {
    const behind = await ask(
      'SELECT h.room_id FROM room_heads h LEFT JOIN search_progress p ON p.room_id = h.room_id WHERE h.room_id IN (?) AND COALESCE(p.indexed_change, 0) < h.last_change',
      [roomIds],
    )
    const misdated = await ask(
      'SELECT t.seq FROM message_terms t JOIN messages m ON m.room_id = t.room_id AND m.seq = t.seq WHERE t.created_at <> m.created_at',
    )
    expect({ behind, misdated }).toEqual({ behind: [], misdated: [] })
  })

  it('changes nothing when it is run again', async () => {
    const before = await snapshot()
    expect(await fill()).toEqual(roomIds)
    expect(await snapshot()).toEqual(before)
  })
})
