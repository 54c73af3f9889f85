import { createServer } from 'node:http'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createAllowedHosts,
  createPublicLookup,
  isPublicAddress,
  parseHosts,
  requireAllowedUrl,
  type ResolveAll,
} from './addresses.ts'
import { createDispatcher } from './dispatcher.ts'

describe('an address of the public internet', () => {
  test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'])(
    '%s is one',
    (address) => expect(isPublicAddress(address)).toBe(true),
  )
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '[::1]',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:0:10.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::8.8.8.8',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    'no address',
    '',
  ])('%s is none', (address) => expect(isPublicAddress(address)).toBe(false))
})

describe('the list of hosts', () => {
  test.each([
    ['api.openai.com', 'https://api.openai.com/v1'],
    ['API.OpenAI.com', 'https://api.openai.com'],
    ['https://api.openai.com/v1', 'https://api.openai.com/v1'],
    ['api.openai.com', 'https://API.openai.com./v1'],
    ['a.example, *.openai.azure.com', 'https://lin.openai.azure.com'],
    ['*', 'https://anything.example'],
    ['*', 'https://8.8.8.8'],
    ['localhost', 'http://localhost:11434/v1'],
    ['localhost:11434', 'http://localhost:11434/v1'],
    ['api.example:443', 'https://api.example'],
    ['10.0.0.5', 'http://10.0.0.5:8000'],
    ['127.0.0.1', 'http://0x7f.1'],
    ['::1', 'http://[::1]:8000'],
    ['[::1]:8000', 'http://[0:0::1]:8000'],
    ['模型.example', 'https://模型.example'],
  ])('%s allows %s', (list, url) => expect(requireAllowedUrl(url, parseHosts(list)).href).toContain('://'))

  test.each([
    ['', 'https://api.openai.com'],
    ['api.openai.com', 'https://api.openai.com.evil.example'],
    ['api.openai.com', 'https://evil.example/?api.openai.com'],
    ['*.openai.azure.com', 'https://openai.azure.com'],
    ['*.openai.azure.com', 'https://evilopenai.azure.com'],
    ['localhost:11434', 'http://localhost:6379'],
    ['*', 'http://127.0.0.1'],
    ['*', 'http://2130706433'],
    ['*', 'http://0177.0.0.1'],
    ['*', 'http://[::ffff:169.254.169.254]'],
    ['*', 'http://[::1]'],
    ['*, 10.0.0.5', 'http://10.0.0.6'],
    ['*', 'file:///etc/passwd'],
    ['*', 'gopher://a.example'],
    ['*', 'https://user:word@a.example'],
    ['*', 'no url'],
  ])('%s does not allow %s', (list, url) =>
    expect(() => requireAllowedUrl(url, parseHosts(list))).toThrow(
      expect.objectContaining({ code: 'ADDRESS_REFUSED' }),
    ),
  )

  test('is read anew when the setting was changed', () => {
    let setting = 'a.example'
    const hosts = createAllowedHosts(() => setting)
    expect(hosts().allows('b.example', '443')).toBe(false)
    setting = 'b.example'
    expect(hosts().allows('b.example', '443')).toBe(true)
  })
})

describe('a connection', () => {
  const server = createServer((asked, response) => {
    if (asked.url === '/moved') response.writeHead(302, { location: '/' }).end()
    else response.end('here')
  })
  let port = 0
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    port = typeof address === 'object' ? (address?.port ?? 0) : 0
  })
  afterAll(() => void server.close())

  const resolvesTo =
    (...addresses: string[]): ResolveAll =>
    (_, __, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )

  async function ask(list: string, host: string, resolveAll?: ResolveAll, path = '/'): Promise<number | string> {
    const dispatcher = createDispatcher({
      connectMs: 2_000,
      hosts: () => parseHosts(list),
      ...(resolveAll && { resolveAll }),
    })
    try {
      const { statusCode, body } = await request(`http://${host}:${port}${path}`, { dispatcher })
      await body.dump()
      return statusCode
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : 'no code'
    } finally {
      await dispatcher.destroy()
    }
  }

  test('is not opened to a public name that stands for a private address', async () => {
    for (const address of ['127.0.0.1', '169.254.169.254', '::ffff:127.0.0.1', '::1']) {
      expect(await ask('*', 'upstream.example', resolvesTo(address))).toBe('ADDRESS_REFUSED')
    }
  })

  test('takes of the addresses of a name only the public ones', async () => {
    const lookup = createPublicLookup(resolvesTo('127.0.0.1', '8.8.8.8', '::1'))
    const all = await new Promise((resolve) => lookup('a.example', { all: true }, (_, found) => resolve(found)))
    const one = await new Promise((resolve) => lookup('a.example', {}, (_, found) => resolve(found)))
    expect(all).toEqual([{ address: '8.8.8.8', family: 4 }])
    expect(one).toBe('8.8.8.8')
  })

  test('is opened to a private address whose own name or address is listed', async () => {
    expect(await ask('localhost', 'localhost')).toBe(200)
    expect(await ask('127.0.0.1', '127.0.0.1')).toBe(200)
    expect(await ask(`127.0.0.1:${port}`, '127.0.0.1')).toBe(200)
    expect(await ask('127.0.0.1:1', '127.0.0.1')).toBe('ADDRESS_REFUSED')
  })

  test('is not opened to a host that is not listed, or to a loopback address that only * would cover', async () => {
    expect(await ask('api.openai.com', 'localhost')).toBe('ADDRESS_REFUSED')
    expect(await ask('*', '127.0.0.1')).toBe('ADDRESS_REFUSED')
    expect(await ask('*', 'localhost')).toBe('ADDRESS_REFUSED')
  })

  test('follows no redirect', async () => {
    expect(await ask('127.0.0.1', '127.0.0.1', undefined, '/moved')).toBe(302)
  })
})
