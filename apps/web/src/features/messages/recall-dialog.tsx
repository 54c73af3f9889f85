import type { MessageRow } from '@parley/protocol/messages'
import { ConfirmDialog } from '../../ui/dialog.tsx'

interface RecallDialogProps {
  row: MessageRow
  onConfirm: () => void
  onClose: () => void
}

/** Names what a recall removes, since nothing brings it back. */
export default function RecallDialog({ row, onConfirm, onClose }: RecallDialogProps) {
  const { t } = useTranslation('messages')
  const hasFiles = row.body.kind === 'media'
  return (
    <ConfirmDialog
      title={t('recall.title')}
      confirmLabel={t('recall.confirm')}
      onConfirm={() => {
        onClose()
        onConfirm()
      }}
      onClose={onClose}
    >
      {t(hasFiles ? 'recall.losesFiles' : 'recall.losesText')}
    </ConfirmDialog>
  )
}
