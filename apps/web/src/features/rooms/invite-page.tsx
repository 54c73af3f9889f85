import { Button } from '@chakra-ui/react'
import { ApiError } from '@parley/client/api-error'
import { getInvite, joinRoom, type RoomInfo } from '@parley/protocol/rooms'
import { Unlink } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { Skeleton, useIsSlow } from '../../ui/skeleton.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { RoomTile } from './room-tile.tsx'
import { roomLoaded } from './rooms-slice.ts'

/** Where an invitation leads, before joining. */
export function InvitePage({ token }: { token: string }) {
  const { t } = useTranslation('rooms')
  const { rest } = useClient()
  const errorText = useErrorText()
  const invite = useLoaded(
    useCallback((signal: AbortSignal) => rest.call(getInvite, { query: { token } }, { signal }), [rest, token]),
  )
  usePageTitle(invite.status === 'ready' ? invite.data.room.name : t('invite.title'))
  if (invite.status === 'loading') return <InviteSkeleton />
  if (invite.status === 'ready') return <Invitation token={token} {...invite.data} />
  const isGone = invite.error instanceof ApiError && ['NOT_FOUND', 'VALIDATION_FAILED'].includes(invite.error.code)
  if (!isGone) return <ErrorState message={errorText(invite.error)} onRetry={invite.retry} />
  return (
    <EmptyState
      icon={<Unlink />}
      title={t('invite.expired')}
      action={
        <Button variant="outline" asChild>
          <Link to="/directory">{t('list.browse')}</Link>
        </Button>
      }
    >
      {t('invite.expiredText')}
    </EmptyState>
  )
}

function InviteSkeleton() {
  if (!useIsSlow()) return null
  return (
    <div className="flex h-full flex-col items-center justify-center gap-3">
      <Skeleton className="size-9" />
      <Skeleton className="h-6 w-48" />
      <Skeleton className="h-4 w-32" />
    </div>
  )
}

interface InvitationProps {
  token: string
  room: RoomInfo
  joined: boolean
}

function Invitation({ token, room, joined }: InvitationProps) {
  const { t } = useTranslation('rooms')
  const { rest } = useClient()
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const [, navigate] = useLocation()
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)

  const join = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      const answer = await rest.call(joinRoom, { body: { invite: token } })
      dispatch(roomLoaded(answer.room))
      navigate(`/r/${room.id}`, { replace: true })
    } catch (error) {
      setProblem(error instanceof ApiError && error.code === 'NOT_FOUND' ? t('invite.expired') : errorText(error))
      setBusy(false)
    }
  }
  return (
    <article className="flex h-full flex-col items-center justify-center gap-2 px-6 text-center">
      <RoomTile room={room} />
      <p className="text-muted mt-2 text-sm">{t(joined ? 'invite.joined' : 'invite.invited')}</p>
      <h2 className="max-w-full text-xl font-semibold break-words">{room.name}</h2>
      {room.topic && <p className="max-w-[480px] break-words">{room.topic}</p>}
      <p className="text-muted text-sm">{t('directory.members', { count: room.memberCount })}</p>
      <div className="mt-4 flex flex-col items-center gap-3">
        {joined ? (
          <Button asChild>
            <Link to={`/r/${room.id}`} replace>
              {t('directory.open')}
            </Link>
          </Button>
        ) : (
          <Button disabled={busy} onClick={join}>
            {t('directory.join')}
          </Button>
        )}
        <FormError message={problem} />
      </div>
    </article>
  )
}
