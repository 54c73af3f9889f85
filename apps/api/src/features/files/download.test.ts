import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getFile, picture, upload } from '../../../test/files.ts'
import { createUser, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'

let api: TestApi
let ann: TestUser

beforeAll(async () => {
  api = await startApi()
  ann = await createUser(api)
})
afterAll(() => api.close())

const get = (id: string, headers: Record<string, string> = {}) => getFile(api, id, ann, headers)

describe('downloading', () => {
  it('answers ranges, and says which are beyond the end', async () => {
    const { id } = await upload(api, ann, { bytes: '0123456789', name: 'digits.txt' })
    const range = async (value: string) => {
      const response = await get(id, { range: value })
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
    expect(await range('bytes=-0')).toEqual([416, 'bytes */10', ''])
    expect(await range('bytes=-999')).toEqual([206, 'bytes 0-9/10', '0123456789'])
    expect(await range('bytes=5-2')).toEqual([416, 'bytes */10', ''])
    expect(await range('lines=1-2')).toEqual([200, null, '0123456789'])
  })

  it('goes on with a download only while it is the same file', async () => {
    const { id } = await upload(api, ann, { bytes: '0123456789' })
    const tag = (await get(id)).headers.get('etag') ?? ''
    const resumed = await get(id, { range: 'bytes=4-', 'if-range': tag })
    expect([resumed.status, await resumed.text()]).toEqual([206, '456789'])
    const restarted = await get(id, { range: 'bytes=4-', 'if-range': '"another"' })
    expect([restarted.status, await restarted.text()]).toEqual([200, '0123456789'])
  })

  it('a refusal is not kept by caches', async () => {
    const { id } = await upload(api, ann, { bytes: '0123456789' })
    const [beyond, unknown] = [await get(id, { range: 'bytes=10-' }), await get('999999')]
    expect([beyond.status, unknown.status]).toEqual([416, 404])
    for (const { headers } of [beyond, unknown]) expect(headers.get('cache-control') ?? '').not.toContain('immutable')
  })

  it('answers what a client already has with 304, and HEAD without a body', async () => {
    const { id } = await upload(api, ann, { bytes: 'hello' })
    const tag = (await get(id)).headers.get('etag') ?? ''
    expect((await get(id, { 'if-none-match': tag })).status).toBe(304)
    expect((await get(id, { 'if-none-match': `"old", W/${tag}` })).status).toBe(304)
    expect((await get(id, { 'if-none-match': '"old"' })).status).toBe(200)
    const head = await get(id, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '5', ''])
  })

  it('a thumbnail asked for many times at once is made once', async () => {
    const { id } = await upload(api, ann, { bytes: await picture(1_000, 500) })
    const answers = await Promise.all(Array.from({ length: 10 }, () => get(id, { query: '?size=320' })))
    const sizes = await Promise.all(answers.map(async (answer) => (await answer.arrayBuffer()).byteLength))
    expect(new Set(sizes).size).toBe(1)
    expect(answers.every(({ headers }) => headers.get('content-type') === 'image/webp')).toBe(true)
    expect((await get(id, { query: '?size=321' })).status).toBe(400)
  })

  it('a picture is never made larger, nor small to be saved', async () => {
    const { id, bytes } = await upload(api, ann, { bytes: await picture(500, 300) })
    for (const query of ['?size=720', '?size=96&download=true']) {
      const response = await get(id, { query })
      expect([response.headers.get('content-type'), (await response.arrayBuffer()).byteLength]).toEqual([
        'image/jpeg',
        bytes,
      ])
    }
    const small = Buffer.from(await (await get(id, { query: '?size=96' })).arrayBuffer())
    expect(await sharp(small).metadata()).toMatchObject({ format: 'webp', width: 96, height: 58 })
  })

  it('says the true name of a download in any script', async () => {
    const { id } = await upload(api, ann, { bytes: 'x', name: '回滚 脚本(1).txt' })
    const disposition = (await get(id, { query: '?download=true' })).headers.get('content-disposition')
    expect(disposition).toBe(
      `attachment; filename="__ __(1).txt"; filename*=UTF-8''%E5%9B%9E%E6%BB%9A%20%E8%84%9A%E6%9C%AC%281%29.txt`,
    )
  })

  it('a page’s images load by cookie, which opens nothing else', async () => {
    const { id } = await upload(api, ann, { bytes: await picture() })
    expect((await getFile(api, id, null, { cookie: ann.cookie })).status).toBe(200)
    expect((await fetch(new URL('/api/userInfo', api.url), { headers: { cookie: ann.cookie } })).status).toBe(401)
  })
})
