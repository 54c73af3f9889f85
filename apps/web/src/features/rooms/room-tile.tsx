import type { Room } from '@parley/protocol/rooms'
import { Hash, Lock } from 'lucide-react'
import { mediaCrossOrigin } from '../../api-origin.ts'
import { fileSource } from '../files/file-source.ts'
import { UserAvatar } from '../people/user-avatar.tsx'

/** A room's picture: its own, the other person's, or the sign of its kind. */
export function RoomTile({ room }: { room: Pick<Room, 'image' | 'peer' | 'visibility'> }) {
  if (room.peer) return <UserAvatar user={room.peer} />
  if (room.image) {
    return (
      <img
        src={fileSource(room.image, 96)}
        crossOrigin={mediaCrossOrigin}
        alt=""
        width={36}
        height={36}
        className="bg-hover size-9 flex-none rounded-[10px] object-cover"
      />
    )
  }
  const Sign = room.visibility === 'listed' ? Hash : Lock
  return (
    <span
      aria-hidden
      className="bg-hover text-muted grid size-9 flex-none place-items-center rounded-[10px] [&_svg]:icon"
    >
      <Sign />
    </span>
  )
}
