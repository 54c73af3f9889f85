import { Button } from '@chakra-ui/react'
import { ApiError } from '@parley/client/api-error'
import { changePassword } from '@parley/protocol/identity'
import type { FormEvent } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { showToast } from '../../ui/toast.tsx'
import { passwordProblem } from '../identity/account-rules.ts'
import { PasswordField } from '../identity/password-field.tsx'

interface Problems {
  current?: string
  next?: string
  form?: string
}

/** A new password, which signs out every other device. */
export function PasswordSection() {
  const { t } = useTranslation(['settings', 'identity'])
  const { rest } = useClient()
  const errorText = useErrorText()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [problems, setProblems] = useState<Problems>({})
  const [busy, setBusy] = useState(false)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const problem = passwordProblem(next)
    if (problem) {
      setProblems({ next: t(`identity:problem.${problem}`) })
      return
    }
    setBusy(true)
    setProblems({})
    try {
      await rest.call(changePassword, { body: { currentPassword: current, newPassword: next } })
      setCurrent('')
      setNext('')
      await showToast({ title: t('password.done') })
    } catch (error) {
      const wrong = error instanceof ApiError && error.code === 'BAD_CREDENTIALS'
      setProblems(wrong ? { current: t('password.wrong') } : { form: errorText(error) })
    } finally {
      setBusy(false)
    }
  }

  return (
    <form onSubmit={submit} className="flex max-w-[380px] flex-col gap-5">
      <p className="text-muted">{t('password.what')}</p>
      <PasswordField
        label={t('password.current')}
        autoComplete="current-password"
        maxLength={128}
        value={current}
        error={problems.current}
        onChange={({ target }) => setCurrent(target.value)}
      />
      <PasswordField
        label={t('password.next')}
        hint={t('identity:passwordHint')}
        autoComplete="new-password"
        maxLength={128}
        value={next}
        error={problems.next}
        onChange={({ target }) => setNext(target.value)}
      />
      <FormError message={problems.form} />
      <div>
        <Button type="submit" disabled={busy || !current || !next}>
          {busy ? t('saving') : t('password.action')}
        </Button>
      </div>
    </form>
  )
}
