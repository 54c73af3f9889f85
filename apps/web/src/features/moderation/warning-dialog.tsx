import { Button } from '@chakra-ui/react'
import { readWarning } from '@parley/protocol/moderation'
import { useSelector } from 'react-redux'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { selectWarning, warningRead } from './moderation-slice.ts'

/** What a moderator says to this person, over whatever they do: it must not be missed. */
export default function WarningDialog() {
  const { t } = useTranslation('moderation')
  const dispatch = useAppDispatch()
  const { rest } = useClient()
  const warning = useSelector(selectWarning)
  if (warning === null) return null
  // Closed without a network, it comes again with the next connection.
  const close = () => {
    dispatch(warningRead(warning.id))
    rest.call(readWarning, { params: { id: warning.id } }).catch(reportError)
  }
  return (
    <Dialog
      title={t('warning.title')}
      onClose={close}
      footer={<Button onClick={close}>{t('warning.understood')}</Button>}
    >
      <p className="break-words whitespace-pre-wrap">{warning.note ?? t('warning.text')}</p>
    </Dialog>
  )
}
