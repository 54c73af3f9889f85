import { Button } from '@chakra-ui/react'
import { TriangleAlert } from 'lucide-react'
import { useSelector } from 'react-redux'
import { useLocation } from 'wouter'
import { CopyField } from '../../ui/copy-field.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { selectProfile } from '../identity/identity-slice.ts'
import { keepFreshKey } from './fresh-key.ts'

interface KeyDialogProps {
  name: string
  /** The key itself. */
  value: string
  onClose: () => void
}

/** A key, shown this once. */
export function KeyDialog({ name, value, onClose }: KeyDialogProps) {
  const { t } = useTranslation('relay')
  const [, navigate] = useLocation()
  const profile = useSelector(selectProfile)
  const tryIt = () => {
    if (profile) keepFreshKey({ userId: profile.id, key: value })
    navigate('/relay/playground')
  }
  return (
    <Dialog
      title={t('key.title', { name })}
      size="md"
      onClose={onClose}
      footer={
        <>
          <Button variant="outline" onClick={tryIt}>
            {t('key.try')}
          </Button>
          <Button onClick={onClose}>{t('key.done')}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <KeyWarning />
        <CopyField label={t('key.label')} text={value} copyLabel={t('key.copy')} copiedText={t('copied')} />
      </div>
    </Dialog>
  )
}

export function KeyWarning() {
  const { t } = useTranslation('relay')
  return (
    <p className="flex gap-2">
      <TriangleAlert aria-hidden className="icon text-warning mt-0.5 flex-none" />
      {t('key.once')}
    </p>
  )
}
