import { Button } from '@chakra-ui/react'
import { ApiError } from '@parley/client/api-error'
import { joinWorkspace, previewWorkspaceInvite } from '@parley/protocol/workspaces'
import { Building2, Unlink } from 'lucide-react'
import { useSelector } from 'react-redux'
import { Link } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { useLoaded } from '../../ui/use-loaded.ts'
import { selectIdentityStatus } from '../identity/identity-slice.ts'

/** Where an invitation to a workspace leads, for who is signed in and who is not. */
export default function JoinPage({ token }: { token: string }) {
  const { t } = useTranslation('workspaces')
  const { rest } = useClient()
  const errorText = useErrorText()
  const isSignedIn = useSelector(selectIdentityStatus) === 'signedIn'
  const invitation = useLoaded(
    useCallback(
      (signal: AbortSignal) => rest.call(previewWorkspaceInvite, { body: { token } }, { signal }),
      [rest, token],
    ),
  )
  const name = invitation.status === 'ready' ? invitation.data.name : undefined
  usePageTitle(name === undefined ? t('join.unknown') : t('join.title', { name }))
  const isGone =
    invitation.status === 'failed' &&
    invitation.error instanceof ApiError &&
    ['NOT_FOUND', 'VALIDATION_FAILED'].includes(invitation.error.code)
  return (
    <main className="bg-canvas grid min-h-dvh place-items-center">
      {invitation.status === 'ready' && (
        <article className="flex max-w-full flex-col items-center gap-2 px-6 text-center">
          <div className="text-faint mb-2 [&_svg]:size-8 [&_svg]:stroke-[1.5]">
            <Building2 aria-hidden />
          </div>
          <p className="text-muted">{t('join.invited')}</p>
          <h1 className="max-w-full text-xl font-semibold break-words">{name}</h1>
          {invitation.data.forOneAddress && <p className="text-muted text-sm">{t('join.oneAddress')}</p>}
          <div className="mt-4 flex flex-col items-center gap-3">
            {isSignedIn ? <Accept token={token} /> : <WaysIn token={token} />}
          </div>
        </article>
      )}
      {isGone && (
        <EmptyState
          icon={<Unlink />}
          title={t('join.gone')}
          action={
            <Button variant="outline" asChild>
              <Link to="/">{t('join.home')}</Link>
            </Button>
          }
        >
          {t('join.goneText')}
        </EmptyState>
      )}
      {invitation.status === 'failed' && !isGone && (
        <ErrorState message={errorText(invitation.error)} onRetry={invitation.retry} />
      )}
    </main>
  )
}

function Accept({ token }: { token: string }) {
  const { t } = useTranslation('workspaces')
  const { rest, session } = useClient()
  const errorText = useErrorText()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  const problemOf = (error: unknown) => {
    if (!(error instanceof ApiError)) return errorText(error)
    if (error.details.reason === 'invite-address') return t('join.wrongAddress')
    if (error.details.reason === 'members-max') return t('join.full')
    return error.code === 'NOT_FOUND' ? t('join.gone') : errorText(error)
  }
  const accept = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      const { workspaceId } = await rest.call(joinWorkspace, { body: { token } })
      const before = session.state().user?.id
      // Another user: the page begins anew. The same one was there already.
      if ((await session.switchWorkspace(workspaceId)).id === before) location.assign('/')
    } catch (error) {
      setProblem(problemOf(error))
      setBusy(false)
    }
  }
  return (
    <>
      <Button disabled={busy} onClick={accept}>
        {busy ? t('join.busy') : t('join.accept')}
      </Button>
      <FormError message={problem} />
    </>
  )
}

function WaysIn({ token }: { token: string }) {
  const { t } = useTranslation('workspaces')
  return (
    <div className="flex flex-wrap justify-center gap-2">
      <Button asChild>
        <Link to={`/register?invite=${encodeURIComponent(token)}`}>{t('join.register')}</Link>
      </Button>
      <Button variant="outline" asChild>
        <Link to={`/signin?next=${encodeURIComponent(`/join/${token}`)}`}>{t('join.signIn')}</Link>
      </Button>
    </div>
  )
}
