import { createHash, randomUUID } from 'node:crypto'
import * as contracts from '@parley/protocol/admin'
import type { AdminPerson, AdminRoom, AdminSession } from '@parley/protocol/admin'
import { createWorkspace } from '@parley/protocol/workspaces'
import type { ResultSetHeader } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHolder, makeRole } from '../../../test/access.ts'
import { upload } from '../../../test/files.ts'
import {
  befriend,
  call,
  createUser,
  refusal,
  signIn,
  startApi,
  type TestApi,
  type TestUser,
} from '../../../test/harness.ts'
import { createGroup, sendText } from '../../../test/rooms.ts'

let api: TestApi
let admin: TestUser
let elsewhere: string
beforeAll(async () => {
  api = await startApi()
  admin = await createHolder(api, 'admin')
  const { workspace } = await call(api, api.operator, createWorkspace, {
    body: { name: 'Elsewhere', slug: 'elsewhere' },
  })
  elsewhere = workspace.id
})
afterAll(() => api.close())

async function insert(sql: string, values: unknown[]): Promise<number> {
  const [{ insertId }] = await api.sql.query<ResultSetHeader>(sql, values)
  return insertId
}

let made = 0

/** People no password is hashed for: as many as a list of several pages needs. */
async function crowd(name: string, count: number, workspaceId = '1'): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < count; index += 1) {
    made += 1
    const username = `${name}${String(made).padStart(4, '0')}`
    const email = `${username}@example.com`
    const account = await insert(
      "INSERT INTO accounts (email, username, password_hash, created_at) VALUES (?, ?, '', NOW())",
      [email, username],
    )
    const user = await insert(
      'INSERT INTO users (workspace_id, account_id, email, username, display_name, created_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      [
        workspaceId,
        account,
        email,
        username,
        `${name} ${made % 7}`,
        new Date(1e12 + (made % 5) * 1e6),
        made % 3 ? new Date(2e12 - made * 1e6) : null,
      ],
    )
    ids.push(String(user))
  }
  return ids
}

/** A session that can be refreshed for another day. */
async function openSession(
  userId: string,
  workspaceId: string,
  device: string,
  lastUsedAt = new Date(),
): Promise<string> {
  const id = await insert(
    "INSERT INTO sessions (workspace_id, user_id, device, address, created_at, last_used_at) VALUES (?, ?, ?, '192.0.2.9', NOW(), ?)",
    [workspaceId, userId, device, lastUsedAt],
  )
  await insert(
    'INSERT INTO refresh_tokens (token_hash, workspace_id, session_id, created_at, expires_at) VALUES (?, ?, ?, NOW(), NOW() + INTERVAL 1 DAY)',
    [createHash('sha256').update(randomUUID()).digest('hex'), workspaceId, id],
  )
  return String(id)
}

async function openRoom(name: string, size: number, workspaceId = '1'): Promise<string> {
  const id = await insert(
    "INSERT INTO rooms (workspace_id, type, visibility, name, member_count, created_at) VALUES (?, 'PUBLIC', 'listed', ?, ?, NOW())",
    [workspaceId, name, size],
  )
  await insert('INSERT INTO room_heads (room_id, last_seq, last_change, floor_seq, epoch) VALUES (?, ?, ?, 0, 1)', [
    id,
    size,
    size,
  ])
  return String(id)
}

interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

/** Every row a list answers, page after page. */
async function all<Item>(read: (query: { cursor?: string }) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  do {
    const page: Page<Item> = await read(cursor === undefined ? {} : { cursor })
    expect(page.items.length).toBeLessThanOrEqual(50)
    items.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return items
}

type Query = Record<string, string>

const people = (query: Query): Promise<AdminPerson[]> =>
  all((position) => call(api, admin, contracts.listPeople, { query: { ...query, ...position } }))
const sessions = (query: Query): Promise<AdminSession[]> =>
  all((position) => call(api, admin, contracts.listAllSessions, { query: { ...query, ...position } }))
const rooms = (query: Query): Promise<AdminRoom[]> =>
  all((position) => call(api, admin, contracts.listAllRooms, { query: { ...query, ...position } }))

const isSorted = (values: (string | number)[]): boolean =>
  values.every((value, index) => index === 0 || (values[index - 1] ?? value) <= value)

describe('the list of people', () => {
  const size = 120
  beforeAll(() => crowd('crowd', size))

  const keyOf: Record<string, (person: AdminPerson) => string | number> = {
    username: ({ user }) => user.username,
    displayName: ({ user }) => user.displayName,
    email: ({ email }) => email,
    lastSeenAt: ({ lastSeenAt }) => Date.parse(lastSeenAt ?? '1970-01-01'),
    createdAt: ({ user }) => Date.parse(user.createdAt),
  }

  test.each(Object.keys(keyOf))('by %s pages both ways without a person twice or left out', async (sort) => {
    const up = await people({ query: 'crowd', sort, order: 'asc' })
    expect(new Set(up.map(({ user }) => user.id)).size).toBe(size)
    expect(isSorted(up.map((person) => keyOf[sort]?.(person) ?? ''))).toBe(true)
    const down = await people({ query: 'crowd', sort, order: 'desc' })
    expect(down).toEqual(up.toReversed())
  })

  test('says role, standing, devices and address, and is narrowed down by them', async () => {
    const role = await makeRole(api, ['audit:read'])
    const user = await createHolder(api, role)
    await signIn(api, user)
    const [found] = await people({ query: user.email })
    expect(found).toMatchObject({ email: user.email, role, roleName: 'Role 1', status: 'active', sessions: 2 })
    expect((await people({ role })).map((person) => person.user.id)).toEqual([user.id])
    const until = new Date(Date.now() + 3_600_000).toISOString()
    await call(api, admin, contracts.setPersonMuted, { params: { id: user.id }, body: { until } })
    expect((await people({ status: 'muted' })).map((person) => person.user.id)).toEqual([user.id])
    await call(api, admin, contracts.setPersonDisabled, { params: { id: user.id }, body: { disabled: true } })
    const [disabled] = await people({ status: 'disabled' })
    expect(disabled).toMatchObject({ user: { id: user.id }, status: 'disabled', sessions: 0 })
    expect((await people({ status: 'active', query: user.username })).length).toBe(0)
  })

  test('never holds somebody of another workspace', async () => {
    const [other] = await crowd('foreign', 1, elsewhere)
    expect(await people({ query: 'foreign' })).toEqual([])
    for (const body of [{ disabled: true }, { disabled: false }]) {
      const refused = await refusal(api, admin, contracts.setPersonDisabled, { params: { id: other }, body })
      expect(refused.code).toBe('USER_NOT_FOUND')
    }
    const until = new Date(Date.now() + 3_600_000).toISOString()
    const muted = await refusal(api, admin, contracts.setPersonMuted, { params: { id: other }, body: { until } })
    expect(muted.code).toBe('USER_NOT_FOUND')
    expect((await refusal(api, admin, contracts.signOutPerson, { params: { id: other } })).code).toBe('USER_NOT_FOUND')
  })

  test('refuses a place in a list of another order', async () => {
    const { nextCursor } = await call(api, admin, contracts.listPeople, { query: { sort: 'email' } })
    const refused = await refusal(api, admin, contracts.listPeople, { query: { sort: 'username', cursor: nextCursor } })
    expect(refused.code).toBe('VALIDATION_FAILED')
  })
})

describe('the list of sessions', () => {
  test('pages by last use and finds by person, device and address', async () => {
    const [id = ''] = await crowd('busy', 1)
    for (let index = 0; index < 70; index += 1)
      await openSession(id, '1', `Robot ${index}`, new Date(1.7e12 + (index % 9) * 1e6))
    const down = await sessions({ userId: id })
    expect(new Set(down.map((session) => session.id)).size).toBe(70)
    expect(isSorted(down.map(({ lastUsedAt }) => -Date.parse(lastUsedAt)))).toBe(true)
    expect(await sessions({ userId: id, order: 'asc' })).toEqual(down.toReversed())
    expect(await sessions({ query: 'Robot 69' })).toMatchObject([{ device: 'Robot 69', user: { id }, current: false }])
    expect((await sessions({ query: '192.0.2.9' })).length).toBe(70)
    expect((await sessions({ query: '茶' })).length).toBe(0)
  })

  test('holds no session that was ended or ran out, and none of another workspace', async () => {
    const [own = ''] = await crowd('ended', 1)
    const [foreign = ''] = await crowd('farther', 1, elsewhere)
    const ended = await openSession(own, '1', 'Ended')
    await api.sql.query('UPDATE sessions SET revoked_at = NOW() WHERE id = ?', [ended])
    const old = await openSession(own, '1', 'Old')
    await api.sql.query('UPDATE refresh_tokens SET expires_at = NOW() - INTERVAL 1 DAY WHERE session_id = ?', [old])
    const other = await openSession(foreign, elsewhere, 'Other')
    expect(await sessions({ userId: own })).toEqual([])
    expect(await sessions({ userId: foreign })).toEqual([])
    for (const id of [other, ended]) {
      expect((await refusal(api, admin, contracts.endSession, { params: { id } })).code).toBe('NOT_FOUND')
    }
  })
})

describe('the list of rooms', () => {
  const keyOf: Record<string, (room: AdminRoom) => string | number> = {
    name: ({ name }) => name,
    members: ({ members }) => members,
    messages: ({ messages }) => messages,
    bytes: ({ bytes }) => bytes,
    lastActivityAt: ({ lastActivityAt }) => Date.parse(lastActivityAt ?? '1970-01-01'),
    createdAt: ({ createdAt }) => Date.parse(createdAt),
  }
  beforeAll(async () => {
    for (let index = 0; index < 110; index += 1) await openRoom(`Hall ${String(index).padStart(3, '0')}`, index % 11)
  })

  test.each(Object.keys(keyOf))('by %s pages both ways without a room twice or left out', async (sort) => {
    const up = await rooms({ query: 'Hall', sort })
    expect(new Set(up.map(({ id }) => id)).size).toBe(110)
    expect(isSorted(up.map((room) => keyOf[sort]?.(room) ?? ''))).toBe(true)
    expect(await rooms({ query: 'Hall', sort, order: 'desc' })).toEqual(up.toReversed())
  })

  test('says how large and how lively a room is, and nothing of what is said in it', async () => {
    const [one, two] = [await createUser(api), await createUser(api)]
    const roomId = await befriend(api, one, two)
    await sendText(api, one, roomId, { text: 'quokka' })
    const group = await createGroup(api, one, { name: 'Counted', memberIds: [two.id] })
    await sendText(api, one, group.id)
    expect(await rooms({ query: 'Counted' })).toMatchObject([{ id: group.id, members: 2, type: 'PUBLIC', bytes: 0 }])
    const privates = await rooms({ type: 'PRIVATE' })
    expect(privates).toMatchObject([{ id: roomId, name: '', members: 2 }])
    expect(JSON.stringify(privates)).not.toContain('quokka')
    expect(Date.now() - Date.parse(privates[0]?.lastActivityAt ?? '')).toBeLessThan(60_000)
  })

  test('never holds a room of another workspace', async () => {
    const id = await openRoom('Outside', 3, elsewhere)
    expect(await rooms({ query: 'Outside' })).toEqual([])
    expect((await refusal(api, admin, contracts.deleteAnyRoom, { params: { id } })).code).toBe('NOT_FOUND')
  })
})

test('storage is told by kind, file and owner, and never the name of what was sent in private', async () => {
  const [one, two] = [await createUser(api), await createUser(api)]
  await befriend(api, one, two)
  const file = await upload(api, one, { bytes: 'x'.repeat(5_000), name: 'secret-plan.txt' })
  const foreign = await crowd('hoarder', 1, elsewhere)
  await insert(
    "INSERT INTO files (workspace_id, owner_id, scene, kind, name, mime, bytes, storage_key, created_at) VALUES (?, ?, 'avatar', 'image', 'huge.png', 'image/png', 1000000000, 'none', NOW())",
    [elsewhere, foreign[0]],
  )
  const use = await call(api, admin, contracts.getStorage, {})
  expect(use).toMatchObject({ bytesMax: null, kinds: [{ kind: 'file' }] })
  expect(use.bytes).toBe(use.kinds.reduce((total, { bytes }) => total + bytes, 0))
  expect(use.biggestFiles[0]).toMatchObject({ id: file.id, bytes: 5_000, name: null, owner: { id: one.id } })
  expect(use.biggestOwners[0]).toMatchObject({ user: { id: one.id }, files: 1, bytes: 5_000 })
  expect(JSON.stringify(use)).not.toMatch(/secret-plan|huge/)
})
