import { Button } from '@chakra-ui/react'
import type { FormEvent, ReactNode } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { useRelayError } from './use-relay-error.ts'

interface FormDialogProps {
  title: string
  submitLabel: string
  /** Whether what is filled in can be sent. */
  isReady: boolean
  size?: 'sm' | 'md' | 'lg'
  onSubmit: () => Promise<void>
  onClose: () => void
  children: ReactNode
}

/** Something to fill in and send; it stays, and says why, until that went well. */
export function FormDialog({ title, submitLabel, isReady, size = 'md', onSubmit, onClose, children }: FormDialogProps) {
  const { t } = useTranslation('ui')
  const errorText = useRelayError()
  const formId = useId()
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || !isReady) return
    setBusy(true)
    setProblem(undefined)
    try {
      await onSubmit()
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={title}
      size={size}
      onClose={onClose}
      footer={
        <>
          <Button variant="outline" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" form={formId} disabled={busy || !isReady}>
            {submitLabel}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-5">
        {children}
        <FormError message={problem} />
      </form>
    </Dialog>
  )
}
