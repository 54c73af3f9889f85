import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** What goes on for longer when the server closes is cut off: a reader that is slow, or a file that is sent. */
const busyMsMax = 7_000

/**
 * Ends connections when the server closes: at once those on which nothing was ever sent, which browsers and HTTP clients open
 * in advance, as Node waits for the headers of a first request on them for a minute; after a while all the others.
 */
export function endConnections(app: FastifyInstance): void {
  const open = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  app.addHook('preClose', async () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
    const cutOff = () => {
      for (const socket of open) socket.destroy()
    }
    setTimeout(cutOff, busyMsMax).unref()
  })
}
