import type { PublicUser } from '@parley/protocol/people'
import { Link } from 'wouter'
import { Avatar } from '../../ui/avatar.tsx'
import { avatarSource } from '../people/use-user.ts'

/** Somebody in a table, leading to their page. */
export function UserCell({ user }: { user: PublicUser }) {
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <Avatar id={user.id} name={user.displayName} src={avatarSource(user)} size="sm" />
      <Link to={`/people/${user.username}`} className="min-w-0 hover:underline">
        <span className="block truncate font-semibold">{user.displayName}</span>
        <span className="text-muted block truncate text-sm font-normal">@{user.username}</span>
      </Link>
    </span>
  )
}
