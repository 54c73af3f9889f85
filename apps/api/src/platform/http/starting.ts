import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { AppError, toWire } from './errors.ts'

const retryAfterMs = 1_000

/**
 * Answers those who look after the server, on its port, while it starts: it is alive, and not ready. Whoever else comes
 * is hung up on, so that a gateway asks another node and sends nobody here for a while, as it would not for an answer.
 */
export async function answerWhileStarting({ port, host }: { port: number; host: string }) {
  const server = createServer((request, response) => {
    const isLiveness = request.url === '/healthz'
    if (!isLiveness && request.url !== '/readyz') {
      request.destroy()
      return
    }
    const refusal = new AppError('OVERLOADED', 'The server is starting. Nothing was stored; try again shortly.', {
      details: { retryAfterMs },
    })
    response.writeHead(isLiveness ? 200 : refusal.status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'retry-after': String(retryAfterMs / 1_000),
      connection: 'close',
    })
    response.end(JSON.stringify(isLiveness ? { status: 'ok' } : { error: toWire(refusal, randomUUID()) }))
  })
  server.listen({ port, host })
  await once(server, 'listening')
  return {
    /** Frees the port. */
    async close(): Promise<void> {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
