import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { getHistory, listRoomFiles, recallMessage, sendMessage } from '@parley/protocol/messages'
import { getUserImage, updateProfile } from '@parley/protocol/people'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postUpload, upload } from '../../../test/files.ts'
import { call, createUser, refusal, send, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'
import { createGroup } from '../../../test/rooms.ts'

let api: TestApi
let ann: TestUser
let bob: TestUser
let eve: TestUser

beforeAll(async () => {
  api = await startApi({ UPLOAD_BYTES_MAX: '300000' })
  ann = await createUser(api)
  bob = await createUser(api)
  eve = await createUser(api)
})
afterAll(() => api.close())

const bytesOf = (buffer: Buffer): Uint8Array<ArrayBuffer> => Uint8Array.from(buffer)

const picture = async (width = 60, height = 40) =>
  bytesOf(
    await sharp({ create: { width, height, channels: 3, background: '#2f6f5e' } })
      .jpeg()
      .withExif({ IFD0: { Artist: 'Nobody' } })
      .toBuffer(),
  )

const get = (id: string, user: TestUser | null, { query = '', ...headers }: Record<string, string> = {}) =>
  fetch(new URL(`/api/files/${id}${query}`, api.url), {
    headers: { ...(user && { authorization: `Bearer ${user.accessToken}` }), ...headers },
  })

const codeOf = async (response: Response): Promise<unknown> => {
  const body: { error?: { code?: string } } = JSON.parse(await response.text())
  return { status: response.status, code: body.error?.code }
}

const leftovers = () => readdir(join(api.dataDir, 'incoming'))

async function sendFiles(roomId: string, fileIds: string[]): Promise<number> {
  const body = { kind: 'media' as const, fileIds, caption: 'look' }
  const { seq } = await call(api, ann, sendMessage, { body: { roomId, clientId: randomUUID(), body } })
  return seq
}

describe('uploading', () => {
  it('an image is re-encoded upright without EXIF, and its size is known', async () => {
    const tilted = bytesOf(
      await sharp(await picture())
        .withExif({ IFD0: { Artist: 'Nobody', Orientation: '6' } })
        .toBuffer(),
    )
    expect((await sharp(tilted).metadata()).exif).toBeDefined()
    const file = await upload(api, ann, { bytes: tilted, name: 'photo.jpg' })
    expect(file).toMatchObject({ kind: 'image', mime: 'image/jpeg', name: 'photo.jpg', scene: 'message' })
    const kept = Buffer.from(await (await get(file.id, ann)).arrayBuffer())
    const metadata = await sharp(kept).metadata()
    expect(metadata.exif).toBeUndefined()
    expect([metadata.width, metadata.height]).toEqual([file.width, file.height])
    expect(kept.byteLength).toBe(file.bytes)
  })

  it.each(['png', 'webp', 'gif', 'avif'] as const)('takes %s', async (format) => {
    const bytes = bytesOf(
      await sharp(await picture())
        .toFormat(format)
        .toBuffer(),
    )
    const file = await upload(api, ann, { bytes, name: 'anything.exe' })
    expect(file).toMatchObject({ kind: 'image', mime: `image/${format}`, width: 60, height: 40 })
  })

  it('a picture of 1 x 4,000 pixels keeps its shape', async () => {
    const file = await upload(api, ann, { bytes: await picture(1, 4_000) })
    expect(file).toMatchObject({ width: 1, height: 4_000 })
    const small = await sharp(
      Buffer.from(await (await get(file.id, ann, { query: '?size=320' })).arrayBuffer()),
    ).metadata()
    expect([small.width, small.height]).toEqual([1, 320])
  })

  it('avatars become squares', async () => {
    const file = await upload(api, ann, { bytes: await picture(300, 90), fields: { scene: 'avatar' } })
    expect(file).toMatchObject({ kind: 'image', mime: 'image/webp', width: 512, height: 512 })
  })

  it.each([
    ['HTML called a picture', '<html><script>alert(1)</script>', 'cat.png', 'image/png'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'cat.svg', 'image/svg+xml'],
    ['a program called a PDF', 'MZ\u0000\u0000\u0000', 'invoice.pdf', 'application/pdf'],
  ])('%s is stored as a file to save, whatever it is called', async (_, bytes, name, type) => {
    const file = await upload(api, ann, { bytes, name, type })
    expect(file.kind).toBe('file')
    const response = await get(file.id, ann)
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(response.headers.get('content-type')).toMatch(/^(text\/plain|application\/octet-stream)/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
  })

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\plan.txt', 'plan.txt'],
    ['a\u202egpj.exe', 'agpj.exe'],
    ['..', 'file'],
    ['', 'file'],
    [`${'长'.repeat(200)}.tar`, `${'长'.repeat(83)}.tar`],
  ])('the name %j is kept as %j', async (given, kept) => {
    const file = await upload(api, ann, { bytes: 'hello', name: given })
    expect(file.name).toBe(kept)
  })

  it('refuses what is too large, and leaves nothing of it behind', async () => {
    expect(await codeOf(await postUpload(api, ann, { bytes: 'x'.repeat(300_001) }))).toEqual({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
    })
    expect(await leftovers()).toEqual([])
  })

  it('refuses an image with more pixels than it may have, before decoding it', async () => {
    const bomb = bytesOf(
      await sharp({ create: { width: 9_000, height: 9_000, channels: 3, background: '#000' } })
        .png({ compressionLevel: 9 })
        .toBuffer(),
    )
    expect(bomb.byteLength).toBeLessThan(300_000)
    expect(await codeOf(await postUpload(api, ann, { bytes: bomb }))).toEqual({
      status: 415,
      code: 'UNSUPPORTED_MEDIA',
    })
    expect(await leftovers()).toEqual([])
  })

  it.each([
    ['a damaged image', async () => ({ bytes: (await picture()).slice(0, 200) }), 415, 'UNSUPPORTED_MEDIA'],
    [
      'an avatar that is no image',
      async () => ({ bytes: 'text', fields: { scene: 'avatar' } }),
      415,
      'UNSUPPORTED_MEDIA',
    ],
    ['no scene', async () => ({ bytes: 'text', fields: {} }), 400, 'VALIDATION_FAILED'],
    ['an unknown scene', async () => ({ bytes: 'text', fields: { scene: 'wall' } }), 400, 'VALIDATION_FAILED'],
    [
      'an unknown field',
      async () => ({ bytes: 'text', fields: { scene: 'message', ownerId: '1' } }),
      400,
      'VALIDATION_FAILED',
    ],
    [
      'a measure that is none',
      async () => ({ bytes: 'text', fields: { scene: 'message', width: '-5' } }),
      400,
      'VALIDATION_FAILED',
    ],
    ['an empty file', async () => ({ bytes: '' }), 400, 'VALIDATION_FAILED'],
  ])('refuses %s', async (_, given, status, code) => {
    expect(await codeOf(await postUpload(api, ann, await given()))).toEqual({ status, code })
    expect(await leftovers()).toEqual([])
  })

  it('refuses strangers, JSON, several files, and a body without a file', async () => {
    const url = new URL('/api/upload', api.url)
    const authorization = `Bearer ${ann.accessToken}`
    expect(await codeOf(await postUpload(api, null, { bytes: 'x' }))).toEqual({ status: 401, code: 'TOKEN_MISSING' })
    const json = await fetch(url, {
      method: 'POST',
      body: '{}',
      headers: { authorization, 'content-type': 'application/json' },
    })
    expect(await codeOf(json)).toEqual({ status: 415, code: 'UNSUPPORTED_MEDIA' })
    const two = new FormData()
    two.append('scene', 'message')
    two.append('file', new Blob(['a']), 'a.txt')
    two.append('file', new Blob(['b']), 'b.txt')
    expect(await codeOf(await fetch(url, { method: 'POST', body: two, headers: { authorization } }))).toEqual({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
    })
    const none = new FormData()
    none.append('scene', 'message')
    expect(await codeOf(await fetch(url, { method: 'POST', body: none, headers: { authorization } }))).toMatchObject({
      status: 400,
    })
    expect(await leftovers()).toEqual([])
  })

  it('an upload that breaks off leaves nothing behind, and the server lives', async () => {
    const { port } = new URL(api.url)
    const socket = connectTcp(Number(port), '127.0.0.1')
    socket.write(
      `POST /api/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ann.accessToken}\r\n` +
        'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000\r\n\r\n' +
        '--b\r\nContent-Disposition: form-data; name="scene"\r\n\r\nmessage\r\n' +
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf a fi',
    )
    await expect.poll(async () => (await leftovers()).length).toBe(1)
    socket.destroy()
    await expect.poll(leftovers).toEqual([])
    expect((await fetch(new URL('/healthz', api.url))).status).toBe(200)
  })
})

describe('downloading', () => {
  it('answers ranges, and says which are beyond the end', async () => {
    const { id } = await upload(api, ann, { bytes: '0123456789', name: 'digits.txt' })
    const range = async (value: string) => {
      const response = await get(id, ann, { range: value })
      return [
        response.status,
        response.headers.get('content-range'),
        response.status === 416 ? '' : await response.text(),
      ]
    }
    expect(await range('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234'])
    expect(await range('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789'])
    expect(await range('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789'])
    expect(await range('bytes=0-999')).toEqual([206, 'bytes 0-9/10', '0123456789'])
    expect(await range('bytes=10-')).toEqual([416, 'bytes */10', ''])
    expect(await range('lines=1-2')).toEqual([200, null, '0123456789'])
  })

  it('answers what a client already has with 304, and HEAD without a body', async () => {
    const { id } = await upload(api, ann, { bytes: 'hello' })
    const tag = (await get(id, ann)).headers.get('etag') ?? ''
    expect((await get(id, ann, { 'if-none-match': tag })).status).toBe(304)
    const head = await fetch(new URL(`/api/files/${id}`, api.url), {
      method: 'HEAD',
      headers: { authorization: `Bearer ${ann.accessToken}` },
    })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '5', ''])
  })

  it('a thumbnail asked for many times at once is made once', async () => {
    const { id } = await upload(api, ann, { bytes: await picture(1_000, 500) })
    const answers = await Promise.all(Array.from({ length: 10 }, () => get(id, ann, { query: '?size=320' })))
    const sizes = await Promise.all(answers.map(async (answer) => (await answer.arrayBuffer()).byteLength))
    expect(new Set(sizes).size).toBe(1)
    expect(answers.every(({ headers }) => headers.get('content-type') === 'image/webp')).toBe(true)
    expect((await get(id, ann, { query: '?size=321' })).status).toBe(400)
  })

  it('says the true name of a download in any script', async () => {
    const { id } = await upload(api, ann, { bytes: 'x', name: '回滚 脚本(1).txt' })
    const disposition = (await get(id, ann, { query: '?download=true' })).headers.get('content-disposition')
    expect(disposition).toBe(
      `attachment; filename="__ __(1).txt"; filename*=UTF-8''%E5%9B%9E%E6%BB%9A%20%E8%84%9A%E6%9C%AC%281%29.txt`,
    )
  })

  it('a page’s images load by cookie, which opens nothing else', async () => {
    const { id } = await upload(api, ann, { bytes: await picture() })
    expect((await get(id, null, { cookie: ann.cookie })).status).toBe(200)
    expect((await fetch(new URL('/api/userInfo', api.url), { headers: { cookie: ann.cookie } })).status).toBe(401)
  })
})

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
  it('is swept at the next start after a day, and what is in use stays', async () => {
    const { id: roomId } = await createGroup(api, ann)
    const [unsent, sent] = [await upload(api, ann, { bytes: 'unsent' }), await upload(api, ann, { bytes: 'sent' })]
    await sendFiles(roomId, [sent.id])
    await api.sql.query('UPDATE files SET created_at = UTC_TIMESTAMP(3) - INTERVAL 2 DAY WHERE id IN (?)', [
      [unsent.id, sent.id],
    ])
    const incoming = join(api.dataDir, 'incoming')
    await mkdir(incoming, { recursive: true })
    await writeFile(join(incoming, 'left-by-a-crash'), 'half')
    const [[schema]] = await api.sql.query<[{ name: string }] & never[]>('SELECT DATABASE() AS name')
    const url = new URL(process.env.DATABASE_URL ?? '')
    url.pathname = `/${schema?.name ?? ''}`
    const next = await startApi({ DATABASE_URL: url.href, DATA_DIR: api.dataDir })
    await expect.poll(async () => (await get(unsent.id, ann)).status).toBe(404)
    expect((await get(sent.id, ann)).status).toBe(200)
    expect(await leftovers()).toEqual([])
    await next.close()
    await rm(join(incoming, 'left-by-a-crash'), { force: true })
  })
})
