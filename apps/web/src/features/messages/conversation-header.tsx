import type { Room } from '@parley/protocol/rooms'
import { ChevronLeft, Search, Users } from 'lucide-react'
import { useGoBack } from '../../ui/frame/use-go-back.ts'
import { usePanel } from '../../ui/frame/use-panel.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { PresenceText } from '../people/presence-text.tsx'
import { ProfileButton } from '../people/profile-button.tsx'
import { useUser } from '../people/use-user.ts'
import { UserAvatar } from '../people/user-avatar.tsx'

/** The room's name and what it is for, and the way to its panels. */
export function ConversationHeader({ room }: { room: Room }) {
  const { t } = useTranslation('messages')
  const goBack = useGoBack('/')
  const { panel, togglePanel } = usePanel()
  return (
    <header className="border-subtle flex h-14 flex-none items-center gap-3 border-b px-1 md:pr-3 md:pl-5">
      <IconButton label={t('header.back')} className="md:hidden" onClick={goBack}>
        <ChevronLeft />
      </IconButton>
      {room.peer ? <PeerTitle userId={room.peer.id} /> : <RoomTitle room={room} />}
      <div className="ml-auto flex">
        <IconButton label={t('header.search')} active={panel === 'search'} onClick={() => togglePanel('search')}>
          <Search />
        </IconButton>
        <IconButton label={t('header.members')} active={panel === 'members'} onClick={() => togglePanel('members')}>
          <Users />
        </IconButton>
      </div>
    </header>
  )
}

function RoomTitle({ room: { name, topic, memberCount } }: { room: Room }) {
  const { t } = useTranslation('messages')
  return (
    <div className="flex min-w-0 items-baseline gap-2.5 max-md:flex-col max-md:gap-0">
      <h1 className="max-w-full flex-none truncate font-semibold md:max-w-[60%]">{name}</h1>
      <p className="text-muted min-w-0 max-w-full truncate text-sm">
        {topic === '' ? t('header.count', { count: memberCount }) : topic}
      </p>
    </div>
  )
}

function PeerTitle({ userId }: { userId: string }) {
  const user = useUser(userId)
  if (!user) return null
  return (
    <ProfileButton userId={userId} className="flex min-w-0 items-center gap-2.5 rounded-md text-left">
      <UserAvatar user={user} size="sm" />
      <span className="min-w-0 md:flex md:items-baseline md:gap-2.5">
        <h1 className="truncate font-semibold">{user.displayName}</h1>
        <span className="text-muted block truncate text-sm">
          <PresenceText userId={userId} />
        </span>
      </span>
    </ProfileButton>
  )
}
