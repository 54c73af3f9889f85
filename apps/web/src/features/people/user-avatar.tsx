import type { PublicUser } from '@parley/protocol/people'
import { Avatar } from '../../ui/avatar.tsx'
import { avatarSource } from './use-user.ts'
import { usePresence } from './watch-presence.ts'

interface UserAvatarProps {
  user: Pick<PublicUser, 'id' | 'username' | 'displayName' | 'image'>
  size?: 'sm' | 'md' | 'lg' | 'xl'
  className?: string
}

/** Somebody's picture with their presence, watched for as long as it is shown. */
export function UserAvatar({ user, size, className }: UserAvatarProps) {
  const presence = usePresence(user.id)
  return (
    <Avatar
      id={user.id}
      name={user.displayName}
      src={avatarSource(user)}
      size={size}
      presence={presence}
      className={className}
    />
  )
}
