import { getLog, type RelayLogDetail } from '@parley/protocol/relay-usage'
import type { ReactNode } from 'react'
import { useClient } from '../../realtime/client-context.tsx'
import { CopyField } from '../../ui/copy-field.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { formatSpan } from '../../ui/format-span.ts'
import { formatExact } from '../../ui/format-time.ts'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { formatMicros } from './money.ts'
import { useRelayError } from './use-relay-error.ts'

/** One call with all that is known of it. */
export function LogDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const errorText = useRelayError()
  const log = useLoaded(
    useCallback((signal: AbortSignal) => rest.call(getLog, { params: { id }, query: {} }, { signal }), [rest, id]),
  )
  return (
    <Dialog title={t('log.title')} size="md" onClose={onClose}>
      {log.status === 'loading' && <SkeletonRows rows={6} avatar={false} />}
      {log.status === 'failed' && <ErrorState message={errorText(log.error)} onRetry={log.retry} />}
      {log.status === 'ready' && <Details log={log.data.data} />}
    </Dialog>
  )
}

function Details({ log }: { log: RelayLogDetail }) {
  const { t } = useTranslation('relay')
  return (
    <div className="flex flex-col gap-5">
      <CopyField
        label={t('log.request')}
        text={log.request_id}
        copyLabel={t('log.copyRequest')}
        copiedText={t('copied')}
      />
      {log.error_code !== null && (
        <Part title={t('log.error')}>
          <p className="wrap-anywhere">
            {log.status} <code>{log.error_code}</code>
          </p>
          {log.error_message !== null && <p className="text-muted wrap-anywhere">{log.error_message}</p>}
        </Part>
      )}
      <Facts log={log} />
      <UsageByKind log={log} />
      {log.attempts.length > 0 && <Attempts log={log} />}
      {log.prompt && <Prompt prompt={log.prompt} />}
    </div>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-1">
      <h3 className="text-sm font-semibold">{title}</h3>
      {children}
    </section>
  )
}

function Facts({ log }: { log: RelayLogDetail }) {
  const { t, i18n } = useTranslation('relay')
  const { model, upstream_model: upstream, first_token_ms: firstTokenMs } = log
  const facts = [
    [t('log.at'), formatExact(new Date(log.created_at).toISOString(), i18n.language)],
    [t('log.endpoint'), log.stream ? `${log.endpoint} (${t('logs.stream')})` : log.endpoint],
    [t('log.model'), upstream === null || upstream === model ? model : t('log.upstreamModel', { model, upstream })],
    [t('log.token'), t('log.tokenIn', { token: log.token_name, group: log.group })],
    [t('log.channel'), log.channel_name ?? t('log.noChannel')],
    [t('log.upstreamRequest'), log.upstream_request_id],
    [t('log.took'), formatSpan(log.duration_ms, i18n.language)],
    [t('log.firstToken'), firstTokenMs === null ? null : formatSpan(firstTokenMs, i18n.language)],
    [t('log.tier'), log.service_tier],
    [t('log.address'), log.address],
  ] as const
  return <FactList facts={facts.flatMap(([label, value]) => (value === null ? [] : [{ label, value }]))} />
}

function FactList({ facts }: { facts: { label: string; value: string }[] }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1">
      {facts.map(({ label, value }) => (
        <Fragment key={label}>
          <dt className="text-muted">{label}</dt>
          <dd className="wrap-anywhere">{value}</dd>
        </Fragment>
      ))}
    </dl>
  )
}

/** Wholes, each with the parts it contains. */
const wholes = [
  {
    whole: 'input_tokens',
    parts: ['cached_tokens', 'cache_creation_tokens', 'audio_input_tokens', 'image_input_tokens'],
  },
  { whole: 'output_tokens', parts: ['thinking_tokens', 'audio_output_tokens', 'image_output_tokens'] },
  { whole: 'images', parts: [] },
  { whole: 'searches', parts: [] },
] as const

function UsageByKind({ log }: { log: RelayLogDetail }) {
  const { t, i18n } = useTranslation('relay')
  const rows = wholes.flatMap(({ whole, parts }) => {
    const isShown = log[whole] > 0 || whole === 'input_tokens' || whole === 'output_tokens'
    const shown = parts.filter((part) => log[part] > 0)
    return isShown ? [{ name: whole, isPart: false }, ...shown.map((name) => ({ name, isPart: true }))] : []
  })
  return (
    <Part title={t('log.usage')}>
      <table className="w-full">
        <tbody>
          {rows.map(({ name, isPart }) => (
            <tr key={name} className={isPart ? 'text-muted' : ''}>
              <th scope="row" className={`text-left font-normal ${isPart ? 'pl-4' : ''}`}>
                {t(`log.kind.${name}`)}
              </th>
              <td className="text-right tabular-nums">{log[name].toLocaleString(i18n.language)}</td>
            </tr>
          ))}
          <tr className="border-subtle border-t font-semibold">
            <th scope="row" className="pt-1 text-left font-semibold">
              {t('log.cost')}
            </th>
            <td className="pt-1 text-right tabular-nums">{formatMicros(log.cost, i18n.language)}</td>
          </tr>
        </tbody>
      </table>
      <p className="text-muted text-sm">
        {log.price_id === null ? t('log.noPrice') : t('log.price', { id: log.price_id })}
      </p>
    </Part>
  )
}

function Attempts({ log }: { log: RelayLogDetail }) {
  const { t, i18n } = useTranslation('relay')
  return (
    <Part title={t('log.attempts')}>
      <ol className="flex flex-col gap-1">
        {log.attempts.map(({ number, channel_name: channel, error_code: code, status, duration_ms: durationMs }) => (
          <li key={number} className="text-muted wrap-anywhere">
            {t('log.attempt', {
              channel,
              code,
              status: status ?? t('log.noAnswer'),
              duration: formatSpan(durationMs, i18n.language),
            })}
          </li>
        ))}
      </ol>
    </Part>
  )
}

function Prompt({ prompt }: { prompt: NonNullable<RelayLogDetail['prompt']> }) {
  const { t, i18n } = useTranslation('relay')
  const text = 'bg-code max-h-80 overflow-y-auto rounded-md p-3 text-sm whitespace-pre-wrap wrap-anywhere'
  const until = new Date(prompt.expires_at).toLocaleDateString(i18n.language, { dateStyle: 'medium' })
  return (
    <Part title={t('log.prompt')}>
      <p className="text-muted text-sm">{t('log.promptUntil', { until })}</p>
      <h4 className="text-muted mt-2 text-sm">{t('log.asked')}</h4>
      <pre className={text}>{prompt.request}</pre>
      <h4 className="text-muted mt-2 text-sm">{t('log.answered')}</h4>
      <pre className={text}>{prompt.answer}</pre>
    </Part>
  )
}
