import { Button } from '@chakra-ui/react'
import { listTokens } from '@parley/protocol/relay'
import { listChannels } from '@parley/protocol/relay-channels'
import { SlidersHorizontal } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../realtime/client-context.tsx'
import { DateField } from '../../ui/date-field.tsx'
import { startOfDay } from '../../ui/day-bounds.ts'
import { SelectField } from '../../ui/select-field.tsx'
import { TableSearch } from '../../ui/table-search.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { oneOf, type useTableState } from '../../ui/use-table-state.ts'
import { useMay } from '../access/access-slice.ts'
import { useGroups } from './use-groups.ts'
import { useModelNames } from './use-model-names.ts'

const outcomes = ['success', 'error'] as const
/** Statuses that are asked for by their number. */
const statuses = ['400', '401', '403', '404', '429', '499', '500', '502', '503']

export type LogFilter = 'request' | 'from' | 'to' | 'group' | 'token' | 'model' | 'channel' | 'status' | 'log'
export type LogState = ReturnType<typeof useTableState<LogFilter>>

/** What the log is narrowed down to, as it is asked for. */
export function useLogQuery({ valueOf }: LogState) {
  const [request, from, to] = [valueOf('request').trim(), valueOf('from'), valueOf('to')]
  const [group, token, model, channel] = [valueOf('group'), valueOf('token'), valueOf('model'), valueOf('channel')]
  const status = valueOf('status')
  return useMemo(() => {
    const [start, end] = [startOfDay(from), startOfDay(to, 1)]
    const outcome = oneOf(outcomes, status)
    return {
      ...(/^[\w.-]{1,64}$/.test(request) && { request_id: request }),
      ...(start && { from: start.getTime() }),
      ...(end && { to: end.getTime() }),
      ...(group && { group }),
      ...(token && { token_id: token }),
      ...(model && { model }),
      ...(channel && { channel_id: channel }),
      ...(outcome ? { outcome } : statuses.includes(status) && { status: Number(status) }),
    }
  }, [request, from, to, group, token, model, channel, status])
}

/** Fields that narrow the log down; what they say stands in the address. */
export function LogFilters({ state: { valueOf, set }, children }: { state: LogState; children: ReactNode }) {
  const { t } = useTranslation('relay')
  const [isOpen, setOpen] = useState(false)
  const groups = useGroups()
  const groupNames = groups.status === 'ready' ? groups.data.map(({ id }) => id) : []
  const models = useModelNames()
  const tokens = useNames('token')
  const channels = useNames('channel')
  const mayChannels = useMay('relay:admin')
  const choice = (filter: LogFilter, label: string, any: string, options: { value: string; label: string }[]) => (
    <div className="min-w-0 md:max-w-44">
      <SelectField
        label={label}
        value={valueOf(filter)}
        options={[{ value: '', label: any }, ...options]}
        onChange={(value) => set(filter, value)}
      />
    </div>
  )
  const named = (names: readonly string[]) => names.map((value) => ({ value, label: value }))
  return (
    <div className="grid grid-cols-2 items-end gap-2 md:flex md:flex-wrap">
      <div className="col-span-2 flex flex-1 gap-2">
        <TableSearch
          label={t('logs.requestId')}
          value={valueOf('request')}
          onChange={(value) => set('request', value)}
        />
        <div className="md:hidden">
          <Button variant="outline" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            <SlidersHorizontal aria-hidden />
            {t('logs.filters')}
          </Button>
        </div>
      </div>
      <div className={`${isOpen ? 'contents' : 'hidden'} md:contents`}>
        {choice('group', t('group.label'), t('group.any'), named(groupNames))}
        {choice('token', t('logs.token'), t('logs.anyToken'), tokens)}
        {choice('model', t('logs.model'), t('logs.anyModel'), named(models))}
        {mayChannels && choice('channel', t('logs.channel'), t('logs.anyChannel'), channels)}
        {choice('status', t('logs.status'), t('any'), [
          ...outcomes.map((value) => ({ value, label: t(`logs.outcome.${value}`) })),
          ...named(statuses),
        ])}
        <DateField label={t('logs.from')} value={valueOf('from')} onChange={(value) => set('from', value)} />
        <DateField label={t('logs.to')} value={valueOf('to')} onChange={(value) => set('to', value)} />
        {children}
      </div>
    </div>
  )
}

/** Tokens or channels to choose from; none until they are known, and no channels for who may not see them. */
function useNames(kind: 'token' | 'channel') {
  const { rest } = useClient()
  const mayChannels = useMay('relay:admin')
  const loaded = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        if (kind === 'token') {
          const { data } = await rest.call(listTokens, { query: { per_page: 100, order: 'name' } }, { signal })
          return data.tokens.map(({ id, name, group }) => ({ value: id, label: `${name} (${group})` }))
        }
        if (!mayChannels) return []
        const { data } = await rest.call(listChannels, { query: { per_page: 100, order: 'name' } }, { signal })
        return data.channels.map(({ id, name }) => ({ value: id, label: name }))
      },
      [rest, kind, mayChannels],
    ),
  )
  return loaded.status === 'ready' ? loaded.data : []
}
