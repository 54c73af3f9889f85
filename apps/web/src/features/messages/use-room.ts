import { getRoom, type Room } from '@parley/protocol/rooms'
import { useClient } from '../../realtime/client-context.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'

/** The room of the conversation. */
export function useRoom(roomId: string) {
  const { rest } = useClient()
  return useLoaded<Room>(
    useCallback(
      async (signal: AbortSignal) => {
        const answer = await rest.call(getRoom, { query: { id: roomId } }, { signal })
        if (!('room' in answer)) throw new Error('a room was asked for and a list answered')
        return answer.room
      },
      [rest, roomId],
    ),
  )
}
