import { Button } from '@chakra-ui/react'
import { ApiError } from '@parley/client/api-error'
import { updateProfile } from '@parley/protocol/people'
import type { FormEvent } from 'react'
import { Link } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { rememberedLocale } from '../../i18n/i18n.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { AccountPage } from './account-page.tsx'
import { emailProblem, passwordProblem, usernameProblem } from './account-rules.ts'
import { PasswordField } from './password-field.tsx'

interface Account {
  email: string
  username: string
  password: string
}

type Problems = Partial<Record<keyof Account | 'form', string>>

/** Where a refusal belongs: beside the field it is about, else above the button. */
const fieldOf = (error: unknown): keyof Problems => {
  if (!(error instanceof ApiError)) return 'form'
  if (error.code === 'EMAIL_IN_USE') return 'email'
  return error.code === 'USERNAME_IN_USE' ? 'username' : 'form'
}

export default function RegisterPage() {
  const { t } = useTranslation('identity')
  const { rest, session } = useClient()
  const errorText = useErrorText()
  const [account, setAccount] = useState<Account>({ email: '', username: '', password: '' })
  const [problems, setProblems] = useState<Problems>({})
  const [busy, setBusy] = useState(false)

  const check = (): Problems => {
    const email = emailProblem(account.email.trim())
    const username = usernameProblem(account.username.trim())
    const password = passwordProblem(account.password)
    return {
      ...(email && { email: t(`problem.${email}`) }),
      ...(username && { username: t(`problem.${username}`) }),
      ...(password && { password: t(`problem.${password}`) }),
    }
  }

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const found = check()
    setProblems(found)
    if (Object.keys(found).length > 0) return
    setBusy(true)
    const invite = new URLSearchParams(location.search).get('invite')
    // Before signing in, which turns to the language the new account starts with.
    const locale = rememberedLocale()
    try {
      const profile = await session.register({
        email: account.email.trim(),
        username: account.username.trim(),
        password: account.password,
        ...(invite !== null && { invite }),
      })
      if (profile.locale !== locale) session.updateUser(await rest.call(updateProfile, { body: { locale } }))
    } catch (failure) {
      setProblems({ [fieldOf(failure)]: errorText(failure) })
      setBusy(false)
    }
  }

  const field = (name: keyof Account) => ({
    name,
    value: account[name],
    error: problems[name],
    required: true,
    onChange: ({ target }: { target: { value: string } }) => {
      setAccount({ ...account, [name]: target.value })
      setProblems({ ...problems, [name]: undefined, form: undefined })
    },
  })

  return (
    <AccountPage
      title={t('register.title')}
      footer={
        <>
          {t('register.hasAccount')} <Link to={`/signin${location.search}`}>{t('register.signIn')}</Link>
        </>
      }
    >
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <TextField label={t('email')} type="email" autoComplete="email" maxLength={254} {...field('email')} />
        <TextField
          label={t('username')}
          hint={t('usernameHint')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={32}
          {...field('username')}
        />
        <PasswordField
          label={t('password')}
          hint={t('passwordHint')}
          autoComplete="new-password"
          maxLength={128}
          {...field('password')}
        />
        <FormError message={problems.form} />
        <Button type="submit" size="lg" disabled={busy}>
          {busy ? t('register.busy') : t('register.action')}
        </Button>
      </form>
    </AccountPage>
  )
}
