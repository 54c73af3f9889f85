import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../apps/api/src/config.ts'
import { createHttpServer } from '../../apps/api/src/platform/http/server.ts'
import { startGateway, type Gateway } from '../../scripts/gateway.ts'
import { ask, json } from './upstream.ts'

let webDir: string
/** The API serving the same app itself. */
let api: Awaited<ReturnType<typeof createHttpServer>>
let gateway: Gateway

const script = 'console.log("the same again")\n'.repeat(100)
const navigation = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'parley-web-'))
  await mkdir(join(webDir, 'assets'))
  await mkdir(join(webDir, '.vite'))
  const files = {
    'index.html': '<title>Parley</title>',
    'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'manifest.webmanifest': '{"name":"Parley"}',
    'theme.js': 'document.title',
    'assets/main-3f2a.js': script,
    'assets/main-3f2a.js.br': brotliCompressSync(script),
    'assets/main-3f2a.js.gz': gzipSync(script),
    'assets/gone-77aa.js': 'of the release before',
    '.vite/manifest.json': '{}',
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(webDir, name), content)
  const secrets = { JWT_SECRET: 'x'.repeat(32), ENCRYPTION_KEY: 'x'.repeat(32), DATABASE_URL: 'mysql://nowhere' }
  api = await createHttpServer(loadConfig({ ...secrets, LOG_LEVEL: 'silent', LOG_DIR: 'off', WEB_DIR: webDir }))
  gateway = await startGateway({ api: [await api.listen({ port: 0, host: '127.0.0.1' })], webDir })
})
afterAll(async () => {
  await gateway.stop()
  await api.close()
  await rm(webDir, { recursive: true })
})

/** What is not about safety or caching, and what the API says to pages of other sites. */
const incidental =
  /^(date|server|connection|etag|last-modified|accept-ranges|x-request-id|vary|content-type|access-control-.*)$/

async function headersOfBoth(path: string, headers: Record<string, string>) {
  const { headers: ours } = await ask(gateway, path, { headers })
  const { headers: theirs } = await api.inject({ url: path, headers })
  const known = (given: object) =>
    Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) => (incidental.test(name) ? [] : [[name, `${value}`]])),
    )
  return { ours: known(ours), theirs: known(theirs) }
}

describe('the page', () => {
  test.each(['/', '/index.html', '/r/42?around=7', '/admin/people', '/relay/overview', '/join/abc'])(
    'is for every address a person may open, with the headers the API sends with it: %s',
    async (path) => {
      const { ours, theirs } = await headersOfBoth(path, navigation)
      expect(theirs['content-security-policy']).toContain("script-src 'self'")
      expect(ours).toEqual(theirs)
      expect((await ask(gateway, path, { headers: navigation })).body.toString()).toBe('<title>Parley</title>')
    },
  )

  test.each([
    ['/nothing.png', 'image/png'],
    ['/r/42', '*/*'],
    ['/assets/gone-1234.js', navigation.accept],
    ['/.vite/manifest.json', navigation.accept],
    ['/api', navigation.accept],
    ['/v1', navigation.accept],
    ['/assets/', navigation.accept],
  ])('is not what answers %s asked for as %s', async (path, accept) => {
    const answer = await ask(gateway, path, { headers: { accept } })
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/json; charset=utf-8'])
    expect(json(answer)).toMatchObject({ error: { code: 'NOT_FOUND', requestId: expect.any(String) } })
  })

  test('is asked for, not posted to', async () => {
    expect((await ask(gateway, '/r/42', { method: 'POST', body: '', headers: navigation })).status).toBe(404)
  })

  test('is not loaded again while it is the same', async () => {
    const { etag = '' } = (await ask(gateway, '/', { headers: navigation })).headers
    expect((await ask(gateway, '/', { headers: { ...navigation, 'if-none-match': etag } })).status).toBe(304)
  })
})

describe('a file', () => {
  test.each([
    ['/theme.js', 'text/javascript; charset=utf-8'],
    ['/assets/main-3f2a.js', 'text/javascript; charset=utf-8'],
    ['/favicon.svg', 'image/svg+xml'],
    ['/manifest.webmanifest', 'application/manifest+json'],
  ])('has the headers the API sends with it: %s', async (path, type) => {
    const { ours, theirs } = await headersOfBoth(path, { 'accept-encoding': 'identity' })
    expect(ours).toEqual(theirs)
    expect((await ask(gateway, path)).headers['content-type']).toBe(type)
  })

  test('whose name holds its hash never changes, any other is asked for again', async () => {
    expect((await ask(gateway, '/assets/main-3f2a.js')).headers['cache-control']).toBe(
      'public, max-age=31536000, immutable',
    )
    expect((await ask(gateway, '/theme.js')).headers['cache-control']).toBe('no-cache')
  })

  test('comes as the build compressed it', async () => {
    const get = (accepted: string) => ask(gateway, '/assets/main-3f2a.js', { headers: { 'accept-encoding': accepted } })
    const [br, gzip, plain] = [await get('gzip, deflate, br, zstd'), await get('gzip, deflate'), await get('identity')]
    expect([br.headers['content-encoding'], gzip.headers['content-encoding']]).toEqual(['br', 'gzip'])
    expect(br.body).toEqual(brotliCompressSync(script))
    expect(brotliDecompressSync(br.body).toString()).toBe(script)
    expect(gunzipSync(gzip.body).toString()).toBe(script)
    expect(plain.body.toString()).toBe(script)
    for (const { headers } of [br, gzip, plain]) expect(headers.vary).toContain('Accept-Encoding')
  })

  test('of the release before is still there for who has its page open', async () => {
    const get = (accepted: string) => ask(gateway, '/assets/gone-77aa.js', { headers: { 'accept-encoding': accepted } })
    expect((await get('gzip, br')).status).toBe(200)
    await rm(join(webDir, 'assets/gone-77aa.js'))
    expect((await get('br;q=1.0, gzip;q=0.8')).body.toString()).toBe('of the release before')
  })
})

test('the page and its files are there while their server is away', async () => {
  await ask(gateway, '/', { headers: navigation })
  await ask(gateway, '/theme.js')
  await gateway.endWeb()
  for (const path of ['/', '/r/42', '/admin/people', '/theme.js', '/assets/main-3f2a.js'])
    expect((await ask(gateway, path, { headers: path.endsWith('.js') ? {} : navigation })).status).toBe(200)
  expect((await ask(gateway, '/never-asked-for.png')).status).toBe(503)
})
