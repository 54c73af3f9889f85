import type { RelayChannel } from '@parley/protocol/relay-channels'
import type { Column } from '../../ui/data-table.tsx'
import { StateText } from '../../ui/state-text.tsx'
import { ModelsCell } from './limit-cells.tsx'
import { providerNameOf } from './providers.ts'

/** What a table of channels says of each. */
export function useChannelColumns(): Column<RelayChannel>[] {
  const { t, i18n } = useTranslation('relay')
  const number = (value: number) => value.toLocaleString(i18n.language)
  return [
    { id: 'name', label: t('channels.name'), isSortable: true, renderCell: (channel) => <Name channel={channel} /> },
    { id: 'models', label: t('models.label'), renderCell: ({ models }) => <ModelsCell models={models} /> },
    { id: 'health', label: t('channels.health'), renderCell: (channel) => <Health channel={channel} /> },
    {
      id: 'priority',
      label: t('channels.priority'),
      isNumber: true,
      renderCell: ({ priority }) => number(priority),
    },
    { id: 'weight', label: t('channels.weight'), isNumber: true, renderCell: ({ weight }) => number(weight) },
  ]
}

function Name({ channel }: { channel: RelayChannel }) {
  const { t } = useTranslation('relay')
  return (
    <>
      <span className="block truncate font-semibold">{channel.name}</span>
      <span className="text-muted block truncate text-sm font-normal">
        {t(`channels.providers.${providerNameOf(channel)}`)}
      </span>
    </>
  )
}

function Health({ channel: { status, health } }: { channel: RelayChannel }) {
  const { t, i18n } = useTranslation('relay')
  const { state, samples, failures, banned_until: until } = health
  if (status === 'disabled') return <StateText tone="off">{t('status.disabled')}</StateText>
  const time = (ms: number) =>
    new Date(ms).toLocaleTimeString(i18n.language, { hour: '2-digit', minute: '2-digit', hour12: false })
  return (
    <>
      {state === 'banned' && until !== null && (
        <StateText tone="bad">{t('channels.banned', { until: time(until) })}</StateText>
      )}
      {state === 'probing' && <StateText tone="warning">{t('channels.probing')}</StateText>}
      {state === 'healthy' && (
        <StateText tone={failures > 0 ? 'warning' : 'good'}>
          {t(samples === 0 ? 'channels.quiet' : failures > 0 ? 'channels.flaky' : 'channels.healthy')}
        </StateText>
      )}
      {samples > 0 && (
        <span className="text-muted block text-sm tabular-nums">
          {t('channels.failed', { failures, count: samples })}
        </span>
      )}
    </>
  )
}
