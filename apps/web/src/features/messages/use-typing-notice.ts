import { useClient } from '../../realtime/client-context.tsx'

const noticeEveryMs = 3_000

/** Tells the room that one is typing, at most every three seconds. */
export function useTypingNotice(roomId: string) {
  const { socket } = useClient()
  const toldAt = useRef(0)
  return () => {
    if (Date.now() - toldAt.current < noticeEveryMs || socket.state() !== 'online') return
    toldAt.current = Date.now()
    socket.command('room.typing', { roomId }).catch(() => {
      // A notice of the moment; by the time it could be repeated it would no longer be true.
    })
  }
}
