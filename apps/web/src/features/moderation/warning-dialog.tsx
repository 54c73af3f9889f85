import { Button } from '@chakra-ui/react'
import { useSelector } from 'react-redux'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { selectWarning, warningRead } from './moderation-slice.ts'

/** What a moderator says to this person, over whatever they do: it must not be missed. */
export default function WarningDialog() {
  const { t } = useTranslation('moderation')
  const dispatch = useAppDispatch()
  const warning = useSelector(selectWarning)
  if (warning === null) return null
  const close = () => dispatch(warningRead())
  return (
    <Dialog
      title={t('warning.title')}
      onClose={close}
      footer={<Button onClick={close}>{t('warning.understood')}</Button>}
    >
      <p className="break-words whitespace-pre-wrap">{warning === '' ? t('warning.text') : warning}</p>
    </Dialog>
  )
}
