import { slowConsumersCut } from '../platform/metrics.ts'
import type { RealtimeServer } from './sockets.ts'

const sweepMs = 500
const queuedEventsMax = 256
const queuedBytesMax = 1024 * 1024

interface Log {
  warn(context: object, message: string): void
}

/** Engine.IO declares its queue private; there is no public count of it. */
const queueLength = (connection: object): number => {
  const queue: unknown = Reflect.get(connection, 'writeBuffer')
  return Array.isArray(queue) ? queue.length : 0
}

/**
 * Cuts off sockets that read slower than they are written to, so that one stalled phone never costs the server its
 * memory. The client reconnects and catches up by its cursor. Returns how to stop.
 */
export function watchSlowConsumers(io: RealtimeServer, log: Log): () => void {
  const timer = setInterval(() => {
    for (const socket of io.of('/').sockets.values()) {
      const queuedEvents = queueLength(socket.conn)
      const queuedBytes = socket.conn.request.socket.writableLength
      if (queuedEvents <= queuedEventsMax && queuedBytes <= queuedBytesMax) continue
      slowConsumersCut.inc()
      log.warn(
        { socketId: socket.id, userId: socket.data.actor.userId, queuedEvents, queuedBytes },
        'slow consumer cut off',
      )
      socket.emit('session.ending', { reason: 'slow' })
      socket.disconnect(true)
    }
  }, sweepMs)
  timer.unref()
  return () => clearInterval(timer)
}
