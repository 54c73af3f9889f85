import { Button } from '@chakra-ui/react'
import type { ReactNode } from 'react'
import { Virtuoso } from 'react-virtuoso'
import { useErrorText } from '../../errors/error-text.ts'
import { ErrorState } from '../../ui/error-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import type { Pages } from '../../ui/use-pages.ts'

interface PagedListProps<Item> {
  pages: Pick<Pages<unknown>, 'status' | 'error' | 'nextCursor' | 'loadMore' | 'retry'>
  /** What is shown of the pages: their items, or those with headings between them. */
  items: readonly Item[]
  keyOf: (item: Item) => string
  renderRow: (item: Item) => ReactNode
  empty: ReactNode
  label: string
}

const prefetchPixels = 600

/** A list that loads as one scrolls; only what is near the screen exists. */
export function PagedList<Item>({ pages, items, keyOf, renderRow, empty, label }: PagedListProps<Item>) {
  const errorText = useErrorText()
  if (pages.status === 'failed') return <ErrorState message={errorText(pages.error)} onRetry={pages.retry} />
  if (items.length === 0) return pages.status === 'loading' ? <SkeletonRows rows={6} /> : empty
  return (
    <Virtuoso<Item, FooterContext>
      className="!h-full"
      aria-label={label}
      data={items}
      context={{ error: pages.error, onRetry: pages.retry }}
      computeItemKey={(_, item) => keyOf(item)}
      itemContent={(_, item) => renderRow(item)}
      increaseViewportBy={prefetchPixels}
      endReached={pages.loadMore}
      components={components}
    />
  )
}

interface FooterContext {
  error: unknown
  onRetry: () => void
}

function Footer({ context }: { context: FooterContext }) {
  const { t } = useTranslation('ui')
  const errorText = useErrorText()
  if (context.error === undefined) return <div className="h-4" />
  return (
    <div role="alert" className="text-muted flex flex-col items-center gap-2 p-4 text-center text-sm">
      {errorText(context.error)}
      <Button variant="outline" onClick={context.onRetry}>
        {t('error.retry')}
      </Button>
    </div>
  )
}

const components = { Footer }
