import { Button } from '@chakra-ui/react'
import { verifyEmail } from '@parley/protocol/identity'
import { Link } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { AccountPage } from './account-page.tsx'
import { useLinkToken } from './use-link-token.ts'

/** Where the link of a mail leads. A click does it, so that a scanner which opens links in mails does not use it up. */
export default function VerifyEmailPage() {
  const { t } = useTranslation('identity')
  const { rest } = useClient()
  const errorText = useErrorText()
  const token = useLinkToken()
  const [error, setError] = useState<string>()
  const [state, setState] = useState<'asking' | 'busy' | 'done'>('asking')

  const verify = async () => {
    setState('busy')
    setError(undefined)
    try {
      await rest.call(verifyEmail, { body: { token } })
      setState('done')
    } catch (failure) {
      setError(errorText(failure))
      setState('asking')
    }
  }

  const isDone = state === 'done'
  return (
    <AccountPage
      title={t(isDone ? 'verify.doneTitle' : 'verify.title')}
      footer={<Link to="/">{t('verify.home')}</Link>}
    >
      {isDone ? (
        <p role="status">{t('verify.done')}</p>
      ) : (
        <div className="flex flex-col gap-4">
          <p className="text-muted">{t('verify.what')}</p>
          <FormError message={error} />
          <Button size="lg" disabled={state === 'busy'} onClick={verify}>
            {state === 'busy' ? t('verify.busy') : t('verify.action')}
          </Button>
        </div>
      )}
    </AccountPage>
  )
}
