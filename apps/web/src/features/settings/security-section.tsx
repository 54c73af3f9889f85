import { Button } from '@chakra-ui/react'
import { disableTotp, getSecurity, renewRecoveryCodes } from '@parley/protocol/identity'
import { ShieldCheck, ShieldOff } from 'lucide-react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { showToast } from '../../ui/toast.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { EmailNotice } from './email-banner.tsx'
import { ProofDialog } from './proof-dialog.tsx'
import { RecoveryCodesDialog } from './recovery-codes-dialog.tsx'
import { TotpSetup } from './totp-setup.tsx'

type Open = 'setup' | 'renew' | 'disable' | { recoveryCodes: string[] }

/** How well one's account is guarded: the address, and a second step when signing in. */
export function SecuritySection() {
  const { t } = useTranslation('settings')
  const { rest } = useClient()
  const errorText = useErrorText()
  const loaded = useLoaded(useCallback((signal: AbortSignal) => rest.call(getSecurity, {}, { signal }), [rest]))
  const [open, setOpen] = useState<Open>()

  if (loaded.status === 'loading') return <SkeletonRows rows={2} className="-mx-3" />
  if (loaded.status === 'failed') return <ErrorState message={errorText(loaded.error)} onRetry={loaded.retry} />

  const { totpEnabled, recoveryCodesLeft } = loaded.data
  const close = () => setOpen(undefined)
  const disable = async (body: { password: string; code: string }) => {
    await rest.call(disableTotp, { body })
    close()
    loaded.reload()
    await showToast({ title: t('security.disabled') })
  }
  const renew = async (body: { password: string; code: string }) => {
    setOpen(await rest.call(renewRecoveryCodes, { body }))
    loaded.reload()
  }
  const Icon = totpEnabled ? ShieldCheck : ShieldOff
  return (
    <div className="flex flex-col gap-6">
      <EmailNotice security={loaded.data} />
      <section className="flex flex-col gap-4">
        <h2 className="flex items-center gap-2 font-semibold">
          <Icon aria-hidden className={`icon ${totpEnabled ? 'text-success' : 'text-muted'}`} />
          {t('security.totp')}
        </h2>
        <p className="text-muted">{t(totpEnabled ? 'security.on' : 'security.off')}</p>
        {totpEnabled ? (
          <>
            <p className={recoveryCodesLeft < 3 ? 'text-danger' : 'text-muted'}>
              {t('security.codesLeft', { count: recoveryCodesLeft })}
            </p>
            <div className="flex flex-wrap gap-2">
              <Button variant="outline" onClick={() => setOpen('renew')}>
                {t('security.renew')}
              </Button>
              <Button variant="outline" colorPalette="danger" onClick={() => setOpen('disable')}>
                {t('security.disable')}
              </Button>
            </div>
          </>
        ) : (
          <div>
            <Button onClick={() => setOpen('setup')}>{t('security.enable')}</Button>
          </div>
        )}
      </section>
      {open === 'setup' && (
        <TotpSetup
          onClose={close}
          onEnabled={(recoveryCodes) => {
            setOpen({ recoveryCodes })
            loaded.reload()
          }}
        />
      )}
      {open === 'renew' && (
        <ProofDialog
          title={t('security.renew')}
          what={t('security.renewWhat')}
          action={t('security.renewAction')}
          onProve={renew}
          onClose={close}
        />
      )}
      {open === 'disable' && (
        <ProofDialog
          title={t('security.disable')}
          what={t('security.disableWhat')}
          action={t('security.disableAction')}
          isDangerous
          onProve={disable}
          onClose={close}
        />
      )}
      {typeof open === 'object' && <RecoveryCodesDialog codes={open.recoveryCodes} onClose={close} />}
    </div>
  )
}
