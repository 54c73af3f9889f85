import { Button } from '@chakra-ui/react'
import { listReports, type Report, type ReportStatus } from '@parley/protocol/moderation'
import { Flag } from 'lucide-react'
import { useClient } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { usePages, type LoadPage } from '../../ui/use-pages.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { ReportDialog } from './report-dialog.tsx'
import { TableSearch } from '../../ui/table-search.tsx'
import { oneOf, useTableState } from '../../ui/use-table-state.ts'
import { UserCell } from './user-cell.tsx'

const statuses: readonly ReportStatus[] = ['open', 'resolved', 'dismissed']
const anyStatus = 'any'

/** What members reported, and what was done about it. */
export default function ReportsPage() {
  const { t } = useTranslation('admin')
  const { rest } = useClient()
  const { valueOf, set, sorting } = useTableState<'query' | 'status'>({ sort: 'createdAt', order: 'desc' })
  const [shownId, setShownId] = useState<string>()
  const query = valueOf('query')
  const wanted = valueOf('status')
  // What is open waits for somebody, so it is what one sees first.
  const status = wanted === anyStatus ? undefined : (oneOf(statuses, wanted) ?? 'open')
  const { order } = sorting
  const load = useCallback<LoadPage<Report>>(
    (cursor, signal) =>
      rest.call(
        listReports,
        { query: { cursor, order, ...(query && { query }), ...(status && { status }) } },
        { signal },
      ),
    [rest, query, status, order],
  )
  const pages = usePages(load)
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-2">
        <TableSearch label={t('reports.search')} value={query} onChange={(value) => set('query', value)} />
        <SelectField
          label={t('reports.status')}
          value={status ?? anyStatus}
          options={[
            ...statuses.map((value) => ({ value, label: t(`reports.${value}`) })),
            { value: anyStatus, label: t('reports.any') },
          ]}
          onChange={(value) => set('status', value)}
        />
      </div>
      <DataTable
        label={t('section.reports')}
        pages={pages}
        keyOf={({ id }) => id}
        sorting={sorting}
        empty={<EmptyState icon={<Flag />} title={status === 'open' ? t('reports.noneOpen') : t('reports.none')} />}
        columns={[
          { id: 'subject', label: t('reports.about'), renderCell: ({ subject }) => <UserCell user={subject} /> },
          { id: 'reason', label: t('reports.reason'), renderCell: ({ reason }) => reason },
          { id: 'reporter', label: t('reports.by'), renderCell: ({ reporter }) => reporter.displayName },
          {
            id: 'outcome',
            label: t('reports.status'),
            renderCell: (report) =>
              report.action ? t(`reports.done.${report.action}`) : t(`reports.${report.status}`),
          },
          {
            id: 'createdAt',
            label: t('reports.at'),
            isSortable: true,
            renderCell: ({ createdAt }) => <RelativeTime at={createdAt} />,
          },
        ]}
        renderActions={(report) => (
          <Button
            variant="outline"
            size="sm"
            aria-label={t('reports.showNamed', { name: report.subject.displayName })}
            onClick={() => setShownId(report.id)}
          >
            {t('reports.show')}
          </Button>
        )}
      />
      {shownId !== undefined && (
        <ReportDialog reportId={shownId} onClose={() => setShownId(undefined)} onResolved={pages.reload} />
      )}
    </div>
  )
}
