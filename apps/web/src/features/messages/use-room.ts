import { getRoom, type Room } from '@parley/protocol/rooms'
import { useClient } from '../../realtime/client-context.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'

/** The room of the conversation, asked for again when its name, its people or the right to write in it change. */
export function useRoom(roomId: string) {
  const { rest, socket } = useClient()
  const loaded = useLoaded<Room>(
    useCallback(
      async (signal: AbortSignal) => {
        const answer = await rest.call(getRoom, { query: { id: roomId } }, { signal })
        if (!('room' in answer)) throw new Error('a room was asked for and a list answered')
        return answer.room
      },
      [rest, roomId],
    ),
  )
  const reload = loaded.status === 'ready' ? loaded.reload : undefined
  useEffect(() => {
    if (!reload) return
    const reloadIf = (changedId: string | undefined) => {
      if (changedId === roomId) reload()
    }
    const ends = [
      socket.on('room.updated', ({ room }) => reloadIf(room.id)),
      socket.on('friend.changed', (change) => reloadIf(change.roomId)),
      socket.on('room.removed', (removed) => reloadIf(removed.roomId)),
    ]
    return () => ends.forEach((end) => end())
  }, [socket, roomId, reload])
  return loaded
}
