import { Button } from '@chakra-ui/react'
import { reportContent } from '@parley/protocol/moderation'
import type { FormEvent } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { TextArea } from '../../ui/text-field.tsx'
import { showToast } from '../../ui/toast.tsx'

interface ReportDialogProps {
  /** A message one can see, or a person. */
  about: { roomId: string; seq: number } | { userId: string }
  /** Who wrote the message, or who is reported. */
  name: string
  onClose: () => void
}

/** Tells the moderators what is wrong with a message or a person. */
export default function ReportDialog({ about, name, onClose }: ReportDialogProps) {
  const { t } = useTranslation('moderation')
  const { rest } = useClient()
  const errorText = useErrorText()
  const formId = useId()
  const [reason, setReason] = useState('')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    try {
      await rest.call(reportContent, { body: { ...about, reason: reason.trim() } })
      onClose()
      await showToast({ title: t('report.sent') })
    } catch (error) {
      setProblem(errorText(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t('seq' in about ? 'report.messageTitle' : 'report.personTitle', { name })}
      onClose={onClose}
      footer={
        <>
          <Button variant="outline" onClick={onClose}>
            {t('report.cancel')}
          </Button>
          <Button type="submit" form={formId} disabled={busy || reason.trim() === ''}>
            {t('report.send')}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-3">
        <p className="text-muted">{t('seq' in about ? 'report.messageText' : 'report.personText')}</p>
        <TextArea
          label={t('report.reason')}
          rows={3}
          maxLength={1_000}
          required
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        <FormError message={problem} />
      </form>
    </Dialog>
  )
}
