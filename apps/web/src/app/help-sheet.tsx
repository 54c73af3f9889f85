import { Dialog } from '../ui/dialog.tsx'
import { ShortcutList } from '../ui/shortcut-list.tsx'

/** Every shortcut that works on the page below. */
export default function HelpSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('app')
  return (
    <Dialog title={t('help.title')} onClose={onClose}>
      <ShortcutList />
    </Dialog>
  )
}
