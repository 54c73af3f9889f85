import { connect as connectTcp } from 'node:net'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bytesOf, incoming, picture, postUpload } from '../../../test/files.ts'
import { createUser, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'

let api: TestApi
let ann: TestUser

beforeAll(async () => {
  api = await startApi({ UPLOAD_BYTES_MAX: '300000' })
  ann = await createUser(api)
})
afterAll(() => api.close())

const postForm = (form: FormData) =>
  fetch(new URL('/api/upload', api.url), {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${ann.accessToken}` },
  })

const leftovers = () => incoming(api)

const codeOf = async (response: Response): Promise<unknown> => {
  const body: { error?: { code?: string } } = JSON.parse(await response.text())
  return { status: response.status, code: body.error?.code }
}

/** The first half of a picture that does not compress. */
async function cutNoise(): Promise<Uint8Array<ArrayBuffer>> {
  const noise = {
    width: 200,
    height: 200,
    channels: 3 as const,
    noise: { type: 'gaussian' as const, mean: 128, sigma: 60 },
  }
  const whole = await sharp({ create: { ...noise, background: '#fff' } })
    .jpeg()
    .toBuffer()
  return bytesOf(whole.subarray(0, whole.length / 2))
}

const heic = bytesOf(Buffer.from(`\0\0\0\x18ftypheic\0\0\0\0mif1heic${'\0'.repeat(200)}`))

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
  ['an image cut off in its head', async () => ({ bytes: (await picture()).slice(0, 200) }), 415, 'UNSUPPORTED_MEDIA'],
  ['an image cut off in its middle', async () => ({ bytes: await cutNoise() }), 415, 'UNSUPPORTED_MEDIA'],
  ['a HEIC photo, whose place of making would stay in it', async () => ({ bytes: heic }), 415, 'UNSUPPORTED_MEDIA'],
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
  expect(await codeOf(await postForm(two))).toEqual({
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
  })
  const none = new FormData()
  none.append('scene', 'message')
  expect(await codeOf(await postForm(none))).toMatchObject({
    status: 400,
  })
  expect(await leftovers()).toEqual([])
})

it.each([
  [
    'more fields than there are',
    413,
    'PAYLOAD_TOO_LARGE',
    (form: FormData) => {
      for (let field = 0; field < 12; field += 1) form.append('scene', 'message')
    },
  ],
  ['a field named to poison a prototype', 400, 'VALIDATION_FAILED', (form: FormData) => form.append('__proto__', 'x')],
  [
    'a field after the file',
    400,
    'VALIDATION_FAILED',
    (form: FormData) => {
      form.append('scene', 'message')
      form.append('file', new Blob(['a']), 'a.txt')
      form.append('width', '5')
    },
  ],
])('refuses %s', async (_, status, code, fill) => {
  const form = new FormData()
  fill(form)
  expect(await codeOf(await postForm(form))).toEqual({ status, code })
  expect(await leftovers()).toEqual([])
})

it.each([
  ['a form without a boundary', 'multipart/form-data', 'x'],
  ['a form that is none', 'multipart/form-data; boundary=b', 'x'],
  [
    'a form that ends too early',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="scene"\r\n',
  ],
  [
    'a field that claims to be JSON',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="scene"\r\nContent-Type: application/json\r\n\r\n{\r\n--b--\r\n',
  ],
])('refuses %s', async (_, type, body) => {
  const headers = { authorization: `Bearer ${ann.accessToken}`, 'content-type': type }
  const response = await fetch(new URL('/api/upload', api.url), { method: 'POST', body, headers })
  expect(await codeOf(response)).toEqual({ status: 400, code: 'VALIDATION_FAILED' })
  expect(await leftovers()).toEqual([])
})

it('forms are for uploads only', async () => {
  const form = new FormData()
  form.append('login', 'ann')
  const response = await fetch(new URL('/api/login', api.url), { method: 'POST', body: form })
  expect(await codeOf(response)).toEqual({ status: 415, code: 'UNSUPPORTED_MEDIA' })
})

it('refuses what is announced too large before reading it', async () => {
  const response = await postUpload(api, ann, { bytes: 'x'.repeat(2_000_000), fields: {} })
  expect(await codeOf(response)).toEqual({ status: 413, code: 'PAYLOAD_TOO_LARGE' })
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
