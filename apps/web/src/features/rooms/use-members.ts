import { listMembers, type Room, type RoomMember } from '@parley/protocol/rooms'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { useDebounced } from '../../ui/use-debounced.ts'
import { usePages } from '../../ui/use-pages.ts'
import { usersMet } from '../people/people-slice.ts'

const typingPauseMs = 200
/** Several people who come or go together are one reload. */
const gatherMs = 500

/** The members of a room whose names match, kept right while people come and go. */
export function useMembers({ id: roomId }: Room, query: string) {
  const { rest, socket } = useClient()
  const dispatch = useAppDispatch()
  const settled = useDebounced(query.trim(), typingPauseMs)
  const load = useCallback(
    async (cursor: string | undefined, signal: AbortSignal) => {
      const page = await rest.call(listMembers, { query: { roomId, query: settled, cursor } }, { signal })
      dispatch(usersMet(page.items.map(({ user }) => user)))
      return page
    },
    [rest, dispatch, roomId, settled],
  )
  const pages = usePages<RoomMember>(load)

  const reload = useRef(pages.reload)
  useEffect(() => {
    reload.current = pages.reload
  })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const reloadSoon = () => {
      clearTimeout(timer)
      timer = setTimeout(() => reload.current(), gatherMs)
    }
    const endChanged = socket.on('member.changed', (event) => {
      if (event.roomId === roomId) reloadSoon()
    })
    // Whatever happened while the connection was away went by unheard.
    const endReady = socket.on('session.ready', reloadSoon)
    return () => {
      clearTimeout(timer)
      endChanged()
      endReady()
    }
  }, [socket, roomId])
  return pages
}
