import { mayAppoint, mayRemove } from '@parley/protocol/room-policy'
import type { Room, RoomMember } from '@parley/protocol/rooms'
import { Crown, MoreHorizontal, Shield, ShieldOff, UserMinus } from 'lucide-react'
import { useSelector } from 'react-redux'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu, type MenuItem } from '../../ui/menu.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { selectOwnId } from '../identity/identity-slice.ts'
import { selectLastSeenAt, selectPresence, type PeopleRoot } from '../people/people-slice.ts'
import { ProfileButton } from '../people/profile-button.tsx'
import { UserAvatar } from '../people/user-avatar.tsx'
import { useUser } from '../people/use-user.ts'
import type { MemberAction } from './use-member-actions.tsx'

interface MemberRowProps {
  room: Room
  member: RoomMember
  onAct: (action: MemberAction, member: RoomMember) => void
}

/** One member: the name opens their profile; whoever manages the room has a menu. */
export const MemberRow = memo(function MemberRow({ room, member, onAct }: MemberRowProps) {
  // Events keep the person newer than the list.
  const user = useUser(member.user.id) ?? member.user
  const groups = useMenuGroups(room, member, onAct)
  const hasMenu = groups.some((group) => group.length > 0)
  return (
    <div className="group hover:bg-hover has-[[aria-expanded=true]]:bg-hover relative mx-1.5 flex h-10 items-center rounded-md pr-2.5 pl-2.5 pointer-coarse:h-12">
      <ProfileButton
        userId={user.id}
        className="flex min-w-0 flex-1 items-center gap-2.5 text-left outline-none before:absolute before:inset-0 before:rounded-md focus-visible:before:outline-2 focus-visible:before:outline-accent"
      >
        <UserAvatar user={user} size="sm" />
        <span className="truncate">{user.displayName}</span>
      </ProfileButton>
      <span
        className={`text-faint flex-none pl-2 text-xs ${hasMenu ? 'group-hover:opacity-0 group-focus-within:opacity-0' : ''}`}
      >
        <Standing member={member} />
      </span>
      {hasMenu && (
        <div className="absolute right-1 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 has-[[aria-expanded=true]]:opacity-100 pointer-coarse:static pointer-coarse:-mr-2 pointer-coarse:opacity-100">
          <MemberMenu name={user.displayName} groups={groups} />
        </div>
      )}
    </div>
  )
})

/** What somebody is in the room; for those who are away or gone, that too. */
function Standing({ member: { user, role } }: { member: RoomMember }) {
  const { t } = useTranslation('rooms')
  const presence = useSelector((root: PeopleRoot) => selectPresence(root, user.id))
  const lastSeenAt = useSelector((root: PeopleRoot) => selectLastSeenAt(root, user.id))
  if (role !== 'member') return t(`members.role.${role}`)
  if (presence === 'away') return t('members.away')
  return presence === 'offline' && lastSeenAt ? (
    <RelativeTime at={lastSeenAt} length="short" className="relative" />
  ) : (
    ''
  )
}

function useMenuGroups({ role, type }: Room, member: RoomMember, onAct: MemberRowProps['onAct']): MenuItem[][] {
  const { t } = useTranslation('rooms')
  const ownId = useSelector(selectOwnId)
  if (type === 'PRIVATE' || member.user.id === ownId) return []
  const item = (action: MemberAction, icon: MenuItem['icon']) => ({
    id: action,
    label: t(`members.action.${action}`),
    icon,
    danger: action === 'remove',
    run: () => onAct(action, member),
  })
  return [
    mayAppoint(role)
      ? [
          member.role === 'admin' ? item('makeMember', <ShieldOff />) : item('makeAdmin', <Shield />),
          item('handOver', <Crown />),
        ]
      : [],
    mayRemove(role, member.role) ? [item('remove', <UserMinus />)] : [],
  ]
}

function MemberMenu({ name, groups }: { name: string; groups: MenuItem[][] }) {
  const { t } = useTranslation('rooms')
  return (
    <Menu
      groups={groups}
      trigger={
        <IconButton label={t('members.more', { name })} className="!size-8 pointer-coarse:!size-11">
          <MoreHorizontal />
        </IconButton>
      }
    />
  )
}
