import type { RelayLog } from '@parley/protocol/relay-usage'
import type { Column } from '../../ui/data-table.tsx'
import { formatSpan } from '../../ui/format-span.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StateText } from '../../ui/state-text.tsx'
import { formatMicros } from './money.ts'

/** What a table of calls says of each; its time leads to the rest. */
export function useLogColumns({ onOpen }: { onOpen: (log: RelayLog) => void }): Column<RelayLog>[] {
  const { t, i18n } = useTranslation('relay')
  const number = (value: number) => value.toLocaleString(i18n.language)
  return [
    { id: 'at', label: t('logs.at'), renderCell: (log) => <OpenButton log={log} onOpen={() => onOpen(log)} /> },
    {
      id: 'model',
      label: t('logs.model'),
      renderCell: ({ model, endpoint }) => <TwoLines first={model} second={endpoint} />,
    },
    {
      id: 'token',
      label: t('logs.token'),
      renderCell: ({ token_name: name, group }) => <TwoLines first={name} second={group} />,
    },
    { id: 'status', label: t('logs.status'), renderCell: (log) => <Outcome log={log} /> },
    {
      id: 'tokens',
      label: t('logs.inOut'),
      isNumber: true,
      renderCell: ({ input_tokens: input, output_tokens: output }) => `${number(input)}, ${number(output)}`,
    },
    {
      id: 'cost',
      label: t('logs.cost'),
      isNumber: true,
      renderCell: ({ cost }) => formatMicros(cost, i18n.language),
    },
    { id: 'duration', label: t('logs.duration'), isNumber: true, renderCell: (log) => <Duration log={log} /> },
  ]
}

function OpenButton({ log, onOpen }: { log: RelayLog; onOpen: () => void }) {
  const { t } = useTranslation('relay')
  return (
    <button
      type="button"
      aria-haspopup="dialog"
      onClick={onOpen}
      className="text-accent min-h-9 text-left hover:underline"
    >
      <RelativeTime at={new Date(log.created_at).toISOString()} />
      <span className="sr-only">{t('logs.details')}</span>
    </button>
  )
}

function TwoLines({ first, second }: { first: string; second: string }) {
  return (
    <>
      <span className="block truncate">{first}</span>
      <span className="text-muted block truncate text-sm">{second}</span>
    </>
  )
}

function Outcome({ log: { status, error_code: code, cached } }: { log: RelayLog }) {
  const { t } = useTranslation('relay')
  const hasLeft = status === 499
  const note = cached ? t('logs.cached') : hasLeft ? t('logs.left') : code
  return (
    <>
      <StateText tone={hasLeft ? 'warning' : code === null ? 'good' : 'bad'}>{status}</StateText>
      {note !== null && <span className="text-muted block truncate text-sm">{note}</span>}
    </>
  )
}

function Duration({ log: { duration_ms: durationMs, first_token_ms: firstTokenMs } }: { log: RelayLog }) {
  const { t, i18n } = useTranslation('relay')
  return (
    <>
      {formatSpan(durationMs, i18n.language)}
      {firstTokenMs !== null && (
        <span className="text-muted block text-sm">
          {t('logs.firstToken', { duration: formatSpan(firstTokenMs, i18n.language) })}
        </span>
      )}
    </>
  )
}
