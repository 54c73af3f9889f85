import { Button } from '@chakra-ui/react'
import { endSession, listAllSessions, type AdminSession, type SessionSort } from '@parley/protocol/admin'
import { MonitorSmartphone } from 'lucide-react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { showToast } from '../../ui/toast.tsx'
import { usePages, type LoadPage } from '../../ui/use-pages.ts'
import { deviceName } from '../settings/device-name.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { TableSearch } from '../../ui/table-search.tsx'
import { oneOf, useTableState } from '../../ui/use-table-state.ts'
import { UserCell } from './user-cell.tsx'

const sorts: readonly SessionSort[] = ['lastUsedAt', 'createdAt']

/** Where people are signed in, with a way out of each. */
export default function SessionsPage() {
  const { t } = useTranslation('admin')
  const { rest } = useClient()
  const errorText = useErrorText()
  const { valueOf, set, sorting } = useTableState<'query'>({ sort: 'lastUsedAt', order: 'desc' })
  const query = valueOf('query')
  const sort = oneOf(sorts, sorting.sort) ?? 'lastUsedAt'
  const { order } = sorting
  const load = useCallback<LoadPage<AdminSession>>(
    (cursor, signal) =>
      rest.call(listAllSessions, { query: { cursor, sort, order, ...(query && { query }) } }, { signal }),
    [rest, query, sort, order],
  )
  const pages = usePages(load)
  const end = async ({ id }: AdminSession) => {
    pages.change((items) => items.filter((session) => session.id !== id))
    try {
      await rest.call(endSession, { params: { id } })
    } catch (error) {
      await showToast({ title: errorText(error) })
      pages.reload()
    }
  }
  return (
    <div className="flex flex-col gap-4">
      <TableSearch label={t('sessions.search')} value={query} onChange={(value) => set('query', value)} />
      <DataTable
        label={t('section.sessions')}
        pages={pages}
        keyOf={({ id }) => id}
        sorting={sorting}
        empty={<EmptyState icon={<MonitorSmartphone />} title={t('sessions.none')} />}
        columns={[
          { id: 'user', label: t('people.name'), renderCell: ({ user }) => <UserCell user={user} /> },
          {
            id: 'device',
            label: t('sessions.device'),
            renderCell: ({ device }) => <span data-tooltip={device}>{deviceName(device)}</span>,
          },
          { id: 'address', label: t('sessions.address'), renderCell: ({ address }) => address },
          {
            id: 'lastUsedAt',
            label: t('sessions.lastUsed'),
            isSortable: true,
            renderCell: ({ lastUsedAt }) => <RelativeTime at={lastUsedAt} />,
          },
          {
            id: 'createdAt',
            label: t('sessions.createdAt'),
            isSortable: true,
            renderCell: ({ createdAt }) => <RelativeTime at={createdAt} />,
          },
        ]}
        renderActions={(session) =>
          session.current ? (
            <span className="text-accent text-sm">{t('sessions.current')}</span>
          ) : (
            <Button
              variant="outline"
              size="sm"
              aria-label={t('sessions.endNamed', {
                name: session.user.displayName,
                device: deviceName(session.device),
              })}
              onClick={() => void end(session)}
            >
              {t('sessions.end')}
            </Button>
          )
        }
      />
    </div>
  )
}
