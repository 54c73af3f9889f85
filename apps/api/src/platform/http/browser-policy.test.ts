import { login, refresh } from '@parley/protocol/identity'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createUser, send, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'
import { readEndpoints } from '../../../test/endpoints.ts'
import { postUpload } from '../../../test/files.ts'

const listed = 'https://chat.example'

let api: TestApi
let ann: TestUser
beforeAll(async () => {
  api = await startApi({ WEB_ORIGINS: listed, PUBLIC_URL: 'https://parley.example', DOCS: 'true' })
  ann = await createUser(api)
})
afterAll(() => api.close())

describe('every answer', () => {
  test.each(['/healthz', '/api/nothing', '/api/userInfo', '/api/userImage?username=ann'])(
    'of %s is never sniffed, framed or run',
    async (path) => {
      const { headers } = await fetch(`${api.url}${path}`)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'|sandbox/)
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-powered-by')).toBeNull()
    },
  )
})

describe('a file', () => {
  test.each([
    ['a page', '<html><script>alert(1)</script></html>', 'page.html'],
    ['a picture with a script', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'a.svg'],
    ['a script', 'alert(1)', 'app.js'],
  ])('that is %s is saved, and cannot run where the app does', async (_, bytes, name) => {
    const uploaded = await postUpload(api, ann, { bytes, name })
    const { id }: { id: string } = JSON.parse(await uploaded.text())
    const { headers } = await fetch(`${api.url}/api/files/${id}`, {
      headers: { authorization: `Bearer ${ann.accessToken}` },
    })
    expect(headers.get('content-disposition')).toMatch(/^attachment;/)
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('pages of other origins', () => {
  const preflight = (origin: string, method: string) =>
    fetch(`${api.url}/api/userInfo`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
    })

  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('may %s where they are on the list', async (method) => {
    const { headers } = await preflight(listed, method)
    expect(headers.get('access-control-allow-origin')).toBe(listed)
    expect(headers.get('access-control-allow-credentials')).toBe('true')
    expect(headers.get('access-control-allow-methods')).toContain(method)
  })

  test.each(['https://evil.example', 'https://chat.example.evil.example', 'http://chat.example', 'null'])(
    'may nothing otherwise: %s',
    async (origin) => {
      for (const response of [
        await preflight(origin, 'POST'),
        await fetch(`${api.url}/api/userInfo`, { headers: { origin } }),
      ]) {
        expect(response.headers.get('access-control-allow-origin')).toBeNull()
      }
    },
  )
})

describe('the refresh cookie', () => {
  const statusFrom = async (headers: Record<string, string>) => {
    const response = await send(api, refresh, { headers: { cookie: ann.cookie, ...headers } })
    const cookies = response.headers.getSetCookie()
    if (cookies.length > 0) ann.cookie = cookies.map((line) => line.split(';', 1)[0]).join('; ')
    return response.status
  }

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a neighbour on the same domain', { 'sec-fetch-site': 'same-site', origin: 'https://blog.example' }],
    ['an old browser on another site', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
  ])('is not taken from %s', async (_, headers) => {
    expect(await statusFrom(headers)).toBe(403)
  })

  const takers = readEndpoints().filter(({ path }) => path.startsWith('/api/refresh'))
  test.each(takers.map(({ name, path }) => [name, path]))('is taken from no other site by %s', async (_, path) => {
    const response = await fetch(`${api.url}${path}`, {
      method: 'POST',
      body: '{}',
      headers: {
        cookie: ann.cookie,
        origin: 'https://evil.example',
        'sec-fetch-site': 'cross-site',
        'content-type': 'application/json',
      },
    })
    expect(response.status).toBe(403)
    expect(response.headers.getSetCookie()).toEqual([])
  })

  test('is taken from the app itself, from a listed origin, and where no browser is at work', async () => {
    expect(await statusFrom({ 'sec-fetch-site': 'same-origin', origin: api.url })).toBe(200)
    expect(await statusFrom({ 'sec-fetch-site': 'cross-site', origin: listed })).toBe(200)
    expect(await statusFrom({ origin: api.url })).toBe(200)
    expect(await statusFrom({})).toBe(200)
  })

  test('is sent back to the one path that needs it, and never shown to scripts', async () => {
    const response = await send(api, refresh, { headers: { cookie: ann.cookie } })
    const line = response.headers.getSetCookie().find((each) => each.startsWith('parley_refresh='))
    expect(line).toMatch(/Path=\/api\/refresh/i)
    expect(line).toMatch(/HttpOnly/i)
    expect(line).toMatch(/SameSite=Strict/i)
  })
})

describe('the cookies of a session', () => {
  const credentials = () => ({ body: { login: ann.username, password: ann.password } })
  const cookiesFor = async (headers: Record<string, string>) => {
    const { headers: answered } = await send(api, login, { ...credentials(), headers })
    const lines = answered.getSetCookie()
    expect(lines).toHaveLength(2)
    return lines
  }

  test('are kept for the page of a listed origin on another site alone', async () => {
    for (const line of await cookiesFor({ origin: listed, 'sec-fetch-site': 'cross-site' })) {
      expect(line).toMatch(/; HttpOnly; Secure; Partitioned; SameSite=None$/)
    }
  })

  test.each([
    ['the app itself', { 'sec-fetch-site': 'same-origin' }],
    ['a listed neighbour on the same domain', { origin: listed, 'sec-fetch-site': 'same-site' }],
    ['another site that is not listed', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['an old browser', { origin: listed }],
  ])('go with no request of another site when they are asked for by %s', async (_, headers) => {
    for (const line of await cookiesFor(headers)) {
      expect(line).toMatch(/; HttpOnly; SameSite=Strict$/)
    }
  })

  test('read files for pages of listed origins, and for no other site', async () => {
    const { id }: { id: string } = JSON.parse(await (await postUpload(api, ann, { bytes: 'hi', name: 'a.txt' })).text())
    const lines = await cookiesFor({ origin: listed, 'sec-fetch-site': 'cross-site' })
    const cookie = lines.map((line) => line.split(';', 1)[0]).join('; ')
    const read = async (headers: Record<string, string>) =>
      (await fetch(`${api.url}/api/files/${id}`, { headers: { cookie, ...headers } })).status
    expect(await read({ 'sec-fetch-site': 'cross-site', origin: listed })).toBe(200)
    expect(await read({ 'sec-fetch-site': 'same-origin' })).toBe(200)
    expect(await read({ 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await read({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })).toBe(403)
  })
})

describe('a socket', () => {
  const opens = (origin: string | undefined) =>
    new Promise<boolean>((resolve) => {
      const url = `${api.url.replace('http', 'ws')}/ws/?EIO=4&transport=websocket`
      const socket = new WebSocket(url, origin === undefined ? {} : { origin })
      socket.on('open', () => {
        socket.close()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })

  test('opens for the app itself, for listed origins, for the public address, and for programs', async () => {
    expect(await opens(api.url)).toBe(true)
    expect(await opens(listed)).toBe(true)
    expect(await opens('https://parley.example')).toBe(true)
    expect(await opens(undefined)).toBe(true)
  })

  test.each(['https://evil.example', 'https://chat.example.evil.example', 'http://chat.example', 'null'])(
    'opens for no page of %s',
    async (origin) => {
      expect(await opens(origin)).toBe(false)
    },
  )
})

describe('the API reference', () => {
  test('runs its own scripts and no others', async () => {
    const response = await fetch(`${api.url}/docs/`)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(response.status).toBe(200)
    expect(policy).toMatch(/script-src 'self' 'sha256-[A-Za-z0-9+/=]+'/)
    const scripts = policy.split('; ').find((part) => part.startsWith('script-src'))
    expect(scripts).not.toMatch(/unsafe/)
  })
})
