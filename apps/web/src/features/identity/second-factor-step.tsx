import { Button } from '@chakra-ui/react'
import type { ComponentProps, FormEvent } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { TextField } from '../../ui/text-field.tsx'
import { AccountPage } from './account-page.tsx'
import { CodeField } from './code-field.tsx'
import { useFocus } from './use-focus.ts'

interface SecondFactorStepProps {
  signIn: (code: string) => Promise<unknown>
  onBack: () => void
}

/** The second half of signing in: a code of the app, or one kept for when there is no app. */
export function SecondFactorStep({ signIn, onBack }: SecondFactorStepProps) {
  const { t } = useTranslation('identity')
  const errorText = useErrorText()
  const [isRecovering, setIsRecovering] = useState(false)
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()

  const write = (value: string) => {
    setCode(value)
    setError(undefined)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      await signIn(code.trim())
    } catch (failure) {
      setError(errorText(failure))
      setBusy(false)
    }
  }
  const turn = () => {
    setIsRecovering(!isRecovering)
    write('')
  }

  return (
    <AccountPage
      title={t('secondFactor.title')}
      footer={
        <button type="button" onClick={onBack} className="text-accent font-semibold hover:underline">
          {t('secondFactor.back')}
        </button>
      }
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        {isRecovering ? (
          <RecoveryCodeField value={code} error={error} onWrite={write} />
        ) : (
          <CodeField value={code} error={error} onWrite={write} />
        )}
        <Button type="submit" size="lg" disabled={busy || code.trim().length < 6}>
          {busy ? t('signIn.busy') : t('signIn.action')}
        </Button>
        <button type="button" onClick={turn} className="text-accent min-h-9 self-start text-sm hover:underline">
          {t(isRecovering ? 'secondFactor.useApp' : 'secondFactor.useRecovery')}
        </button>
      </form>
    </AccountPage>
  )
}

function RecoveryCodeField({ value, error, onWrite }: ComponentProps<typeof CodeField>) {
  const { t } = useTranslation('identity')
  const field = useFocus()
  return (
    <TextField
      ref={field}
      label={t('secondFactor.recoveryCode')}
      hint={t('secondFactor.recoveryHint')}
      name="recovery-code"
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={32}
      value={value}
      error={error}
      onChange={({ target }) => onWrite(target.value)}
    />
  )
}
