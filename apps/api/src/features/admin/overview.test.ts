import { getOverview, getSystem, type Overview } from '@parley/protocol/admin'
import { reportContent } from '@parley/protocol/moderation'
import { createWorkspace } from '@parley/protocol/workspaces'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHolder } from '../../../test/access.ts'
import { upload } from '../../../test/files.ts'
import { call, connect, createUser, refusal, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'
import { createGroup, sendText } from '../../../test/rooms.ts'

const hourMs = 3_600_000

let api: TestApi
let admin: TestUser
beforeAll(async () => {
  api = await startApi()
  admin = await createHolder(api, 'admin')
})
afterAll(() => api.close())

const overview = (): Promise<Overview> => call(api, admin, getOverview, {})

const sent = (counts: { messages: number }[]): number => counts.reduce((total, { messages }) => total + messages, 0)

/** The figures are kept for a moment. */
const patience = { timeout: 8_000, interval: 300 }

/** Messages as they stand in the database, one every so many hours before now, the earliest first. */
async function tellStory(roomId: string, hoursAgo: number[]): Promise<void> {
  const rows = hoursAgo.map((hours, index) => [
    roomId,
    index + 1,
    index + 1,
    index + 1,
    1,
    admin.id,
    `0192f0a0-0000-7000-8000-${String(index).padStart(12, '0')}`,
    'x'.repeat(22),
    'text',
    '{"kind":"text","text":"x"}',
    new Date(Date.now() - hours * hourMs),
  ])
  await api.sql.query('DELETE FROM messages WHERE room_id = ?', [roomId])
  await api.sql.query(
    'INSERT INTO messages (room_id, seq, `change`, first_change, workspace_id, sender_id, client_id, body_hash, kind, body, created_at) VALUES ?',
    [rows],
  )
  await api.sql.query('UPDATE room_heads SET last_seq = ?, last_change = ? WHERE room_id = ?', [
    rows.length,
    rows.length,
    roomId,
  ])
}

describe('the overview', () => {
  test('counts messages by hour and by day, each once, however often it is asked', async () => {
    const room = await createGroup(api, admin)
    // A year of them, one every six hours.
    await tellStory(
      room.id,
      Array.from({ length: 1_460 }, (_, index) => (1_460 - index) * 6),
    )
    const first = await overview()
    expect(first.messagesByHour).toHaveLength(24)
    expect(first.messagesByDay).toHaveLength(30)
    expect(sent(first.messagesByHour)).toBeGreaterThanOrEqual(3)
    expect(sent(first.messagesByHour)).toBeLessThanOrEqual(4)
    const before = sent(first.messagesByDay)
    expect(before).toBeGreaterThanOrEqual(115)
    expect(before).toBeLessThanOrEqual(120)
    for (let count = 0; count < 3; count += 1) await sendText(api, admin, room.id)
    await expect.poll(async () => sent((await overview()).messagesByDay), patience).toBe(before + 3)
    const other = await createGroup(api, admin)
    await sendText(api, admin, other.id)
    await expect.poll(async () => sent((await overview()).messagesByDay), patience).toBe(before + 4)
    expect((await overview()).messagesByHour.at(-1)?.messages).toBeGreaterThanOrEqual(1)
  })

  test('counts who is there, rooms, bytes and open reports', async () => {
    const before = await overview()
    const user = await createUser(api)
    const socket = await connect(api, user)
    await createGroup(api, user)
    await upload(api, user, { bytes: 'x'.repeat(1_000) })
    await call(api, user, reportContent, { body: { userId: admin.id, reason: 'rude' } })
    await expect.poll(overview, patience).toMatchObject({
      people: {
        total: before.people.total + 1,
        online: before.people.online + 1,
        activeDay: before.people.activeDay + 1,
      },
      rooms: before.rooms + 1,
      storageBytes: before.storageBytes + 1_000,
      openReports: before.openReports + 1,
    })
    socket.close()
    await api.sql.query('UPDATE sessions SET last_used_at = NOW() - INTERVAL 2 DAY WHERE user_id = ?', [user.id])
    const { activeDay, activeWeek } = before.people
    await expect.poll(overview, patience).toMatchObject({ people: { activeDay, activeWeek: activeWeek + 1 } })
  })

  test('holds nothing of another workspace', async () => {
    const { workspace } = await call(api, api.operator, createWorkspace, { body: { name: 'Other', slug: 'other' } })
    const before = await overview()
    await api.sql.query(
      "INSERT INTO rooms (workspace_id, type, visibility, name, member_count, created_at) VALUES (?, 'PUBLIC', 'listed', 'Outside', 0, NOW())",
      [workspace.id],
    )
    await api.sql.query(
      "INSERT INTO reports (workspace_id, reporter_id, subject_id, reason, created_at) VALUES (?, 1, 1, 'x', NOW())",
      [workspace.id],
    )
    await createGroup(api, admin)
    const { openReports } = before
    await expect.poll(overview, patience).toMatchObject({ rooms: before.rooms + 1, openReports })
  })

  test('is for administrators of the workspace', async () => {
    for (const user of [await createUser(api), await createHolder(api, 'moderator')]) {
      expect(await refusal(api, user, getOverview)).toMatchObject({ details: { reason: 'workspace:admin' } })
    }
  })
})

describe('the system', () => {
  test('says what the installation runs on', async () => {
    const system = await call(api, api.operator, getSystem, {})
    expect(system).toMatchObject({
      nodes: [{ current: true, version: expect.stringMatching(/^\d+\.\d+\.\d+$/), nodeVersion: process.version }],
      database: { replicas: [], pools: [{ name: 'read' }, { name: 'write' }] },
      redis: null,
      queues: [{ name: 'messages' }, { name: 'search' }],
    })
    expect(system.database.bytes).toBeGreaterThan(100_000)
    expect(system.database.pools[0]?.open).toBeGreaterThan(0)
    expect(system.database.pools[0]?.max).toBe(10)
  })

  test('is for who runs the installation, and no administrator of a workspace', async () => {
    expect(await refusal(api, admin, getSystem)).toMatchObject({ details: { reason: 'system:read' } })
  })
})
