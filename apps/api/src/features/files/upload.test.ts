import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesOf, getFile, picture, upload } from '../../../test/files.ts'
import { createUser, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'

let api: TestApi
let ann: TestUser

beforeAll(async () => {
  api = await startApi()
  ann = await createUser(api)
})
afterAll(() => api.close())

const get = (id: string, query = '') => getFile(api, id, ann, { query })
const ascii = (text: string): Uint8Array<ArrayBuffer> => bytesOf(Buffer.from(text, 'latin1'))
const box = (brand: string) => ascii(`\0\0\0\x18ftyp${brand}\0\0\0\0isom${brand}${'\0'.repeat(200)}`)
const webm = ascii(`\x1a\x45\xdf\xa3\x87\x42\x82\x84webm${'\0'.repeat(200)}`)

/** The first bytes of each kind, which are all that tells them apart. */
const sounds: [string, Uint8Array<ArrayBuffer>, string, string, Record<string, string>][] = [
  ['an MP4', box('isom'), 'video', 'video/mp4', {}],
  ['a QuickTime film', box('qt  '), 'video', 'video/quicktime', {}],
  ['a WebM', webm, 'video', 'video/webm', {}],
  ['a WebM recorded as voice', webm, 'voice', 'audio/webm', { voice: 'true' }],
  ['an MP4 recorded as voice', box('isom'), 'voice', 'audio/mp4', { voice: 'true' }],
  ['an M4A', box('M4A '), 'audio', 'audio/mp4', {}],
  ['an MP3', ascii(`ID3\x03\0\0\0\0\0\0\xff\xfb\x90\x64${'\0'.repeat(600)}`), 'audio', 'audio/mpeg', {}],
  ['an Ogg', ascii(`OggS\0\x02${'\0'.repeat(22)}\x01vorbis${'\0'.repeat(200)}`), 'audio', 'audio/ogg', {}],
  ['a WAV', ascii(`RIFF\x24\0\0\0WAVEfmt ${'\0'.repeat(200)}`), 'audio', 'audio/wav', {}],
  ['a FLAC', ascii(`fLaC${'\0'.repeat(200)}`), 'audio', 'audio/flac', {}],
]

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
    const kept = Buffer.from(await (await get(file.id)).arrayBuffer())
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

  it('an animation keeps moving, small too', async () => {
    const frames = await Promise.all(
      ['#c0392b', '#2980b9', '#27ae60'].map((background) =>
        sharp({ create: { width: 600, height: 400, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    )
    const bytes = bytesOf(
      await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
    )
    const file = await upload(api, ann, { bytes })
    expect(file).toMatchObject({ kind: 'image', mime: 'image/gif', width: 600, height: 400 })
    for (const query of ['', '?size=96']) {
      const kept = Buffer.from(await (await get(file.id, query)).arrayBuffer())
      expect((await sharp(kept).metadata()).pages).toBe(3)
    }
  })

  it.each(['image/png', 'application/octet-stream'])(
    'a PNG called %s loses its text and colour profile',
    async (type) => {
      const profiled = sharp(await picture())
        .withIccProfile('p3')
        .withExif({ IFD0: { Artist: 'Nobody' } })
      const file = await upload(api, ann, { bytes: bytesOf(await profiled.png().toBuffer()), type })
      const kept = await sharp(Buffer.from(await (await get(file.id)).arrayBuffer())).metadata()
      expect([kept.exif, kept.xmp, kept.icc, kept.space]).toEqual([undefined, undefined, undefined, 'srgb'])
    },
  )

  it.each(sounds)('%s is told by its content', async (_, bytes, kind, mime, fields) => {
    const measures = { width: '640', height: '360', durationMs: '1500' }
    const file = await upload(api, ann, {
      bytes,
      name: 'clip.txt',
      fields: { scene: 'message', ...measures, ...fields },
    })
    expect(file).toMatchObject({ kind, mime, durationMs: 1_500 })
    expect([file.width, file.height]).toEqual(kind === 'video' ? [640, 360] : [undefined, undefined])
    expect((await get(file.id)).headers.get('content-disposition')).toMatch(/^inline/)
  })

  it('a picture of 1 x 4,000 pixels keeps its shape', async () => {
    const file = await upload(api, ann, { bytes: await picture(1, 4_000) })
    expect(file).toMatchObject({ width: 1, height: 4_000 })
    const small = await sharp(Buffer.from(await (await get(file.id, '?size=320')).arrayBuffer())).metadata()
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
    const response = await get(file.id)
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
})
