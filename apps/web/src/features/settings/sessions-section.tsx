import { Button } from '@chakra-ui/react'
import { listSessions, revokeOtherSessions, revokeSession, type Session } from '@parley/protocol/identity'
import { Monitor, Smartphone } from 'lucide-react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { showToast } from '../../ui/toast.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { deviceName } from './device-name.ts'

/** Where one is signed in, with a way out of each. */
export function SessionsSection() {
  const { t } = useTranslation('settings')
  const { rest } = useClient()
  const errorText = useErrorText()
  const [ended, setEnded] = useState<ReadonlySet<string>>(new Set())
  const [isAsking, setIsAsking] = useState(false)
  const loaded = useLoaded(useCallback((signal: AbortSignal) => rest.call(listSessions, {}, { signal }), [rest]))

  if (loaded.status === 'loading') return <SkeletonRows rows={3} className="-mx-3" />
  if (loaded.status === 'failed') return <ErrorState message={errorText(loaded.error)} onRetry={loaded.retry} />

  const end = async (id: string) => {
    setEnded(new Set([...ended, id]))
    try {
      await rest.call(revokeSession, { params: { id } })
    } catch (error) {
      setEnded((before) => new Set([...before].filter((each) => each !== id)))
      await showToast({ title: errorText(error) })
    }
  }

  const endOthers = async () => {
    try {
      await rest.call(revokeOtherSessions, {})
      loaded.reload()
      await showToast({ title: t('sessions.othersEnded') })
    } catch (error) {
      await showToast({ title: errorText(error) })
    }
    setIsAsking(false)
  }

  const shown = loaded.data.items.filter(({ id }) => !ended.has(id))
  return (
    <>
      <p className="text-muted mb-4">{t('sessions.what')}</p>
      <ul className="flex flex-col">
        {shown.map((session) => (
          <SessionRow key={session.id} session={session} onEnd={() => end(session.id)} />
        ))}
      </ul>
      {shown.length > 1 && (
        <div className="mt-4">
          <Button variant="outline" onClick={() => setIsAsking(true)}>
            {t('sessions.endOthers')}
          </Button>
        </div>
      )}
      {isAsking && (
        <ConfirmDialog
          title={t('sessions.endOthers')}
          confirmLabel={t('sessions.endOthersAction')}
          onConfirm={endOthers}
          onClose={() => setIsAsking(false)}
        >
          {t('sessions.endOthersWhat')}
        </ConfirmDialog>
      )}
    </>
  )
}

function SessionRow({ session, onEnd }: { session: Session; onEnd: () => void }) {
  const { t } = useTranslation('settings')
  const device = deviceName(session.device)
  const Icon = /iphone|android|mobile|ipad/i.test(session.device) ? Smartphone : Monitor
  return (
    <li className="border-subtle flex items-center gap-3 border-b py-3 last:border-b-0">
      <Icon aria-hidden className="icon text-muted" />
      <div className="min-w-0 flex-1">
        <p className="truncate font-semibold" data-tooltip={session.device}>
          {device}
        </p>
        <p className="text-muted truncate text-sm">
          {session.current ? (
            <span className="text-accent">{t('sessions.current')}</span>
          ) : (
            <>
              {t('sessions.lastUsed')} <RelativeTime at={session.lastUsedAt} />
            </>
          )}
          {' · '}
          {session.address}
        </p>
      </div>
      {!session.current && (
        <Button variant="outline" aria-label={t('sessions.endNamed', { device })} onClick={onEnd}>
          {t('sessions.end')}
        </Button>
      )}
    </li>
  )
}
