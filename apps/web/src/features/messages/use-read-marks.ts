import { useClient, useAppDispatch } from '../../realtime/client-context.tsx'
import { readMoved } from '../../realtime/events.ts'

const sendEveryMs = 500

const isLookedAt = () => document.visibilityState === 'visible' && document.hasFocus()

/** Tells the server how far this person has read, while they really look. */
export function useReadMarks({ roomId, ownId, readSeq, seenSeq }: ReadMarks) {
  const { socket } = useClient()
  const dispatch = useAppDispatch()
  const told = useRef(readSeq)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const tell = () => {
      timer = undefined
      if (seenSeq <= told.current || !isLookedAt()) return
      const before = told.current
      told.current = seenSeq
      dispatch(readMoved({ roomId, userId: ownId, seq: seenSeq }))
      // Told again with the next one seen, or when somebody comes back to this tab.
      socket.command('room.read', { roomId, seq: seenSeq }).catch(() => {
        told.current = before
      })
    }
    const tellSoon = () => {
      timer ??= setTimeout(tell, sendEveryMs)
    }
    tellSoon()
    window.addEventListener('focus', tellSoon)
    document.addEventListener('visibilitychange', tellSoon)
    const endReady = socket.on('session.ready', tellSoon)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('focus', tellSoon)
      document.removeEventListener('visibilitychange', tellSoon)
      endReady()
    }
  }, [socket, dispatch, roomId, ownId, seenSeq])
}

interface ReadMarks {
  roomId: string
  ownId: string
  /** Last message read before. */
  readSeq: number
  /** Last message that was on screen. */
  seenSeq: number
}
