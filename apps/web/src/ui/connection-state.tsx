import { useIsSlow } from './skeleton.tsx'

const quietForMs = 2_000

interface ConnectionStateProps {
  /** `connecting` lasts until the first connection, `offline` after one was lost. */
  state: 'connecting' | 'online' | 'offline'
}

/** A quiet line that appears only when the connection has been away for two seconds. */
export function ConnectionState({ state }: ConnectionStateProps) {
  // Mounted anew whenever it is lost again, so that each loss has its two quiet seconds.
  return <div aria-live="polite">{state === 'offline' && <OfflineLine />}</div>
}

function OfflineLine() {
  const { t } = useTranslation('ui')
  if (!useIsSlow(quietForMs)) return null
  return (
    <p className="text-muted border-subtle bg-panel animate-[fade-in_160ms_ease-out] border-b px-4 py-1 text-center text-sm">
      {navigator.onLine ? t('connection.reconnecting') : t('connection.offline')}
    </p>
  )
}
