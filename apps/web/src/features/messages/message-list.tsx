import type { RoomView } from '@parley/client/room-view'
import { ChevronDown } from 'lucide-react'
import type { ComponentProps, RefObject } from 'react'
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso'
import { DayLine, NewLine } from './day-line.tsx'
import { EntryRow } from './entry-row.tsx'
import type { ListItem } from './list-items.ts'
import { MessageRowView } from './message-row.tsx'
import { seqsOnScreen } from './places.ts'
import { useStickToEnd } from './use-stick-to-end.ts'
import type { CountReaders } from './use-readers.ts'
import { useRowKeys } from './use-row-keys.ts'

const lookEveryMs = 200
/** Older rows are asked for when so many are left above the screen. */
const prefetchRows = 15
const atEndWithinPx = 60
/** Rows put before the others while the list is still finding its first place would lead it astray. */
const settleMs = 400

export interface ListPlace {
  seq: number
  align: 'start' | 'center'
  /** Above it, a little of what was read before stays in sight, so that one knows where one is. */
  contextPx?: number
}

interface MessageListProps {
  view: RoomView
  items: readonly ListItem[]
  ownId: string
  /** Where to begin; the end when absent. */
  start: ListPlace | null
  list: RefObject<VirtuosoHandle | null>
  highlightedSeq: number | null
  countReaders: CountReaders | null
  /** Messages below the screen that were not on it yet. */
  unseenCount: number
  isAtEnd: boolean
  /** A message was just sent, which is followed to the end from wherever one is. */
  takeFollowing: () => boolean
  onAtEnd: (atEnd: boolean) => void
  onSeen: (first: number, last: number) => void
  onLoadBefore: () => void
  onLoadAfter: () => void
  onJumpToEnd: () => void
  onKey: (key: string, seq: number) => boolean
}

/** The history of a room. Only what is near the screen exists. */
export function MessageList(props: MessageListProps) {
  const { view, items, start, list, onAtEnd, onSeen, onLoadBefore, onLoadAfter, takeFollowing } = props
  const { t } = useTranslation('messages')
  const scroller = useRef<HTMLElement | null>(null)
  const lookTimer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const [startsAtEnd] = useState(start === null)
  const { frame, keepAtEnd, noteScroll } = useStickToEnd(scroller, !view.hasAfter, startsAtEnd)
  const keys = useRowKeys({ items, list, scroller, onKey: props.onKey })
  const firstIndex = firstIndexOf(items)
  const [initial] = useState(() => startLocation(items, start))
  const [isSettled, setIsSettled] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => {
      setIsSettled(true)
      // Rows turn out higher or lower than guessed, and the place aimed at has moved with them.
      if (startsAtEnd) keepAtEnd()
      else list.current?.scrollToIndex(initial)
    }, settleMs)
    return () => clearTimeout(timer)
  }, [list, initial, startsAtEnd, keepAtEnd])

  const look = useCallback(() => {
    lookTimer.current ??= setTimeout(() => {
      lookTimer.current = undefined
      const seqs = scroller.current && seqsOnScreen(scroller.current)
      if (seqs) onSeen(seqs.first, seqs.last)
    }, lookEveryMs)
  }, [onSeen])
  useEffect(look, [look, items])
  useEffect(
    () => () => {
      clearTimeout(lookTimer.current)
      // StrictMode mounts twice: a timer that is over must not keep the next one from being set.
      lookTimer.current = undefined
    },
    [],
  )

  return (
    <div ref={frame} className="relative min-h-0 flex-1" onKeyDown={keys.onKeyDown} role="presentation">
      <Virtuoso<ListItem, ListContext>
        ref={list}
        className="!h-full"
        data={items}
        context={{ ...props, activeKey: keys.activeKey }}
        firstItemIndex={firstIndex}
        initialTopMostItemIndex={initial}
        computeItemKey={(_, item) => item.key}
        components={components}
        alignToBottom
        skipAnimationFrameInResizeObserver
        increaseViewportBy={600}
        atBottomThreshold={atEndWithinPx}
        atBottomStateChange={(atBottom) => {
          onAtEnd(atBottom)
          look()
        }}
        followOutput={(atBottom) => (takeFollowing() || (atBottom && !view.hasAfter) ? 'auto' : false)}
        scrollerRef={(element) => {
          if (element instanceof HTMLElement) scroller.current = element
        }}
        onScroll={() => {
          look()
          if (isSettled) noteScroll()
        }}
        totalListHeightChanged={keepAtEnd}
        rangeChanged={({ startIndex: first, endIndex: last }) => {
          look()
          if (!isSettled) return
          if (first - firstIndex < prefetchRows) onLoadBefore()
          if (firstIndex + items.length - last < prefetchRows) onLoadAfter()
        }}
        itemContent={renderItem}
      />
      {!props.isAtEnd && (
        <button
          type="button"
          onClick={props.onJumpToEnd}
          className="border-subtle bg-raised shadow-raised absolute bottom-2.5 left-1/2 flex min-h-9 -translate-x-1/2 animate-[rise-in_140ms_ease-out] items-center gap-1.5 rounded-full border px-3.5 text-sm font-semibold pointer-coarse:min-h-11"
        >
          {props.unseenCount > 0 ? t('new.pill', { count: props.unseenCount }) : t('new.latest')}
          <ChevronDown className="size-4" />
        </button>
      )}
    </div>
  )
}

/** A message's number is its place, so that the list keeps its place whatever is loaded before it. */
const firstIndexOf = (items: readonly ListItem[]) => (items[0]?.kind === 'row' ? items[0].row.seq : 0)

function startLocation(items: readonly ListItem[], start: ListPlace | null) {
  const end = { index: 'LAST' as const, align: 'end' as const }
  if (!start) return end
  const index = items.findIndex((item) => item.kind === 'row' && item.row.seq >= start.seq)
  return index < 0 ? end : { index, align: start.align, offset: -(start.contextPx ?? 0) }
}

type ListContext = Pick<
  MessageListProps,
  'view' | 'items' | 'highlightedSeq' | 'countReaders' | 'ownId' | 'onLoadBefore'
> & {
  activeKey: string | null
}

function renderItem(_: number, item: ListItem, context: ListContext) {
  const { highlightedSeq, countReaders, ownId, activeKey, items, view } = context
  const isBeginning = item === items[0] && !view.hasBefore
  if (item.kind === 'entry')
    return (
      <>
        {item.startsDay && <DayLine at={item.createdAt} />}
        <EntryRow entry={item.entry} createdAt={item.createdAt} starts={item.starts} />
      </>
    )
  const { row, starts, groupEndSeq } = item
  const hasTicks = starts && row.senderId === ownId && row.body.kind !== 'recall' && row.body.kind !== 'system'
  return (
    <>
      {isBeginning && <Beginning />}
      {item.startsDay && <DayLine at={item.createdAt} />}
      {item.isFirstNew && <NewLine />}
      <MessageRowView
        row={row}
        starts={starts}
        groupEndSeq={groupEndSeq}
        readBy={hasTicks && countReaders ? countReaders(groupEndSeq) : null}
        highlighted={highlightedSeq === row.seq}
        tabbable={item.key === activeKey}
      />
    </>
  )
}

function Rows(props: ComponentProps<'div'>) {
  const { t } = useTranslation('messages')
  return <div {...props} role="list" aria-label={t('list.label')} />
}

function RowItem(props: ComponentProps<'div'> & { item?: ListItem }) {
  const { item: _, ...rest } = props
  return <div {...rest} role="listitem" />
}

const edgeLine = 'text-muted grid h-12 place-items-center text-sm'

/** Stands for what is not loaded yet, as high as the beginning that takes its place in the end. */
function Before({ context }: { context?: ListContext }) {
  const { t } = useTranslation('messages')
  if (!context?.view.hasBefore) return null
  const { loadingBefore, error } = context.view
  return (
    <div className={edgeLine}>
      {loadingBefore && t('list.older')}
      {!loadingBefore && error && (
        <button type="button" onClick={context.onLoadBefore} className="text-accent font-semibold hover:underline">
          {t('list.retryOlder')}
        </button>
      )}
    </div>
  )
}

function Beginning() {
  const { t } = useTranslation('messages')
  return <p className={edgeLine}>{t('list.beginning')}</p>
}

const After = () => <div className="h-2" />

const components = { List: Rows, Item: RowItem, Header: Before, Footer: After }
