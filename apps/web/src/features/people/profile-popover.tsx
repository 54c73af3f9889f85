import { Popover, Portal } from '@chakra-ui/react'
import type { RefObject } from 'react'
import { Link } from 'wouter'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { PersonActions } from './person-actions.tsx'
import { PresenceText } from './presence-text.tsx'
import { loadPerson } from './relations.ts'
import { useUser } from './use-user.ts'
import { UserAvatar } from './user-avatar.tsx'

interface ProfilePopoverProps {
  userId: string
  anchor: RefObject<HTMLElement | null>
  onClose: () => void
}

/** Who somebody is and what one can do with them, beside their name. */
export default function ProfilePopover({ userId, anchor, onClose }: ProfilePopoverProps) {
  const dispatch = useAppDispatch()
  const user = useUser(userId)
  // The public part is there already; the relation to them comes with this.
  useLoaded(useCallback((signal: AbortSignal) => dispatch(loadPerson(userId, signal)), [dispatch, userId]))
  if (!user) return null
  return (
    <Popover.Root
      open
      onOpenChange={({ open }) => !open && onClose()}
      positioning={{ placement: 'right-start', getAnchorRect: () => anchor.current?.getBoundingClientRect() ?? null }}
      finalFocusEl={() => anchor.current}
    >
      <Portal>
        <Popover.Positioner>
          <Popover.Content aria-label={user.displayName}>
            <Popover.Body>
              <div className="flex items-center gap-3">
                <UserAvatar user={user} size="lg" />
                <div className="min-w-0">
                  <Link to={`/people/${user.username}`} className="block truncate font-semibold hover:underline">
                    {user.displayName}
                  </Link>
                  <p className="text-muted truncate text-sm">
                    @{user.username} · <PresenceText userId={userId} />
                  </p>
                </div>
              </div>
              {user.status && <p className="mt-3 text-sm">{user.status}</p>}
              {user.bio && <p className="text-muted mt-2 line-clamp-4 text-sm break-words">{user.bio}</p>}
              <div className="mt-4 empty:hidden">
                <PersonActions user={user} />
              </div>
            </Popover.Body>
          </Popover.Content>
        </Popover.Positioner>
      </Portal>
    </Popover.Root>
  )
}
