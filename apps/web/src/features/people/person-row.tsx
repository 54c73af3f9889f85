import type { ReactNode } from 'react'
import { Link, useRoute } from 'wouter'
import { UserAvatar } from './user-avatar.tsx'
import { useUser } from './use-user.ts'

interface PersonRowProps {
  userId: string
  /** Buttons at the row's end. */
  actions?: ReactNode
}

/** Somebody in a list, leading to their page. */
export function PersonRow({ userId, actions }: PersonRowProps) {
  const user = useUser(userId)
  const [current] = useRoute(`/people/${user?.username ?? ''}`)
  if (!user) return <li className="h-[52px]" />
  return (
    <li
      className={`relative mx-1.5 flex items-center gap-2.5 rounded-md px-3 py-1.5 [content-visibility:auto] [contain-intrinsic-size:auto_52px] ${current ? 'bg-accent-soft' : 'hover:bg-hover'}`}
    >
      <UserAvatar user={user} />
      <Link
        to={`/people/${user.username}`}
        aria-current={current ? 'page' : undefined}
        className="min-w-0 flex-1 outline-none before:absolute before:inset-0 before:rounded-md focus-visible:before:outline-2 focus-visible:before:outline-accent"
      >
        <span className="block truncate font-semibold">{user.displayName}</span>
        <span className="text-muted block truncate text-sm">{user.status || `@${user.username}`}</span>
      </Link>
      {actions && <div className="relative flex flex-none">{actions}</div>}
    </li>
  )
}
