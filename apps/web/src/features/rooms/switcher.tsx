import { useSelector } from 'react-redux'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { useShortcut } from '../../ui/shortcuts.ts'
import { selectIsSwitcherOpen, switcherClosed, switcherOpened } from './rooms-slice.ts'
import type * as DialogModule from './switcher-dialog.tsx'

const quietAfterMs = 1_500

/** The way to any room, person or page by its name, from everywhere. */
export function Switcher() {
  const { t } = useTranslation('rooms')
  const dispatch = useAppDispatch()
  const isOpen = useSelector(selectIsSwitcherOpen)
  const dialog = useDialog(isOpen)
  useShortcut({
    keys: 'Mod+K',
    description: t('switcher.open'),
    whileTyping: true,
    run: () => dispatch(isOpen ? switcherClosed() : switcherOpened()),
  })
  return isOpen && dialog ? <dialog.SwitcherDialog onClose={() => dispatch(switcherClosed())} /> : null
}

/**
 * Loaded in a quiet moment, or when asked for. Not by `lazy`: React shows what was suspended up to 300 ms later, and what is
 * typed right after the keys belongs into the field.
 */
function useDialog(isWanted: boolean) {
  const [dialog, setDialog] = useState<typeof DialogModule>()
  useEffect(() => {
    if (dialog) return undefined
    const load = () => {
      import('./switcher-dialog.tsx').then(setDialog, reportError)
    }
    const timer = setTimeout(load, isWanted ? 0 : quietAfterMs)
    return () => clearTimeout(timer)
  }, [dialog, isWanted])
  return dialog
}
