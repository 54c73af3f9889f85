import { listMembers, type Room } from '@parley/protocol/rooms'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { usersMet } from '../people/people-slice.ts'

/** In larger rooms the server tells nobody how far others have read. */
const membersMax = 200

/** Counts who else has read up to a message. */
export type CountReaders = (seq: number) => number

/** How far everybody else of a room has read; null where that is not told. */
export function useReaders(room: Room, ownId: string): CountReaders | null {
  const { rest, socket } = useClient()
  const dispatch = useAppDispatch()
  const [reads, setReads] = useState<ReadonlyMap<string, number>>(new Map())
  const { id: roomId, memberCount } = room
  const isTold = memberCount <= membersMax

  useEffect(() => {
    if (!isTold) return undefined
    const abort = new AbortController()
    const move = (moves: readonly (readonly [string, number])[]) =>
      setReads((known) => {
        const next = new Map(known)
        for (const [userId, seq] of moves) next.set(userId, Math.max(seq, next.get(userId) ?? 0))
        return next
      })
    const load = async () => {
      let cursor: string | undefined
      do {
        const query = cursor === undefined ? { roomId } : { roomId, cursor }
        const page = await rest.call(listMembers, { query }, { signal: abort.signal })
        dispatch(usersMet(page.items.map(({ user }) => user)))
        move(page.items.map(({ user, readSeq }) => [user.id, readSeq]))
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
    }
    const loadQuietly = () =>
      void load().catch((error: unknown) => {
        // Ticks are missing until the next connection; the conversation itself is not touched.
        if (!abort.signal.aborted) reportError(error)
      })
    loadQuietly()
    const endReady = socket.on('session.ready', loadQuietly)
    const endRead = socket.on('read', (event) => {
      if (event.roomId === roomId) move([[event.userId, event.seq]])
    })
    return () => {
      abort.abort()
      endReady()
      endRead()
    }
  }, [rest, socket, dispatch, roomId, isTold])

  return useMemo(() => {
    if (!isTold) return null
    const others = [...reads].filter(([userId]) => userId !== ownId).map(([, seq]) => seq)
    return (seq) => others.filter((read) => read >= seq).length
  }, [reads, isTold, ownId])
}
