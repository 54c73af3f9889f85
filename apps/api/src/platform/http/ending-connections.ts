import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { overloaded } from './errors.ts'

/** What goes on for longer when the server closes is cut off: a reader that is slow, or a file that is sent. */
const busyMsMax = 7_000

/**
 * Ends connections when the server closes. From the start no new ones are accepted, so that a proxy asks another node at
 * once; each there is ends with the answer that is under way on it, and after a while all do. Those on which nothing was ever
 * sent, which browsers and HTTP clients open in advance, end at once: Node would wait a minute for their first headers. A
 * request that was half sent by then is refused in the words of the contract; Fastify must be told to leave that to us.
 */
export function endConnections(app: FastifyInstance): void {
  let isClosing = false
  const open = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  app.addHook('onRequest', (_request, _reply, done) => (isClosing ? done(overloaded(1_000)) : done()))
  app.addHook('onResponse', (request, _reply, done) => {
    if (isClosing) request.raw.socket.destroySoon()
    done()
  })
  app.addHook('preClose', async () => {
    isClosing = true
    app.server.close()
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
    const cutOff = () => {
      for (const socket of open) socket.destroy()
    }
    setTimeout(cutOff, busyMsMax).unref()
  })
}
