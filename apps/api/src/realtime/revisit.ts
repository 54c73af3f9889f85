import type { AnnouncedHead } from '@parley/protocol/messages'
import { isRoomChannel, roomChannel } from './channels.ts'
import type { RealtimeServer, RealtimeSocket } from './sockets.ts'

interface RevisitDependencies {
  io: RealtimeServer
  /** Puts a socket into the channels of its rooms and answers where those stand. */
  joinRooms: (socket: RealtimeSocket) => Promise<AnnouncedHead[]>
  onVisit: (socket: RealtimeSocket) => void
  onError: (error: unknown) => void
  /** How often at most. */
  everyMs: number
}

const gatherMs = 300

/**
 * Makes right what sockets of this node missed of the other nodes: each is put into the channels it belongs in, taken
 * out of the others, and told where its rooms stand, so that its client fetches what it did not hear.
 */
export function createRevisit({ io, joinRooms, onVisit, onError, everyMs }: RevisitDependencies) {
  let visitedAtMs = -everyMs
  let pending: NodeJS.Timeout | undefined

  async function visit(socket: RealtimeSocket): Promise<void> {
    onVisit(socket)
    const heads = await joinRooms(socket)
    const wanted = new Set(heads.map(({ roomId }) => roomChannel(roomId)))
    for (const channel of socket.rooms) {
      if (isRoomChannel(channel) && !wanted.has(channel)) await socket.leave(channel)
    }
    socket.emit('heads', heads)
  }

  function visitAll(): void {
    pending = undefined
    visitedAtMs = performance.now()
    for (const socket of io.of('/').sockets.values()) visit(socket).catch(onError)
  }

  /** `isLast` if nothing is missed any more, so that it must not be left to the next time. */
  return (isLast: boolean): void => {
    // Several nodes come back at once; who was missed by all of them is visited once.
    if (isLast) pending ??= setTimeout(visitAll, gatherMs).unref()
    else if (performance.now() - visitedAtMs >= everyMs) visitAll()
  }
}
