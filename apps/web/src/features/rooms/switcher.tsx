import { useSelector } from 'react-redux'
import { lazy, Suspense } from 'react'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { useShortcut } from '../../ui/shortcuts.ts'
import { selectIsSwitcherOpen, switcherClosed, switcherOpened } from './rooms-slice.ts'

const SwitcherDialog = lazy(async () => ({ default: (await import('./switcher-dialog.tsx')).SwitcherDialog }))

/** The way to any room, person or page by its name, from everywhere. */
export function Switcher() {
  const { t } = useTranslation('rooms')
  const dispatch = useAppDispatch()
  const isOpen = useSelector(selectIsSwitcherOpen)
  useShortcut({
    keys: 'Mod+K',
    description: t('switcher.open'),
    whileTyping: true,
    run: () => dispatch(isOpen ? switcherClosed() : switcherOpened()),
  })
  if (!isOpen) return null
  return (
    <Suspense fallback={null}>
      <SwitcherDialog onClose={() => dispatch(switcherClosed())} />
    </Suspense>
  )
}
