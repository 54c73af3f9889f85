import { useDispatch, useSelector } from 'react-redux'
import { Toggle } from '../../ui/toggle.tsx'
import { desktopSwitched, selectPreferences, soundSwitched } from './preferences-slice.ts'

type Permission = NotificationPermission | 'unsupported'

const permissionNow = (): Permission => ('Notification' in window ? Notification.permission : 'unsupported')

/** How this device tells of mentions, replies and direct messages. */
export function NotificationsSection() {
  const { t } = useTranslation('settings')
  const dispatch = useDispatch()
  const { desktop, sound } = useSelector(selectPreferences)
  const [permission, setPermission] = useState(permissionNow)

  const switchDesktop = async (on: boolean) => {
    if (!on) {
      dispatch(desktopSwitched(false))
      return
    }
    const answer = await Notification.requestPermission()
    setPermission(answer)
    dispatch(desktopSwitched(answer === 'granted'))
  }

  return (
    <div className="flex flex-col gap-4">
      <p className="text-muted mb-2">{t('notifications.what')}</p>
      <Toggle
        label={t('notifications.desktop')}
        hint={
          permission === 'granted' || permission === 'default'
            ? t('notifications.desktopHint')
            : t(`notifications.${permission}`)
        }
        checked={desktop && permission === 'granted'}
        disabled={permission === 'denied' || permission === 'unsupported'}
        onChange={switchDesktop}
      />
      <Toggle
        label={t('notifications.sound')}
        hint={t('notifications.soundHint')}
        checked={sound}
        onChange={(on) => dispatch(soundSwitched(on))}
      />
    </div>
  )
}
