import { Button } from '@chakra-ui/react'
import { resetPassword } from '@parley/protocol/identity'
import type { FormEvent } from 'react'
import { Link } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { AccountPage } from './account-page.tsx'
import { passwordProblem } from './account-rules.ts'
import { PasswordField } from './password-field.tsx'
import { useLinkToken } from './use-link-token.ts'

/** Where the link of a mail, or of an administrator, leads: a new password. */
export default function ResetPage() {
  const { t } = useTranslation('identity')
  const { rest } = useClient()
  const errorText = useErrorText()
  const token = useLinkToken()
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState<string>()
  const [error, setError] = useState<string>()
  const [state, setState] = useState<'asking' | 'busy' | 'done'>('asking')

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setError(undefined)
    const found = passwordProblem(password)
    setProblem(found ? t(`problem.${found}`) : undefined)
    if (found) return
    setState('busy')
    try {
      await rest.call(resetPassword, { body: { token, newPassword: password } })
      setState('done')
    } catch (failure) {
      setError(errorText(failure))
      setState('asking')
    }
  }

  if (state === 'done') {
    return (
      <AccountPage title={t('reset.doneTitle')} footer={null}>
        <p role="status" className="mb-6">
          {t('reset.done')}
        </p>
        <Button size="lg" width="full" asChild>
          <Link to="/signin">{t('signIn.action')}</Link>
        </Button>
      </AccountPage>
    )
  }
  return (
    <AccountPage title={t('reset.title')} footer={<Link to="/forgot-password">{t('reset.again')}</Link>}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-muted">{t('reset.what')}</p>
        <PasswordField
          label={t('reset.password')}
          hint={t('passwordHint')}
          name="password"
          autoComplete="new-password"
          maxLength={128}
          value={password}
          error={problem}
          onChange={({ target }) => {
            setPassword(target.value)
            setProblem(undefined)
          }}
        />
        <FormError message={error} />
        <Button type="submit" size="lg" disabled={state === 'busy' || !password}>
          {state === 'busy' ? t('reset.busy') : t('reset.action')}
        </Button>
      </form>
    </AccountPage>
  )
}
