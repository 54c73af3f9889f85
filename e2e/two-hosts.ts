import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { createAuthority, type SiteCertificate } from '../scripts/tls.ts'

/** Several names on one address, over TLS as in production. */
export interface Hosts {
  /** `https://<name>:<port>`. */
  originOf: (name: string) => string
  certificate: SiteCertificate
  /** From now on a name is answered by `listener`. */
  serve: (name: string, listener: RequestListener) => void
  /** From now on a name is answered by the server at `origin`, whatever protocol is spoken. */
  forward: (name: string, origin: string) => void
  stop: () => Promise<void>
}

/** Listens for the names; what answers each is said later, when it knows the origins. */
export async function startHosts(names: string[]): Promise<Hosts> {
  const certificate = await (await createAuthority()).issue(names)
  const servers = new Map<string, ReturnType<typeof createServer>>()
  const targets = new Map<string, URL>()
  const { certificate: cert, key } = certificate
  const door = createTlsServer({ cert, key, ALPNProtocols: ['http/1.1'] }, (near) => {
    // Browsers drop connections they no longer want.
    near.on('error', () => near.destroy())
    const name = near.servername || ''
    const target = targets.get(name)
    if (!target) {
      servers.get(name)?.emit('connection', near)
      return
    }
    const far = connect(Number(target.port), target.hostname)
    far.on('error', () => near.destroy())
    far.on('close', () => near.destroy())
    near.on('close', () => far.destroy())
    near.pipe(far).pipe(near)
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  const address = door.address()
  if (address === null || typeof address === 'string') throw new Error('the hosts have no port')
  return {
    originOf: (name) => `https://${name}:${address.port}`,
    certificate,
    serve: (name, listener) => void servers.set(name, createServer(listener)),
    forward: (name, origin) => void targets.set(name, new URL(origin)),
    async stop() {
      for (const server of servers.values()) server.closeAllConnections()
      const closed = once(door, 'close')
      door.close()
      await closed
    },
  }
}
