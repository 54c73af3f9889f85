import { Button } from '@chakra-ui/react'
import { exportLogs, listLogs, type RelayLog } from '@parley/protocol/relay-usage'
import { Download, ScrollText } from 'lucide-react'
import { useClient } from '../../realtime/client-context.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { fetchFile, saveFile } from '../../ui/save-file.ts'
import { showToast } from '../../ui/toast.tsx'
import { usePages } from '../../ui/use-pages.ts'
import { useTableState } from '../../ui/use-table-state.ts'
import { useLogColumns } from './log-columns.tsx'
import { LogDialog } from './log-dialog.tsx'
import { LogFilters, useLogQuery, type LogFilter } from './log-filters.tsx'
import { byNumber } from './numbered-pages.ts'
import { useRelayError } from './use-relay-error.ts'

/** The log of calls, the latest first; members see the calls of their own tokens. */
export default function LogsPage() {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const errorText = useRelayError()
  const state = useTableState<LogFilter>({ sort: 'created_at', order: 'desc' })
  const [exporting, setExporting] = useState(false)
  const query = useLogQuery(state)
  const pages = usePages(
    useMemo(
      () =>
        byNumber<RelayLog>(async (page, signal) => {
          const { data } = await rest.call(listLogs, { query: { ...page, ...query } }, { signal })
          return { rows: data.logs, total: data.total }
        }),
      [rest, query],
    ),
  )
  const opened = state.valueOf('log')
  const columns = useLogColumns({ onOpen: ({ id }) => state.set('log', id) })

  const download = async () => {
    setExporting(true)
    try {
      const parameters = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
      saveFile(
        await rest.withToken((token) => fetchFile(`${exportLogs.path}?${parameters}`, token)),
        'parley-calls.csv',
      )
    } catch (error) {
      await showToast({ title: errorText(error) })
    } finally {
      setExporting(false)
    }
  }
  return (
    <div className="flex flex-col gap-4">
      <LogFilters state={state}>
        <Button variant="outline" size="sm" disabled={exporting} onClick={() => void download()}>
          <Download aria-hidden className="icon" />
          {t('logs.csv')}
        </Button>
      </LogFilters>
      <DataTable
        label={t('section.logs')}
        pages={pages}
        keyOf={({ id }) => id}
        columns={columns}
        empty={
          Object.keys(query).length > 0 ? (
            <EmptyState icon={<ScrollText />} title={t('logs.noMatch')} />
          ) : (
            <EmptyState icon={<ScrollText />} title={t('logs.none')}>
              {t('logs.noneText')}
            </EmptyState>
          )
        }
      />
      {opened && <LogDialog id={opened} onClose={() => state.set('log', '')} />}
    </div>
  )
}
