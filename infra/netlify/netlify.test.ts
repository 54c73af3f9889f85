import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpServer } from '../../apps/api/src/platform/http/server.ts'
import { loadConfig } from '../../apps/api/src/config.ts'
import { headersFile, readApiOrigin, withApiOrigin } from '../../apps/web/page-elsewhere.ts'
import { createSite, headersFor, parseHeaders, readNetlify } from './site.ts'

const api = 'https://api.example.com'
const root = resolve(import.meta.dirname, '../..')

let dir: string
let page: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-site-'))
  page = await readFile(join(root, 'apps/web/index.html'), 'utf8')
  await writeFile(join(dir, 'index.html'), page)
  await mkdir(join(dir, 'assets'))
  await writeFile(join(dir, 'assets/index-abc.js'), 'here()')
})
afterAll(() => rm(dir, { recursive: true }))

describe('the origin of the API', () => {
  test('is an origin with https, as browsers write it', () => {
    expect(readApiOrigin({ VITE_API_ORIGIN: api })).toBe(api)
    expect(readApiOrigin({ VITE_API_ORIGIN: `${api}:8443` })).toBe(`${api}:8443`)
    expect(readApiOrigin({})).toBe('')
  })

  test.each([
    `${api}/`,
    `${api}/v1`,
    `${api}:443`,
    'http://api.example.com',
    'api.example.com',
    'https://API.example.com',
  ])('is not %s, and the build says what it should be', (VITE_API_ORIGIN) => {
    expect(() => readApiOrigin({ VITE_API_ORIGIN })).toThrow(/VITE_API_ORIGIN must be an origin with https/)
  })

  test('cannot be left out where nobody answers for the API', () => {
    expect(() => readApiOrigin({ NETLIFY: 'true' })).toThrow(/set VITE_API_ORIGIN/)
  })

  test('stands in the page, once', () => {
    const told = withApiOrigin(page, api)
    expect(told).toContain(`<meta name="api-origin" content="${api}" />`)
    expect(() => withApiOrigin(told, api)).toThrow(/has no <meta name="api-origin"/)
  })
})

describe('the headers', () => {
  test('are those the API sends with the page, and name the API besides', async () => {
    const secrets = { JWT_SECRET: 'x'.repeat(32), ENCRYPTION_KEY: 'x'.repeat(32) }
    const settings = { ...secrets, DATABASE_URL: 'mysql://nobody@127.0.0.1/none', LOG_DIR: 'off', LOG_LEVEL: 'fatal' }
    const server = await createHttpServer(loadConfig({ ...settings, WEB_DIR: dir }))
    const { headers } = await server.inject({ url: '/', headers: { accept: 'text/html' } })
    await server.close()
    const ofThisAnswer =
      /^(access-control-|accept-ranges|cache-control|connection|content-length|content-type|date|etag|last-modified|vary|x-request-id)/
    const ofPage = Object.fromEntries(Object.entries(headers).filter(([name]) => !ofThisAnswer.test(name)))

    const { 'cache-control': _, ...ofSite } = headersFor(parseHeaders(headersFile(api)), '/')
    const policy = ofSite['content-security-policy'] ?? ''
    expect({
      ...ofSite,
      'content-security-policy': policy.replaceAll(/ (https|wss):\/\/api\.example\.com/g, ''),
    }).toEqual(ofPage)
    const sources = (directive: string) => policy.split('; ').find((part) => part.startsWith(`${directive} `))
    expect(sources('connect-src')).toBe(`connect-src 'self' ${api} wss://api.example.com`)
    expect(sources('img-src')).toContain(api)
    expect(sources('media-src')).toContain(api)
    expect(sources('script-src')).toBe("script-src 'self'")
  })

  test('say no name twice for one path, which would be sent with both values', () => {
    const rules = parseHeaders(headersFile(api))
    const names = rules.flatMap(({ headers }) => headers.map(([name]) => name))
    expect(new Set(names).size).toBe(names.length)
    expect(headersFor(rules, '/assets/index-abc.js')['cache-control']).toBe('public, max-age=31536000, immutable')
  })
})

describe('the site', () => {
  test('is built by the package manager of the repository, from what it builds', async () => {
    const { packageManager }: { packageManager: string } = JSON.parse(
      await readFile(join(root, 'package.json'), 'utf8'),
    )
    expect((await readNetlify()).settings).toMatchObject({
      build: {
        command: `npx -y ${packageManager} --filter @parley/web build`,
        publish: 'apps/web/dist',
        environment: { NODE_VERSION: '24' },
      },
    })
  })

  // The app itself takes half a minute on a busy machine; what is at stake is in its page and in the settings of Vite.
  test('has in its page and its headers the API that its build was told', { timeout: 60_000 }, async () => {
    const source = join(dir, 'source')
    await mkdir(source)
    await writeFile(join(source, 'index.html'), page.replaceAll(/.*(script|stylesheet).*/g, ''))
    const web = join(root, 'apps/web')
    const vite = [join(web, 'node_modules/vite/bin/vite.js'), 'build', source, '--config', join(web, 'vite.config.ts')]
    const env = { ...process.env, VITE_API_ORIGIN: api, NODE_ENV: 'production' }
    await promisify(execFile)(process.execPath, [...vite, '--logLevel', 'error'], { cwd: web, env })
    expect(await readFile(join(source, 'dist/_headers'), 'utf8')).toBe(headersFile(api))
    expect(await readFile(join(source, 'dist/index.html'), 'utf8')).toContain(`name="api-origin" content="${api}"`)
  })

  test('answers its files, its page for addresses within the app, and 404 for files that are gone', async () => {
    const server = createServer(await createSite(dir, api)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('the site has no port')
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${address.port}${path}`)
      return { status: response.status, text: await response.text() }
    }
    const told = withApiOrigin(page, api)
    expect(await get('/')).toEqual({ status: 200, text: told })
    expect(await get('/r/12/m/3')).toEqual({ status: 200, text: told })
    expect(await get('/assets/index-abc.js')).toEqual({ status: 200, text: 'here()' })
    expect(await get('/assets/index-old.js')).toMatchObject({ status: 404 })
    server.close()
  })
})
