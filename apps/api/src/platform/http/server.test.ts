import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, createUser, startApi, type TestApi } from '../../../test/harness.ts'

let api: TestApi
let webDirectory: string

beforeAll(async () => {
  webDirectory = await mkdtemp(join(tmpdir(), 'parley-web-'))
  await mkdir(join(webDirectory, 'assets'))
  await mkdir(join(webDirectory, '.vite'))
  await writeFile(join(webDirectory, 'index.html'), '<title>Parley</title>')
  await writeFile(join(webDirectory, 'assets', 'main-3f2a.js'), 'console.log(1)')
  await writeFile(join(webDirectory, 'assets', 'main-3f2a.js.br'), 'compressed')
  await writeFile(join(webDirectory, '.vite', 'manifest.json'), '{}')
  api = await startApi({ WEB_DIR: webDirectory })
})
afterAll(async () => {
  await api.close()
  await rm(webDirectory, { recursive: true })
})

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${api.url}${path}`, { headers })
const navigation = { accept: 'text/html,*/*' }

describe('what runs the server', () => {
  test('asks whether it lives, and whether its database answers', async () => {
    expect((await get('/healthz')).status).toBe(200)
    expect((await get('/readyz')).status).toBe(200)
  })

  test('reads metrics by their fixed names, one series an endpoint', async () => {
    const socket = await connect(api, await createUser(api))
    await get('/api/files/123')
    await get('/api/files/456')
    const metrics = await (await get('/metrics')).text()
    expect(metrics).toMatch(/http_requests_total\{method="POST",endpoint="\/api\/register",status="201"\} 2/)
    expect(metrics).toMatch(/http_request_duration_seconds_count\{method="POST",endpoint="\/api\/register"\} 2/)
    expect(metrics).toContain('websocket_connections_active{type="realtime"} 1')
    expect(metrics).not.toContain('/api/files/123')
    socket.close()
    await socket.closed
    await expect
      .poll(async () => (await get('/metrics')).text())
      .toContain('websocket_connections_active{type="realtime"} 0')
  })

  test('is the only one to read metrics', async () => {
    expect((await get('/metrics', { 'x-forwarded-for': '203.0.113.9' })).status).toBe(404)
  })
})

describe('request ids', () => {
  test('are kept from a proxy where they are sane, and said in every answer and error', async () => {
    const kept = await get('/api/nothing', { 'x-request-id': 'proxy-42' })
    expect(kept.headers.get('x-request-id')).toBe('proxy-42')
    expect(await kept.json()).toMatchObject({ error: { code: 'NOT_FOUND', requestId: 'proxy-42' } })
    const replaced = await get('/api/nothing', { 'x-request-id': 'a b"c' })
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test.each(['/v1/models', '/%761/models', '/v%31/models'])('are never taken from outside for %s', async (path) => {
    const { status, headers } = await get(path, { 'x-request-id': 'given-1' })
    expect(status).toBe(401)
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('the web app', () => {
  test('is one page for every address a person opens, never cached, with a strict policy', async () => {
    for (const path of ['/', '/rooms/42', '/invite/abc.def', '/index.html']) {
      const response = await get(path, navigation)
      expect(response.status).toBe(200)
      expect(await response.text()).toContain('<title>Parley</title>')
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self'")
    }
  })

  test('has assets that are kept for ever, compressed where the build did it', async () => {
    const asset = await get('/assets/main-3f2a.js', { 'accept-encoding': 'identity' })
    expect(await asset.text()).toBe('console.log(1)')
    expect(asset.headers.get('content-type')).toContain('javascript')
    expect(asset.headers.get('cache-control')).toContain('immutable')
    const compressed = await api.app.inject({ url: '/assets/main-3f2a.js', headers: { 'accept-encoding': 'br' } })
    expect(compressed.headers['content-encoding']).toBe('br')
    expect(compressed.body).toBe('compressed')
  })

  test('answers neither for the API nor for what is missing or hidden', async () => {
    for (const path of ['/api/nothing', '/docs/nothing', '/v1/nothing']) {
      const response = await get(path, navigation)
      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toContain('application/json')
    }
    for (const path of ['/assets/gone.js', '/.vite/manifest.json', '/..%2f..%2fetc/passwd']) {
      expect((await get(path)).status).toBe(404)
    }
  })
})
