import { useSelector } from 'react-redux'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { selectLastSeenAt, type PeopleRoot } from './people-slice.ts'
import { usePresence } from './watch-presence.ts'

/** Presence in words: "Online", "Away", "Last seen 2 hours ago". */
export function PresenceText({ userId }: { userId: string }) {
  const { t } = useTranslation('people')
  const presence = usePresence(userId)
  const lastSeenAt = useSelector((root: PeopleRoot) => selectLastSeenAt(root, userId))
  if (presence !== 'offline') return <>{t(`presence.${presence}`)}</>
  if (!lastSeenAt) return <>{t('presence.offline')}</>
  return (
    <>
      {t('presence.lastSeen')} <RelativeTime at={lastSeenAt} />
    </>
  )
}
