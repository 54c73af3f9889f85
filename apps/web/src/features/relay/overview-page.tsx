import { listChannels } from '@parley/protocol/relay-channels'
import { getDashboard, getGroupDashboard } from '@parley/protocol/relay-usage'
import { Redirect } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { oneOf, useTableState } from '../../ui/use-table-state.ts'
import { useMay } from '../access/access-slice.ts'
import { UsageView } from './usage-view.tsx'
import { useGroups } from './use-groups.ts'

const hourMs = 3_600_000
const ranges = {
  day: { spanMs: 23 * hourMs, step: 'hour' },
  week: { spanMs: 6 * 24 * hourMs, step: 'day' },
  month: { spanMs: 29 * 24 * hourMs, step: 'day' },
} as const
const rangeNames = ['day', 'week', 'month'] as const

/** What was used; where there is no channel yet, the way to the first one. */
export default function OverviewPage() {
  const isAdmin = useMay('relay:admin')
  return isAdmin ? <WithChannels /> : <Usage />
}

function WithChannels() {
  const { rest } = useClient()
  const errorText = useErrorText()
  const channels = useLoaded(
    useCallback((signal: AbortSignal) => rest.call(listChannels, { query: { per_page: 1 } }, { signal }), [rest]),
  )
  if (channels.status === 'loading') return <SkeletonRows rows={6} avatar={false} className="-mx-3" />
  if (channels.status === 'failed') return <ErrorState message={errorText(channels.error)} onRetry={channels.retry} />
  return channels.data.data.total === 0 ? <Redirect to="/relay/start" replace /> : <Usage />
}

function Usage() {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const errorText = useErrorText()
  const { valueOf, set } = useTableState<'range' | 'group'>({ sort: '', order: 'desc' })
  const groups = useGroups()
  const range = oneOf(rangeNames, valueOf('range')) ?? 'day'
  const group = valueOf('group')
  const usage = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const { spanMs, step } = ranges[range]
        const query = { from: Date.now() - spanMs, step }
        const { data } = group
          ? await rest.call(getGroupDashboard, { params: { group }, query }, { signal })
          : await rest.call(getDashboard, { query }, { signal })
        return data
      },
      [rest, range, group],
    ),
  )
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-2">
        <SelectField
          label={t('usage.range')}
          value={range}
          options={rangeNames.map((value) => ({ value, label: t(`usage.ranges.${value}`) }))}
          onChange={(value) => set('range', value)}
        />
        <SelectField
          label={t('group.label')}
          value={group}
          options={[
            { value: '', label: t('group.any') },
            ...(groups.status === 'ready' ? groups.data : []).map(({ id }) => ({ value: id, label: id })),
          ]}
          onChange={(value) => set('group', value)}
        />
      </div>
      {usage.status === 'loading' && <SkeletonRows rows={6} avatar={false} className="-mx-3" />}
      {usage.status === 'failed' && <ErrorState message={errorText(usage.error)} onRetry={usage.retry} />}
      {usage.status === 'ready' && <UsageView usage={usage.data} />}
    </div>
  )
}
