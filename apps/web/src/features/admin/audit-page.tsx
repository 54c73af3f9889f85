import { Button } from '@chakra-ui/react'
import { exportAudit, listAudit, type AuditEntry } from '@parley/protocol/audit'
import { Download, ScrollText } from 'lucide-react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { DateField } from '../../ui/date-field.tsx'
import { startOfDay } from '../../ui/day-bounds.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { fetchFile, saveFile } from '../../ui/save-file.ts'
import { SelectField } from '../../ui/select-field.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { showToast } from '../../ui/toast.tsx'
import { usePages, type LoadPage } from '../../ui/use-pages.ts'
import { AuditLine } from './audit-line.tsx'
import { TableSearch } from '../../ui/table-search.tsx'
import { oneOf, useTableState } from '../../ui/use-table-state.ts'

/** What most actions are about; the search finds the rest. */
const subjects = ['user', 'role', 'workspace', 'session', 'room', 'report', 'account'] as const
const formats = ['csv', 'ndjson'] as const

/** What was done in the workspace, by whom and from where. */
export default function AuditPage() {
  const { t } = useTranslation(['admin', 'ui'])
  const { rest } = useClient()
  const errorText = useErrorText()
  const { valueOf, set } = useTableState<'query' | 'subject' | 'from' | 'to'>({ sort: 'createdAt', order: 'desc' })
  const [exporting, setExporting] = useState(false)
  const query = valueOf('query')
  const subject = oneOf(subjects, valueOf('subject'))
  const from = startOfDay(valueOf('from'))?.toISOString()
  const to = startOfDay(valueOf('to'), 1)?.toISOString()
  const filters = useMemo(
    () => ({ ...(query && { query }), ...(subject && { action: subject }), ...(from && { from }), ...(to && { to }) }),
    [query, subject, from, to],
  )
  const load = useCallback<LoadPage<AuditEntry>>(
    (cursor, signal) => rest.call(listAudit, { query: { cursor, ...filters } }, { signal }),
    [rest, filters],
  )
  const pages = usePages(load)

  const download = async (format: (typeof formats)[number]) => {
    setExporting(true)
    try {
      const parameters = new URLSearchParams({ format, ...filters })
      const file = await rest.withToken((token) => fetchFile(`${exportAudit.path}?${parameters}`, token))
      saveFile(file, `parley-audit.${format}`)
    } catch (error) {
      await showToast({ title: errorText(error) })
    } finally {
      setExporting(false)
    }
  }
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-2">
        <TableSearch label={t('audit.search')} value={query} onChange={(value) => set('query', value)} />
        <SelectField
          label={t('audit.subject')}
          value={subject ?? ''}
          options={[
            { value: '', label: t('audit.anySubject') },
            ...subjects.map((value) => ({ value, label: t(`audit.subjects.${value}`) })),
          ]}
          onChange={(value) => set('subject', value)}
        />
        <DateField label={t('audit.from')} value={valueOf('from')} onChange={(value) => set('from', value)} />
        <DateField label={t('audit.to')} value={valueOf('to')} onChange={(value) => set('to', value)} />
      </div>
      <div className="flex gap-2">
        {formats.map((format) => (
          <Button key={format} variant="outline" size="sm" disabled={exporting} onClick={() => void download(format)}>
            <Download aria-hidden className="icon" />
            {t(`audit.export.${format}`)}
          </Button>
        ))}
      </div>
      {pages.status === 'failed' && <ErrorState message={errorText(pages.error)} onRetry={pages.retry} />}
      {pages.status === 'loading' && pages.items.length === 0 && <SkeletonRows rows={6} avatar={false} />}
      {pages.status === 'ready' && pages.items.length === 0 && (
        <EmptyState icon={<ScrollText />} title={t('audit.none')} />
      )}
      <ul aria-label={t('section.audit')}>
        {pages.items.map((entry) => (
          <AuditLine key={entry.id} entry={entry} />
        ))}
      </ul>
      {pages.nextCursor !== null && (
        <Button variant="outline" className="self-center" onClick={pages.loadMore}>
          {t('ui:table.more')}
        </Button>
      )}
    </div>
  )
}
