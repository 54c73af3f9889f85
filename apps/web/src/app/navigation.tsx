import { MessageCircle, Settings, ShieldCheck, Users, Waypoints } from 'lucide-react'
import type { ReactNode } from 'react'
import { useSelector } from 'react-redux'
import { Link, useRoute } from 'wouter'
import { useMay } from '../features/access/access-slice.ts'
import { useOwnSections } from '../features/admin/sections.ts'
import { selectProfile } from '../features/identity/identity-slice.ts'
import { selectIncomingCount } from '../features/people/people-slice.ts'
import { selectWaiting } from '../features/rooms/rooms-slice.ts'
import { avatarSource } from '../features/people/use-user.ts'
import { selectConnectionState } from '../realtime/connection-slice.ts'
import { WorkspaceMenu } from '../features/workspaces/workspace-menu.tsx'
import { Avatar } from '../ui/avatar.tsx'
import { Badge } from '../ui/badge.tsx'

interface DestinationProps {
  to: string
  /** Further addresses under which it counts as the current one. */
  also?: string
  label: string
  icon: ReactNode
  count?: number
}

const useIsCurrent = (to: string, also: string) => {
  const [here] = useRoute(to === '/' ? '/' : `${to}/*?`)
  const [alsoHere] = useRoute(also)
  return here || alsoHere
}

function RailLink({ to, also = to, label, icon, count = 0 }: DestinationProps) {
  const current = useIsCurrent(to, also)
  return (
    <Link
      to={to}
      aria-current={current ? 'page' : undefined}
      data-tooltip={label}
      data-tooltip-beside
      className="text-muted hover:bg-hover aria-[current]:bg-accent-soft aria-[current]:text-accent relative grid size-11 place-items-center rounded-lg [&_svg]:icon"
    >
      {icon}
      <span className="sr-only">{label}</span>
      <Badge count={count} label={String(count)} className="absolute top-[3px] right-0.5" />
    </Link>
  )
}

function BarLink({ to, also = to, label, icon, count = 0 }: DestinationProps) {
  const current = useIsCurrent(to, also)
  return (
    <Link
      to={to}
      aria-current={current ? 'page' : undefined}
      className="text-muted aria-[current]:text-accent relative flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-xs [&_svg]:icon"
    >
      {icon}
      {label}
      <Badge count={count} label={String(count)} className="absolute top-1 left-[calc(50%+6px)]" />
    </Link>
  )
}

/** The destinations of a desktop, oneself at the bottom. */
export function Rail() {
  const { t } = useTranslation('app')
  const incoming = useSelector(selectIncomingCount)
  const waiting = useSelector(selectWaiting)
  const administers = useOwnSections().length > 0
  const mayRelay = useMay('relay:read')
  const profile = useSelector(selectProfile)
  const connection = useSelector(selectConnectionState)
  return (
    <nav aria-label={t('navigation.label')} className="flex h-full flex-col items-center gap-2 py-3">
      <WorkspaceMenu />
      <RailLink to="/" also="/r/*" label={t('navigation.chats')} icon={<MessageCircle />} count={waiting} />
      {mayRelay && <RailLink to="/relay" label={t('navigation.relay')} icon={<Waypoints />} />}
      <RailLink to="/people" label={t('navigation.people')} icon={<Users />} count={incoming} />
      {administers && <RailLink to="/admin" label={t('navigation.admin')} icon={<ShieldCheck />} />}
      <div className="flex-1" />
      <RailLink to="/settings" label={t('navigation.settings')} icon={<Settings />} />
      {profile && (
        <Link
          to="/settings/profile"
          aria-label={profile.displayName}
          data-tooltip={profile.displayName}
          data-tooltip-beside
          className="rounded-full"
        >
          <Avatar
            id={profile.id}
            name={profile.displayName}
            src={avatarSource(profile)}
            presence={connection === 'online' ? 'online' : 'offline'}
          />
        </Link>
      )}
    </nav>
  )
}

/** The same destinations at the bottom of a phone. */
export function BottomBar() {
  const { t } = useTranslation('app')
  const incoming = useSelector(selectIncomingCount)
  const waiting = useSelector(selectWaiting)
  const administers = useOwnSections().length > 0
  const mayRelay = useMay('relay:read')
  return (
    <nav aria-label={t('navigation.label')} className="flex pb-[env(safe-area-inset-bottom)]">
      <BarLink to="/" also="/r/*" label={t('navigation.chats')} icon={<MessageCircle />} count={waiting} />
      {mayRelay && <BarLink to="/relay" label={t('navigation.relay')} icon={<Waypoints />} />}
      <BarLink to="/people" label={t('navigation.people')} icon={<Users />} count={incoming} />
      {administers && <BarLink to="/admin" label={t('navigation.admin')} icon={<ShieldCheck />} />}
      <BarLink to="/settings" label={t('navigation.settings')} icon={<Settings />} />
    </nav>
  )
}
