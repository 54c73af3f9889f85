import { Button } from '@chakra-ui/react'
import { getSecurity, requestEmailVerification, type Security } from '@parley/protocol/identity'
import { MailWarning } from 'lucide-react'
import { useSelector } from 'react-redux'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { selectProfile } from '../identity/identity-slice.ts'

/** Says that one's address is not verified, where mail can be sent at all. */
export function EmailBanner() {
  const { rest } = useClient()
  const loaded = useLoaded(useCallback((signal: AbortSignal) => rest.call(getSecurity, {}, { signal }), [rest]))
  // What could not be loaded is no news: the page itself works without it.
  return loaded.status === 'ready' && <EmailNotice security={loaded.data} />
}

/** The same where it is known already how well the account is guarded. */
export function EmailNotice({ security }: { security: Security }) {
  const { t } = useTranslation('settings')
  const { rest } = useClient()
  const errorText = useErrorText()
  const email = useSelector(selectProfile)?.email
  const [state, setState] = useState<'asking' | 'busy' | 'sent'>('asking')
  const [error, setError] = useState<string>()

  if (security.emailVerified || !security.mailEnabled) return null

  const send = async () => {
    setState('busy')
    setError(undefined)
    try {
      await rest.call(requestEmailVerification, {})
      setState('sent')
    } catch (failure) {
      setError(errorText(failure))
      setState('asking')
    }
  }
  return (
    <aside className="border-subtle bg-panel flex flex-wrap items-center gap-x-4 gap-y-3 rounded-lg border p-4">
      <MailWarning aria-hidden className="icon text-warning mt-0.5 self-start" />
      <p className="min-w-0 flex-1 basis-48 break-words" role="status">
        {state === 'sent' ? t('security.mailSent', { email }) : t('security.unverified', { email })}
        {error && <span className="text-danger mt-1 block text-sm">{error}</span>}
      </p>
      {state !== 'sent' && (
        <Button variant="outline" disabled={state === 'busy'} onClick={send}>
          {t('security.sendMail')}
        </Button>
      )}
    </aside>
  )
}
