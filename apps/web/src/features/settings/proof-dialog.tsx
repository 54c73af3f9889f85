import { Button } from '@chakra-ui/react'
import type { FormEvent } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { PasswordField } from '../identity/password-field.tsx'

interface ProofDialogProps {
  title: string
  what: string
  /** The verb on the button. */
  action: string
  isDangerous?: boolean
  onProve: (proof: { password: string; code: string }) => Promise<void>
  onClose: () => void
}

/** Asks again who is there, before what guards the account is changed. */
export function ProofDialog({ title, what, action, isDangerous = false, onProve, onClose }: ProofDialogProps) {
  const { t } = useTranslation(['settings', 'identity'])
  const errorText = useErrorText()
  const formId = useId()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      await onProve({ password, code: code.trim() })
    } catch (failure) {
      setError(errorText(failure))
      setBusy(false)
    }
  }

  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <Button
          type="submit"
          form={formId}
          disabled={busy || !password || code.trim().length < 6}
          {...(isDangerous && { colorPalette: 'danger' })}
        >
          {action}
        </Button>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-muted">{what}</p>
        <PasswordField
          label={t('identity:password')}
          autoComplete="current-password"
          maxLength={128}
          value={password}
          onChange={({ target }) => setPassword(target.value)}
        />
        <TextField
          label={t('identity:secondFactor.code')}
          hint={t('security.codeOrRecovery')}
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={32}
          value={code}
          onChange={({ target }) => setCode(target.value)}
        />
        <FormError message={error} />
      </form>
    </Dialog>
  )
}
