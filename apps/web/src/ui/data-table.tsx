import { Button } from '@chakra-ui/react'
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { useErrorText } from '../errors/error-text.ts'
import { ErrorState } from './error-state.tsx'
import { SkeletonRows } from './skeleton.tsx'
import type { Pages } from './use-pages.ts'
import type { Sorting } from './use-table-state.ts'

export interface Column<Row> {
  /** What the server sorts by, where `isSortable`. */
  id: string
  label: string
  isSortable?: boolean
  isNumber?: boolean
  renderCell: (row: Row) => ReactNode
}

interface DataTableProps<Row> {
  label: string
  /** The first one names the row. */
  columns: readonly Column<Row>[]
  pages: Pages<Row>
  keyOf: (row: Row) => string
  sorting?: Sorting
  /** What can be done with a row, at its end. */
  renderActions?: (row: Row) => ReactNode
  empty: ReactNode
}

/** A list as a table; on a phone, where columns do not fit, as cards. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { t } = useTranslation('ui')
  const errorText = useErrorText()
  const { pages, empty } = props
  if (pages.status === 'failed') return <ErrorState message={errorText(pages.error)} onRetry={pages.retry} />
  if (pages.items.length === 0)
    return pages.status === 'loading' ? <SkeletonRows rows={6} avatar={false} className="-mx-3" /> : empty
  return (
    <div aria-busy={pages.status === 'loading'} className="flex flex-col gap-4">
      <Table {...props} />
      <Cards {...props} />
      {pages.nextCursor !== null && (
        <Button variant="outline" className="self-center" onClick={pages.loadMore}>
          {t('table.more')}
        </Button>
      )}
    </div>
  )
}

function Table<Row>({ label, columns, pages, keyOf, sorting, renderActions }: DataTableProps<Row>) {
  const { t } = useTranslation('ui')
  return (
    <table aria-label={label} className="hidden w-full border-collapse text-left md:table">
      <thead>
        <tr>
          {columns.map((column) => (
            <HeaderCell key={column.id} column={column} {...(sorting && { sorting })} />
          ))}
          {renderActions && (
            <th className="bg-raised border-subtle sticky -top-6 z-1 border-b py-2">
              <span className="sr-only">{t('table.actions')}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {pages.items.map((row) => (
          <tr key={keyOf(row)} className="border-subtle hover:bg-hover border-b">
            {columns.map((column, index) => {
              const Cell = index === 0 ? 'th' : 'td'
              return (
                <Cell
                  key={column.id}
                  {...(index === 0 && { scope: 'row' })}
                  className={`max-w-[280px] truncate py-2.5 pr-5 font-normal ${column.isNumber ? 'text-right tabular-nums' : ''}`}
                >
                  {column.renderCell(row)}
                </Cell>
              )
            })}
            {renderActions && <td className="w-px py-1.5 text-right whitespace-nowrap">{renderActions(row)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function HeaderCell<Row>({ column, sorting }: { column: Column<Row>; sorting?: Sorting }) {
  const isSorted = sorting?.sort === column.id
  const Arrow = sorting?.order === 'asc' ? ArrowUp : ArrowDown
  const direction = sorting?.order === 'asc' ? 'ascending' : 'descending'
  return (
    <th
      scope="col"
      aria-sort={isSorted ? direction : undefined}
      className={`text-muted border-subtle bg-raised sticky -top-6 z-1 border-b py-2 pr-5 text-sm font-semibold ${column.isNumber ? 'text-right' : ''}`}
    >
      {column.isSortable && sorting ? (
        <button
          type="button"
          onClick={() => sorting.sortBy(column.id)}
          className="hover:text-fg inline-flex min-h-8 items-center gap-1"
        >
          {column.label}
          {isSorted && <Arrow aria-hidden className="size-3.5" />}
        </button>
      ) : (
        column.label
      )}
    </th>
  )
}

function Cards<Row>({ label, columns, pages, keyOf, renderActions }: DataTableProps<Row>) {
  const [first, ...rest] = columns
  return (
    <ul aria-label={label} className="flex flex-col gap-2 md:hidden">
      {pages.items.map((row) => (
        <li key={keyOf(row)} className="border-subtle flex flex-col gap-2 rounded-lg border p-4">
          <div className="flex items-start justify-between gap-2">
            <div className="min-w-0 flex-1 font-semibold break-words">{first?.renderCell(row)}</div>
            {renderActions?.(row)}
          </div>
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
            {rest.map((column) => (
              <Fragment key={column.id}>
                <dt className="text-muted">{column.label}</dt>
                <dd className="min-w-0 text-right break-words tabular-nums">{column.renderCell(row)}</dd>
              </Fragment>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  )
}
