import { once } from 'node:events'
import { writeFile, mkdir } from 'node:fs/promises'
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway, type Gateway } from '../../scripts/gateway.ts'
import { createAuthority } from '../../scripts/tls.ts'
import { ask, echoes, json, startUpstream, upgrade, type TestUpstream } from './upstream.ts'

let upstream: TestUpstream
let gateway: Gateway

beforeAll(async () => {
  upstream = await startUpstream()
  gateway = await startGateway({ api: [upstream.origin], webDir: import.meta.dirname })
})
afterAll(async () => {
  await gateway.stop()
  await upstream.stop()
})

async function handshake(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const ca = gateway.certificateAuthority
  const port = Number(new URL(gateway.origin).port)
  const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost', ...options })
  await once(socket, 'secureConnect')
  socket.on('error', () => socket.destroy())
  return socket
}

async function serialNow(): Promise<string> {
  const socket = await handshake()
  const { serialNumber } = socket.getPeerCertificate()
  socket.destroy()
  return serialNumber
}

const redirectOf = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(gateway.httpOrigin + path, { redirect: 'manual', headers })
  return [response.status, response.headers.get('location')]
}

describe('HTTP', () => {
  test('is sent on to HTTPS, to the same address and by the same method', async () => {
    expect(await redirectOf('/r/4?around=5')).toEqual([308, 'https://localhost/r/4?around=5'])
    expect(await redirectOf('/api/login')).toEqual([308, 'https://localhost/api/login'])
  })

  test('serves the answers to challenges of ACME, and nothing beside them', async () => {
    const folder = join(gateway.acmeDir, '.well-known/acme-challenge')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'token'), 'token.thumbprint')
    await writeFile(join(gateway.acmeDir, 'other'), 'not for you')
    const challenge = await fetch(`${gateway.httpOrigin}/.well-known/acme-challenge/token`)
    expect([challenge.status, await challenge.text()]).toEqual([200, 'token.thumbprint'])
    expect((await fetch(`${gateway.httpOrigin}/.well-known/acme-challenge/none`)).status).toBe(404)
    expect((await redirectOf('/.well-known/acme-challenge/../../other'))[0]).toBe(308)
  })

  test('by another name is not answered at all', async () => {
    const socket = connectTcp(Number(new URL(gateway.httpOrigin).port), '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: somebody-elses.example\r\n\r\n')
    await expect(socket.toArray()).rejects.toThrow('ECONNRESET')
  })

  test('tells who runs the gateway that it lives', async () => {
    const port = new URL(gateway.httpOrigin).port
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(204)
  })
})

describe('TLS', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('%s is spoken', async (version) => {
    const socket = await handshake({ minVersion: version, maxVersion: version })
    expect(socket.authorized).toBe(true)
    // A ticket would be opened by a key that is never changed.
    expect(socket.getTLSTicket()).toBeUndefined()
    socket.destroy()
  })

  test.each(['TLSv1', 'TLSv1.1'] as const)('%s is refused', async (version) => {
    const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }
    await expect(handshake(old)).rejects.toThrow(/protocol version|wrong version/i)
  })

  test('ciphers without forward secrecy are refused', async () => {
    const weak = { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:AES256-GCM-SHA384' } as const
    await expect(handshake(weak)).rejects.toThrow(/handshake failure/i)
  })

  test('HTTP/2 is spoken', async () => {
    const session = connectHttp2(gateway.origin, { ca: gateway.certificateAuthority })
    const stream = session.request({ ':path': '/api/x' })
    expect((await once(stream, 'response'))[0]).toMatchObject({ ':status': 200 })
    expect(session.alpnProtocol).toBe('h2')
    stream.destroy()
    session.destroy()
  })

  test('a name that is not ours is given no certificate, and no answer on the connection of another', async () => {
    await expect(handshake({ servername: 'somebody-elses.example' })).rejects.toThrow(/unrecognized name/i)
    await expect(handshake({ servername: '' })).rejects.toThrow(/unrecognized name/i)
    expect((await ask(gateway, '/', { headers: { host: 'somebody-elses.example' } })).status).toBe(421)
  })

  test('HTTP on the port of HTTPS is sent on', async () => {
    const socket = connectTcp(Number(new URL(gateway.origin).port), '127.0.0.1')
    socket.write('GET /r/4 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    const answer = Buffer.concat(await socket.toArray()).toString()
    expect(answer).toMatch(/^HTTP\/1.1 308 .*\r\nLocation: https:\/\/localhost\/r\/4\r\n/s)
  })
})

describe('a certificate', () => {
  test('that is renewed is shown from the next reload on, and no open socket is cut', async () => {
    const before = await serialNow()
    const socket = await upgrade(gateway, '/ws/')
    await gateway.renewCertificate()
    expect(await serialNow()).toBe(before)
    await gateway.reload()
    expect(await serialNow()).not.toBe(before)
    expect(await echoes(socket, 'still here')).toBe(true)
    socket.destroy()
  })

  test('that does not fit its key is refused, and the one before stays', async () => {
    const before = await serialNow()
    const [one, other] = [await (await createAuthority()).issue(), await (await createAuthority()).issue()]
    await gateway.writeCertificate({ certificate: one.certificate, key: other.key })
    await expect(gateway.reload()).rejects.toThrow(/key values mismatch/)
    expect(await serialNow()).toBe(before)
    expect(json(await ask(gateway, '/api/x'))).toMatchObject({ url: '/api/x' })
  })
})
