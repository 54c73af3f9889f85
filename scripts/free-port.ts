import { createServer } from 'node:net'

/** The first free port from `preferred` up; with 0, any free one. */
export async function freePort(preferred: number): Promise<number> {
  for (let step = 0; step < 100; step++) {
    const granted = await tryPort(preferred === 0 ? 0 : preferred + step)
    if (granted) return granted
  }
  throw new Error(`no free port between ${preferred} and ${preferred + 99}`)
}

async function tryPort(port: number): Promise<number | undefined> {
  // A server on one address family does not keep another from listening on the other: ask for both.
  for (const host of ['127.0.0.1', '::1', undefined]) {
    const granted = await listenOnce(port, host)
    if (granted === 'taken') return undefined
    if (granted !== 'no such address') port = granted
  }
  return port
}

function listenOnce(port: number, host: string | undefined): Promise<number | 'taken' | 'no such address'> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve('taken')
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve('no such address')
      else reject(error)
    })
    server.listen({ port, host }, () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
