import { Button } from '@chakra-ui/react'
import { forgotPassword } from '@parley/protocol/identity'
import type { FormEvent } from 'react'
import { Link } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { AccountPage } from './account-page.tsx'
import { emailProblem } from './account-rules.ts'

/** Asks for the link by which a new password is set. It never says whether there is such an account. */
export default function ForgotPage() {
  const { t } = useTranslation('identity')
  const { rest } = useClient()
  const errorText = useErrorText()
  const [email, setEmail] = useState('')
  const [outcome, setOutcome] = useState<'sent' | 'noMail'>()
  const [problem, setProblem] = useState<string>()
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setError(undefined)
    const found = emailProblem(email.trim())
    setProblem(found ? t(`problem.${found}`) : undefined)
    if (found) return
    setBusy(true)
    try {
      const { mailEnabled } = await rest.call(forgotPassword, { body: { email: email.trim() } })
      setOutcome(mailEnabled ? 'sent' : 'noMail')
    } catch (failure) {
      setError(errorText(failure))
    } finally {
      setBusy(false)
    }
  }

  return (
    <AccountPage title={t('forgot.title')} footer={<Link to="/signin">{t('forgot.back')}</Link>}>
      {outcome ? (
        <p role="status">{t(`forgot.${outcome}`, { email: email.trim() })}</p>
      ) : (
        <form onSubmit={submit} noValidate className="flex flex-col gap-4">
          <p className="text-muted">{t('forgot.what')}</p>
          <TextField
            label={t('email')}
            type="email"
            name="email"
            autoComplete="email"
            maxLength={254}
            value={email}
            error={problem}
            onChange={({ target }) => {
              setEmail(target.value)
              setProblem(undefined)
            }}
          />
          <FormError message={error} />
          <Button type="submit" size="lg" disabled={busy || !email.trim()}>
            {busy ? t('forgot.busy') : t('forgot.action')}
          </Button>
        </form>
      )}
    </AccountPage>
  )
}
