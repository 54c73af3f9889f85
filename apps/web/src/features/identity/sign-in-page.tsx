import { Button } from '@chakra-ui/react'
import { ApiError } from '@parley/client/api-error'
import type { FormEvent } from 'react'
import { Link } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { AccountPage } from './account-page.tsx'
import { PasswordField } from './password-field.tsx'
import { SecondFactorStep } from './second-factor-step.tsx'

export default function SignInPage() {
  const { t } = useTranslation('identity')
  const { session } = useClient()
  const errorText = useErrorText()
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [needsCode, setNeedsCode] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      await session.signIn({ login: login.trim(), password })
    } catch (failure) {
      if (failure instanceof ApiError && failure.code === 'SECOND_FACTOR_REQUIRED') setNeedsCode(true)
      else setError(errorText(failure))
      setBusy(false)
    }
  }

  if (needsCode) {
    return (
      <SecondFactorStep
        signIn={(code) => session.signIn({ login: login.trim(), password, code })}
        onBack={() => setNeedsCode(false)}
      />
    )
  }
  return (
    <AccountPage
      title={t('signIn.title')}
      footer={
        <>
          {t('signIn.noAccount')} <Link to={`/register${location.search}`}>{t('signIn.register')}</Link>
        </>
      }
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label={t('login')}
          name="login"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={254}
          value={login}
          onChange={({ target }) => setLogin(target.value)}
        />
        <PasswordField
          label={t('password')}
          name="password"
          autoComplete="current-password"
          required
          maxLength={128}
          value={password}
          onChange={({ target }) => setPassword(target.value)}
          aside={
            <Link to="/forgot-password" className="text-accent hover:underline">
              {t('signIn.forgot')}
            </Link>
          }
        />
        <FormError message={error} />
        <Button type="submit" size="lg" disabled={busy || !login.trim() || !password}>
          {busy ? t('signIn.busy') : t('signIn.action')}
        </Button>
      </form>
    </AccountPage>
  )
}
