import { once } from 'node:events'
import { createServer } from 'node:http'
import type { OwnedProcess } from '../../../scripts/owned-process.ts'

/** A node of some version as a deploy sees one: it becomes ready, or never does, and says which version it is. */
export async function startStubNode(address: string, version: string, isReady: boolean): Promise<OwnedProcess> {
  const server = createServer((_, response) => {
    response.statusCode = isReady ? 200 : 503
    response.end(version)
  })
  const { hostname, port } = new URL(`http://${address}`)
  await once(server.listen(Number(port), hostname), 'listening')
  const ended = once(server, 'close').then(() => 'code 0')
  return {
    stdout: null,
    stderr: null,
    ended,
    end: async () => {
      server.close()
      server.closeAllConnections()
      await ended
    },
  }
}
