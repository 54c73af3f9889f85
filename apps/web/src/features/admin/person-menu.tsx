import type { AdminPerson } from '@parley/protocol/admin'
import { Ellipsis, KeyRound, LogOut, MessageCircle, MicOff, UserCheck, UserX } from 'lucide-react'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'

const hourMs = 3_600_000
const spans = [
  ['hour', hourMs],
  ['day', 24 * hourMs],
  ['week', 7 * 24 * hourMs],
] as const

interface PersonMenuProps {
  person: AdminPerson
  /** Null lets them write again. */
  onMute: (until: string | null) => void
  onSignOut: () => void
  onReset: () => void
  onDisable: () => void
  onEnable: () => void
}

/** What can be done about somebody. */
export function PersonMenu({ person, onMute, onSignOut, onReset, onDisable, onEnable }: PersonMenuProps) {
  const { t } = useTranslation('admin')
  const isDisabled = person.status === 'disabled'
  const mutes = spans.map(([span, spanMs]) => ({
    id: span,
    label: t(`people.mute.${span}`),
    icon: <MicOff />,
    run: () => onMute(new Date(Date.now() + spanMs).toISOString()),
  }))
  const unmute = { id: 'unmute', label: t('people.unmute'), icon: <MessageCircle />, run: () => onMute(null) }
  return (
    <Menu
      trigger={
        <IconButton label={t('people.actions', { name: person.user.displayName })}>
          <Ellipsis />
        </IconButton>
      }
      groups={[
        isDisabled ? [] : person.mutedUntil === null ? mutes : [unmute],
        isDisabled
          ? []
          : [
              { id: 'sign-out', label: t('people.signOut'), icon: <LogOut />, run: onSignOut },
              { id: 'reset', label: t('people.reset'), icon: <KeyRound />, run: onReset },
            ],
        [
          isDisabled
            ? { id: 'enable', label: t('people.enable'), icon: <UserCheck />, run: onEnable }
            : { id: 'disable', label: t('people.disable'), icon: <UserX />, danger: true, run: onDisable },
        ],
      ]}
    />
  )
}
