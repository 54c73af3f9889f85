import { testChannel, type ChannelTest, type RelayChannel } from '@parley/protocol/relay-channels'
import { CircleAlert, CircleCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../realtime/client-context.tsx'
import { formatSpan } from '../../ui/format-span.ts'
import { useRelayError } from './use-relay-error.ts'

export type Trial =
  | { state: 'idle' }
  | { state: 'running' }
  | { state: 'done'; result: ChannelTest }
  | { state: 'failed'; message: string }

/** Tries a channel out with a tiny call. */
export function useTrial(channel: RelayChannel) {
  const { rest } = useClient()
  const errorText = useRelayError()
  const [trial, setTrial] = useState<Trial>({ state: 'idle' })
  const run = async () => {
    setTrial({ state: 'running' })
    try {
      const { data } = await rest.call(testChannel, { params: { id: channel.id }, query: {} })
      setTrial({ state: 'done', result: data })
    } catch (error) {
      setTrial({ state: 'failed', message: errorText(error) })
    }
  }
  return { trial, run }
}

/** What came of it, in plain words. */
export function TrialResult({ trial }: { trial: Trial }) {
  const { t } = useTranslation('relay')
  return (
    <div role="status" className="min-h-6">
      {trial.state === 'running' && <p className="text-muted">{t('channels.testing')}</p>}
      {trial.state === 'failed' && <Failure title={trial.message} />}
      {trial.state === 'done' &&
        (trial.result.ok ? <Success result={trial.result} /> : <Explained result={trial.result} />)}
    </div>
  )
}

function Success({ result: { model, duration_ms: durationMs } }: { result: ChannelTest }) {
  const { t, i18n } = useTranslation('relay')
  const duration = formatSpan(durationMs, i18n.language)
  return (
    <p className="flex gap-2">
      <CircleCheck aria-hidden className="icon text-success mt-0.5 flex-none" />
      {t('channels.works', { model, duration })}
    </p>
  )
}

/** Why a channel fails, of which something is said in the reader's language. */
const reasons = [
  'no_model',
  'key_unreadable',
  'address_not_allowed',
  'name_unknown',
  'connection_refused',
  'unreachable',
  'connection_lost',
  'timeout',
  'tls',
  'key_rejected',
  'no_permission',
  'no_credit',
  'model_unknown',
  'wrong_address',
  'request_refused',
  'limited',
  'provider_failed',
  'redirected',
  'not_json',
  'unexpected_answer',
] as const

function Explained({ result: { model, reason, message, status } }: { result: ChannelTest }) {
  const { t } = useTranslation('relay')
  const known = reasons.find((each) => each === reason)
  return (
    <Failure title={t('channels.fails', { model })}>
      {known ? (
        <>
          <span className="block">{t(`channels.why.${known}`)}</span>
          <details className="mt-2">
            <summary className="text-muted text-sm">{t('channels.said')}</summary>
            <span className="text-muted block text-sm">{message}</span>
          </details>
        </>
      ) : (
        <span className="block">{message}</span>
      )}
      {status !== null && <span className="text-muted block text-sm">{t('channels.answered', { status })}</span>}
    </Failure>
  )
}

function Failure({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex gap-2">
      <CircleAlert aria-hidden className="icon text-danger mt-0.5 flex-none" />
      <div className="min-w-0 wrap-anywhere">
        <span className="block font-semibold">{title}</span>
        {children}
      </div>
    </div>
  )
}
