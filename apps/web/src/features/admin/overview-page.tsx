import { getOverview, type Overview } from '@parley/protocol/admin'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { formatSize } from '../../ui/format-size.ts'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { BarChart } from '../../ui/bar-chart.tsx'
import { FigureTile } from '../../ui/figure-tile.tsx'
import { useRefreshed } from '../../ui/use-refreshed.ts'

/** The workspace at a glance; its figures live. */
export default function OverviewPage() {
  const { rest } = useClient()
  const errorText = useErrorText()
  const overview = useLoaded(useCallback((signal: AbortSignal) => rest.call(getOverview, {}, { signal }), [rest]))
  useRefreshed(overview.status === 'ready' ? overview.reload : undefined)
  if (overview.status === 'loading') return <SkeletonRows rows={6} avatar={false} className="-mx-3" />
  if (overview.status === 'failed') return <ErrorState message={errorText(overview.error)} onRetry={overview.retry} />
  return <Figures overview={overview.data} />
}

function Figures({ overview }: { overview: Overview }) {
  const { t, i18n } = useTranslation('admin')
  const { people, rooms, storageBytes, storageBytesMax, openReports, messagesByHour, messagesByDay } = overview
  const number = (value: number) => value.toLocaleString(i18n.language)
  const size = (bytes: number) => formatSize(bytes, i18n.language)
  const bars = (counts: Overview['messagesByDay']) => counts.map(({ at, messages }) => ({ at, value: messages }))
  const sum = (counts: Overview['messagesByDay']) =>
    `${number(counts.reduce((total, { messages }) => total + messages, 0))} ${t('overview.messages')}`
  const time = new Intl.DateTimeFormat(i18n.language, { hour: '2-digit', minute: '2-digit' })
  const day = new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short', timeZone: 'UTC' })
  return (
    <div className="flex flex-col gap-4">
      <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        <FigureTile
          label={t('overview.online')}
          value={number(people.online)}
          note={t('overview.ofPeople', { total: number(people.total) })}
        />
        <FigureTile
          label={t('overview.active')}
          value={number(people.activeDay)}
          note={t('overview.activeWeek', { week: number(people.activeWeek) })}
        />
        <FigureTile
          label={t('overview.storage')}
          value={size(storageBytes)}
          note={
            storageBytesMax === null
              ? t('overview.rooms', { count: rooms })
              : t('overview.ofStorage', { max: size(storageBytesMax) })
          }
        />
        <FigureTile
          label={t('overview.reports')}
          value={number(openReports)}
          note={openReports === 0 ? t('overview.noReports') : t('overview.waiting')}
        />
      </dl>
      <div className="grid gap-4 lg:grid-cols-2">
        <BarChart
          title={t('overview.byHour')}
          summary={sum(messagesByHour)}
          bars={bars(messagesByHour)}
          formatValue={number}
          labelOf={(at) => time.format(new Date(at))}
        />
        <BarChart
          title={t('overview.byDay')}
          summary={sum(messagesByDay)}
          bars={bars(messagesByDay)}
          formatValue={number}
          labelOf={(at) => day.format(new Date(at))}
        />
      </div>
    </div>
  )
}
