import { createServer, type IncomingMessage, type Server } from 'node:http'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../config.ts'
import { derivedKey, isDiskFull, openStorage, type Storage } from './storage.ts'

/** The few verbs of S3 that storage speaks, on a map. The real service is outside of the machine. */
function createBucketServer(objects: Map<string, Buffer>): Server {
  const list = (prefix: string) =>
    `<ListBucketResult>${[...objects.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => `<Contents><Key>${key}</Key><LastModified>2026-05-04T09:30:00.000Z</LastModified></Contents>`)
      .join('')}</ListBucketResult>`

  async function answer(request: IncomingMessage): Promise<{ status: number; body?: Buffer | string }> {
    const url = new URL(request.url ?? '/', 'http://bucket')
    const key = url.pathname.replace('/attachments/', '')
    const found = objects.get(key)
    if (request.method === 'PUT') {
      objects.set(key, await buffer(request))
      return { status: 200 }
    }
    if (request.method === 'POST') {
      for (const [, named = ''] of (await text(request)).matchAll(/<Key>(.*?)<\/Key>/g)) objects.delete(named)
      return { status: 200, body: '<DeleteResult></DeleteResult>' }
    }
    if (request.method === 'DELETE') {
      objects.delete(key)
      return { status: 204 }
    }
    if (url.searchParams.has('list-type')) return { status: 200, body: list(url.searchParams.get('prefix') ?? '') }
    if (!found) return { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' }
    const [, start, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []
    return start ? { status: 206, body: found.subarray(Number(start), Number(end) + 1) } : { status: 200, body: found }
  }

  return createServer((request, response) => {
    void answer(request).then(({ status, body = '' }) => {
      response.writeHead(status, { 'content-length': Buffer.byteLength(body) })
      response.end(request.method === 'HEAD' ? undefined : body)
    })
  })
}

const objects = new Map<string, Buffer>()
const server = createBucketServer(objects)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-storage-'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true, force: true })
})

const secrets = { JWT_SECRET: 'x'.repeat(32), ENCRYPTION_KEY: 'x'.repeat(32) }
const settings = { DATABASE_URL: 'mysql://nobody@127.0.0.1/none', ...secrets }

const backends: Record<string, () => Promise<Storage>> = {
  'on disk': () => openStorage(loadConfig({ ...settings, DATA_DIR: folder })),
  'in a bucket': () => {
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const bucket = { S3_BUCKET: 'attachments', S3_ENDPOINT: `http://127.0.0.1:${port}` }
    const keys = { S3_ACCESS_KEY_ID: 'test', S3_SECRET_ACCESS_KEY: 'test' }
    return openStorage(loadConfig({ ...settings, ...bucket, ...keys, DATA_DIR: folder }))
  },
}

describe.each(Object.entries(backends))('files %s', (_, open) => {
  const keep = async (storage: Storage, key: string, content: string) => {
    const path = join(storage.incomingDir, 'one')
    await writeFile(path, content)
    await storage.keep(path, key)
  }

  it('are kept, measured, and read whole or in part', async () => {
    const storage = await open()
    await keep(storage, 'ab/abcd', '0123456789')
    expect(await readdir(storage.incomingDir)).toEqual([])
    expect(await storage.size('ab/abcd')).toBe(10)
    const [whole, part] = [await storage.read('ab/abcd'), await storage.read('ab/abcd', { start: 2, end: 4 })]
    expect([whole && (await text(whole)), part && (await text(part))]).toEqual(['0123456789', '234'])
  })

  it('go with all that was derived from them, and with nothing else', async () => {
    const storage = await open()
    const small = derivedKey('cd/cdef', '96.webp')
    for (const key of ['cd/cdef', small, 'cd/cdefgh']) await keep(storage, key, 'bytes')
    await storage.remove('cd/cdef')
    expect(await Promise.all(['cd/cdef', small, 'cd/cdefgh'].map((key) => storage.size(key)))).toEqual([null, null, 5])
    await storage.remove('cd/cdef')
  })

  it('that are not there are null', async () => {
    const storage = await open()
    expect([await storage.size('no/such'), await storage.read('no/such')]).toEqual([null, null])
  })
})

it('a full disk is told from other faults, in codes and in the words of libvips', () => {
  for (const code of ['ENOSPC', 'EDQUOT']) expect(isDiskFull(Object.assign(new Error('write'), { code }))).toBe(true)
  expect(isDiskFull(new Error('wbuffer_write: write failed\nunix error: No space left on device'))).toBe(true)
  expect(isDiskFull(new Error('Input buffer contains unsupported image format'))).toBe(false)
})
