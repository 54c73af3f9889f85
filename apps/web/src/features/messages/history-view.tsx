import type { Room } from '@parley/protocol/rooms'
import { MessageSquareText } from 'lucide-react'
import type { RefObject } from 'react'
import type { VirtuosoHandle } from 'react-virtuoso'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { MessageList } from './message-list.tsx'
import { MessagesSkeleton } from './messages-skeleton.tsx'
import type { History } from './use-history.ts'
import { useReaders } from './use-readers.ts'

interface HistoryViewProps {
  room: Room
  ownId: string
  history: History
  list: RefObject<VirtuosoHandle | null>
  onKey: (key: string, seq: number) => boolean
}

/** A room's messages in whichever state they are. */
export function HistoryView({ room, ownId, history, list, onKey }: HistoryViewProps) {
  const { t } = useTranslation('messages')
  const { engine } = useClient()
  const errorText = useErrorText()
  const countReaders = useReaders(room, ownId)
  const { view, items, isReady, stretch, jumps } = history

  if (view.status === 'failed' && view.rows.length === 0)
    return (
      <div className="min-h-0 flex-1">
        <ErrorState message={errorText(view.error)} onRetry={() => void engine.jumpToLatest(room.id)} />
      </div>
    )
  if (!isReady) return <MessagesSkeleton />
  if (items.length === 0)
    return (
      <div className="min-h-0 flex-1">
        <EmptyState icon={<MessageSquareText />} title={t('empty.title')}>
          {t('empty.text')}
        </EmptyState>
      </div>
    )
  return (
    <MessageList
      key={stretch}
      view={view}
      items={items}
      ownId={ownId}
      start={jumps.place}
      list={list}
      highlightedSeq={jumps.highlightedSeq}
      countReaders={countReaders}
      unseenCount={history.unseenCount}
      isAtEnd={history.isAtEnd}
      takeFollowing={jumps.takeFollowing}
      onAtEnd={history.onAtEnd}
      onSeen={history.onSeen}
      onLoadBefore={() => void engine.loadBefore(room.id)}
      onLoadAfter={() => void engine.loadAfter(room.id)}
      onJumpToEnd={jumps.jumpToEnd}
      onKey={onKey}
    />
  )
}
