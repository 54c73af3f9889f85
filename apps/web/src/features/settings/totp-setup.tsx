import { Button } from '@chakra-ui/react'
import { ApiError } from '@parley/client/api-error'
import { beginTotp, enableTotp } from '@parley/protocol/identity'
import type { FormEvent } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { CodeField } from '../identity/code-field.tsx'
import { PasswordField } from '../identity/password-field.tsx'
import { QrCode } from './qr-code.tsx'

interface TotpSetupProps {
  onEnabled: (recoveryCodes: string[]) => void
  onClose: () => void
}

/** Turns two-step sign-in on: the password, the key for the app, and the app's first code. */
export function TotpSetup({ onEnabled, onClose }: TotpSetupProps) {
  const { t } = useTranslation(['settings', 'identity'])
  const { rest } = useClient()
  const errorText = useErrorText()
  const formId = useId()
  const [password, setPassword] = useState('')
  const [key, setKey] = useState<{ secret: string; url: string }>()
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      if (!key) setKey(await rest.call(beginTotp, { body: { password } }))
      else onEnabled((await rest.call(enableTotp, { body: { code } })).recoveryCodes)
    } catch (failure) {
      const isWrongPassword = !key && failure instanceof ApiError && failure.code === 'BAD_CREDENTIALS'
      setError(isWrongPassword ? t('password.wrong') : errorText(failure))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog
      title={t('security.enable')}
      onClose={onClose}
      footer={
        <Button type="submit" form={formId} disabled={busy || (key ? code.length < 6 : !password)}>
          {t(key ? 'security.enableAction' : 'security.next')}
        </Button>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        {key ? (
          <>
            <p className="text-muted">{t('security.scan')}</p>
            <QrCode text={key.url} label={t('security.qr')} />
            <p className="text-muted text-sm">
              {t('security.typeKey')}
              <code className="text-fg mt-1 block break-all select-all">{key.secret.match(/.{1,4}/g)?.join(' ')}</code>
            </p>
            <CodeField value={code} error={error} onWrite={setCode} />
          </>
        ) : (
          <>
            <p className="text-muted">{t('security.enableWhat')}</p>
            <PasswordField
              label={t('identity:password')}
              autoComplete="current-password"
              maxLength={128}
              value={password}
              error={error}
              onChange={({ target }) => setPassword(target.value)}
            />
          </>
        )}
      </form>
    </Dialog>
  )
}
