import { randomUUID } from 'node:crypto'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getHistory, listRoomFiles, recallMessage, sendMessage } from '@parley/protocol/messages'
import { getUserImage, updateProfile } from '@parley/protocol/people'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getFile, incoming, picture, upload } from '../../../test/files.ts'
import { call, createUser, refusal, send, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'
import { createGroup } from '../../../test/rooms.ts'

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

const get = (id: string, user: TestUser | null, headers: Record<string, string> = {}) => getFile(api, id, user, headers)

async function sendFiles(roomId: string, fileIds: string[]): Promise<number> {
  const body = { kind: 'media' as const, fileIds, caption: 'look' }
  const { seq } = await call(api, ann, sendMessage, { body: { roomId, clientId: randomUUID(), body } })
  return seq
}

describe('who may', () => {
  it('reads an attachment: its owner before it is sent, then the members of the room, nobody else', async () => {
    const { id: roomId } = await createGroup(api, ann, { memberIds: [bob.id] })
    const { id } = await upload(api, ann, { bytes: 'for the room' })
    const statuses = async () => Promise.all([ann, bob, eve, null].map(async (user) => (await get(id, user)).status))
    expect(await statuses()).toEqual([200, 404, 404, 401])
    await sendFiles(roomId, [id])
    expect(await statuses()).toEqual([200, 200, 404, 401])
  })

  it('sends only files of one’s own, each with one message only', async () => {
    const { id: roomId } = await createGroup(api, ann, { memberIds: [bob.id] })
    const { id } = await upload(api, ann, { bytes: 'mine' })
    const body = (fileIds: string[]) => ({ body: { roomId, clientId: randomUUID(), body: { kind: 'media', fileIds } } })
    expect(await refusal(api, bob, sendMessage, body([id]))).toMatchObject({ code: 'NOT_FOUND' })
    const outcomes = await Promise.all([1, 2, 3].map(() => send(api, sendMessage, body([id]), ann)))
    expect(outcomes.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1)
    expect(await refusal(api, ann, sendMessage, body([id]))).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('a repeated media send returns the first ack though its files are taken', async () => {
    const { id: roomId } = await createGroup(api, ann)
    const { id } = await upload(api, ann, { bytes: 'mine' })
    const body = { roomId, clientId: randomUUID(), body: { kind: 'media' as const, fileIds: [id] } }
    const first = await call(api, ann, sendMessage, { body })
    expect(await call(api, ann, sendMessage, { body })).toEqual(first)
  })
})

describe('with messages', () => {
  it('a message says what its files are, and the room lists them', async () => {
    const { id: roomId } = await createGroup(api, ann)
    const file = await upload(api, ann, { bytes: await picture(), name: 'cat.jpg' })
    const seq = await sendFiles(roomId, [file.id])
    const { rows } = await call(api, ann, getHistory, { query: { roomId } })
    expect(rows.at(-1)?.body).toEqual({ kind: 'media', fileIds: [file.id], files: [file], caption: 'look' })
    expect((await call(api, ann, listRoomFiles, { query: { roomId } })).items.map((row) => row.seq)).toEqual([seq])
  })

  it('a recall takes the bytes with it, thumbnails too', async () => {
    const { id: roomId } = await createGroup(api, ann)
    const { id } = await upload(api, ann, { bytes: await picture(900, 900) })
    const seq = await sendFiles(roomId, [id])
    await (await get(id, ann, { query: '?size=320' })).arrayBuffer()
    const [[record]] = await api.sql.query<[{ storage_key: string }] & never[]>(
      'SELECT storage_key FROM files WHERE id = ?',
      [id],
    )
    const key = record?.storage_key ?? ''
    const folder = join(api.dataDir, 'files', key.slice(0, 2))
    const kept = async () => (await readdir(folder)).filter((name) => name.startsWith(key.slice(3)))
    expect(await kept()).toHaveLength(2)
    await call(api, ann, recallMessage, { fields: { roomId, seq } })
    expect((await get(id, ann)).status).toBe(404)
    expect(await kept()).toEqual([])
  })
})

describe('avatars', () => {
  it('one’s own upload becomes the avatar everybody sees; somebody else’s does not', async () => {
    const { id } = await upload(api, ann, { bytes: await picture(), fields: { scene: 'avatar' } })
    expect(await refusal(api, bob, updateProfile, { body: { image: id } })).toMatchObject({ code: 'NOT_FOUND' })
    await call(api, ann, updateProfile, { body: { image: id } })
    const image = await send(api, getUserImage, { query: { username: ann.username } })
    expect(image.headers.get('content-type')).toBe('image/webp')
    expect((await get(id, bob)).status).toBe(200)
  })
})

describe('what nobody refers to', () => {
  const age = (ids: string[], hours: number) =>
    api.sql.query('UPDATE files SET created_at = UTC_TIMESTAMP(3) - INTERVAL ? HOUR WHERE id IN (?)', [hours, ids])

  it('can no longer be sent after a day', async () => {
    const { id: roomId } = await createGroup(api, ann)
    const { id } = await upload(api, ann, { bytes: 'late' })
    await age([id], 25)
    const body = { roomId, clientId: randomUUID(), body: { kind: 'media' as const, fileIds: [id] } }
    expect(await refusal(api, ann, sendMessage, { body })).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is swept at the next start, and what is in use stays', async () => {
    const { id: roomId } = await createGroup(api, ann)
    const [unsent, sent] = [await upload(api, ann, { bytes: 'unsent' }), await upload(api, ann, { bytes: 'sent' })]
    const scene = { scene: 'avatar' }
    const [replaced, worn] = [
      await upload(api, bob, { bytes: await picture(), fields: scene }),
      await upload(api, bob, { bytes: await picture(), fields: scene }),
    ]
    await call(api, bob, updateProfile, { body: { image: worn.id } })
    await sendFiles(roomId, [sent.id])
    await age([unsent.id, sent.id, replaced.id, worn.id], 26)
    const [abandoned, arriving] = ['left-by-a-crash', 'of-another-process'].map((name) =>
      join(api.dataDir, 'incoming', name),
    )
    for (const path of [abandoned, arriving]) await writeFile(path ?? '', 'half')
    const earlier = new Date(Date.now() - 2 * 3_600_000)
    await utimes(abandoned ?? '', earlier, earlier)

    const [[schema]] = await api.sql.query<[{ name: string }] & never[]>('SELECT DATABASE() AS name')
    const url = new URL(process.env.DATABASE_URL ?? '')
    url.pathname = `/${schema?.name ?? ''}`
    const next = await startApi({ DATABASE_URL: url.href, DATA_DIR: api.dataDir })
    const statusOf = async (id: string) => (await get(id, bob)).status
    await expect.poll(async () => (await get(unsent.id, ann)).status).toBe(404)
    await expect.poll(() => statusOf(replaced.id)).toBe(404)
    expect((await get(sent.id, ann)).status).toBe(200)
    expect(await statusOf(worn.id)).toBe(200)
    expect(await incoming(api)).toEqual(['of-another-process'])
    await next.close()
  })
})
