import type { Room } from '@parley/protocol/rooms'
import { useUser } from '../people/use-user.ts'

/** What a room is called: its own name, or in private rooms the other person's. */
export const roomNameOf = ({ name, peer }: Pick<Room, 'name' | 'peer'>): string => peer?.displayName ?? name

/** The same, following the other person's name as it changes. */
export const useRoomName = (room: Pick<Room, 'name' | 'peer'>): string => {
  const user = useUser(room.peer?.id ?? '')
  return user?.displayName ?? roomNameOf(room)
}
