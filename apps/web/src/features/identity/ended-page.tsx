import { Button } from '@chakra-ui/react'
import type { EndReason } from '@parley/client/api-error'
import { Building2, CircleUser, LogOut, type LucideIcon } from 'lucide-react'
import { Redirect, useRoute } from 'wouter'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { signedOut } from './identity-slice.ts'

const icons: Record<EndReason, LucideIcon> = { suspended: Building2, disabled: CircleUser, revoked: LogOut }

/** Why the page is not there any more, and what can be done: said at once, wherever the person was. */
export function EndedPage({ reason }: { reason: EndReason }) {
  const { t } = useTranslation('identity')
  const { session } = useClient()
  const dispatch = useAppDispatch()
  const [isSigningIn] = useRoute('/signin')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  usePageTitle(t(`ended.${reason}.title`))
  // Who goes to the sign-in page has read it.
  const leave = () => dispatch(signedOut(undefined))
  useEffect(() => {
    if (isSigningIn) dispatch(signedOut(undefined))
  }, [isSigningIn, dispatch])
  if (isSigningIn) return <Redirect to="/signin" replace />

  const goElsewhere = () => {
    setBusy(true)
    setProblem(undefined)
    session
      .switchWorkspace()
      .catch(() => setProblem(t('ended.nowhere')))
      .finally(() => setBusy(false))
  }
  const Icon = icons[reason]
  return (
    <main role="alert" className="bg-canvas grid min-h-dvh place-items-center">
      <EmptyState
        icon={<Icon />}
        title={t(`ended.${reason}.title`)}
        action={
          <div className="flex flex-col items-center gap-3">
            <div className="flex flex-wrap justify-center gap-2">
              {reason === 'suspended' && (
                <>
                  <Button variant="outline" onClick={() => location.reload()}>
                    {t('ended.retry')}
                  </Button>
                  <Button variant="outline" disabled={busy} onClick={goElsewhere}>
                    {t('ended.elsewhere')}
                  </Button>
                </>
              )}
              <Button onClick={leave}>{t('ended.signIn')}</Button>
            </div>
            <FormError message={problem} />
          </div>
        }
      >
        {t(`ended.${reason}.text`)}
      </EmptyState>
    </main>
  )
}
