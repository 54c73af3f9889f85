import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Proxy {
  /** Where to connect instead. */
  origin: string
  /** From now on what clients say arrives, and nothing of what the server answers. */
  swallowAnswers: () => void
  /** Breaks every connection in both directions; new ones work. */
  cut: () => void
  /** Breaks every connection, and refuses new ones until `goUp`. */
  goDown: () => void
  goUp: () => void
  stop: () => Promise<void>
}

/** A wire between clients and the server that can be cut where it hurts. */
export async function startProxy(target: string): Promise<Proxy> {
  const { protocol, hostname, port } = new URL(target)
  const open = new Set<Socket>()
  let swallowing = false
  let isDown = false

  function join(near: Socket) {
    const far = connect(Number(port), hostname)
    const ends = [near, far]
    for (const end of ends) {
      open.add(end)
      // A broken connection is what this proxy is for; the other half follows it.
      end.on('error', () => ends.forEach((each) => each.destroy()))
      end.on('close', () => {
        open.delete(end)
        ends.forEach((each) => each.destroy())
      })
    }
    near.on('data', (chunk) => far.write(chunk))
    far.on('data', (chunk) => {
      if (!swallowing) near.write(chunk)
    })
  }

  const server = createServer((near) => {
    if (isDown) near.destroy()
    else join(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')

  function cut() {
    swallowing = false
    for (const end of open) end.resetAndDestroy()
  }

  return {
    // By the name the server is known by: a certificate is for a name.
    origin: `${protocol}//${hostname}:${address.port}`,
    swallowAnswers() {
      swallowing = true
    },
    cut,
    goDown() {
      isDown = true
      cut()
    },
    goUp() {
      isDown = false
    },
    async stop() {
      cut()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}
