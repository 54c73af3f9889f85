import type { MessageRow } from '@parley/protocol/messages'
import type { Room } from '@parley/protocol/rooms'
import { MessageSquareText } from 'lucide-react'
import { lazy } from 'react'
import { useStore } from 'react-redux'
import type { VirtuosoHandle } from 'react-virtuoso'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { DropZone } from '../files/drop-zone.tsx'
import { Announcer } from './announcer.tsx'
import { Composer } from './composer.tsx'
import { ConversationProvider } from './conversation-context.ts'
import { ConversationHeader } from './conversation-header.tsx'
import { draftWritten, selectDraft, type DraftsRoot } from './drafts-slice.ts'
import { EditComposer } from './edit-composer.tsx'
import { isNews, listItems } from './list-items.ts'
import { MessageList, type ListPlace } from './message-list.tsx'
import { MessagesSkeleton } from './messages-skeleton.tsx'
import { loadPlace, savePlace } from './places.ts'
import { useRowPatches } from './row-patches.ts'
import { TypingLine } from './typing-line.tsx'
import { useAddFiles } from './use-add-files.ts'
import { useJumps, useOpenRoom, useStretch } from './use-history.ts'
import { useMessageActions, useRecall, useSaveEdit } from './use-message-actions.ts'
import { useNewLine } from './use-new-line.ts'
import { useReaders } from './use-readers.ts'
import { useReadMarks } from './use-read-marks.ts'
import { useOutboxEntries } from './use-room-view.ts'

const RecallDialog = lazy(() => import('./recall-dialog.tsx'))

interface ConversationViewProps {
  room: Room
  ownId: string
  seq: number | undefined
}

function startOf({ id, unread, readSeq }: Room, seq: number | undefined): ListPlace | null {
  if (seq !== undefined) return { seq, align: 'center' }
  const left = loadPlace(id)
  if (left && !left.atEnd) return { seq: left.seq, align: 'start' }
  return unread > 0 ? { seq: readSeq + 1, align: 'start' } : null
}

/** An open room. Made anew for each room. */
export function ConversationView({ room, ownId, seq }: ConversationViewProps) {
  const { t } = useTranslation('messages')
  const { engine } = useClient()
  const roomId = room.id
  const errorText = useErrorText()
  const dispatch = useAppDispatch()
  const store = useStore<DraftsRoot>()
  const list = useRef<VirtuosoHandle>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const [start] = useState(() => startOf(room, seq))
  const [atRest] = useState({ readSeq: room.readSeq, newAfterSeq: room.unread > 0 ? room.readSeq : null })
  const [editing, setEditing] = useState<MessageRow | null>(null)
  const [recalling, setRecalling] = useState<MessageRow | null>(null)
  const [isAtEnd, setIsAtEnd] = useState(true)
  const [seenSeq, setSeenSeq] = useState(room.readSeq)

  const { view, isReady } = useOpenRoom(roomId, start)
  const entries = useOutboxEntries(roomId)
  const { rows, run } = useRowPatches(view.rows)
  const newAfterSeq = useNewLine(atRest.newAfterSeq, rows, ownId)
  const { hasBefore, hasAfter } = view
  const items = useMemo(
    () => listItems({ rows, hasBefore, entries: hasAfter ? [] : entries, newAfterSeq, ownId }),
    [rows, hasBefore, hasAfter, entries, newAfterSeq, ownId],
  )
  const stretch = useStretch(view.rows)
  const jumps = useJumps({ roomId, view, items, list, start, seq })
  const countReaders = useReaders(room, ownId)
  const addFiles = useAddFiles(`${ownId}/${roomId}`)
  useReadMarks({ roomId, ownId, readSeq: atRest.readSeq, seenSeq })

  const focusComposer = () => requestAnimationFrame(() => field.current?.focus())
  const reply = (row: MessageRow) => {
    const draft = selectDraft(store.getState(), roomId)
    dispatch(draftWritten({ roomId, draft: { text: draft?.text ?? '', replyTo: row.seq } }))
    setEditing(null)
    focusComposer()
  }
  const actions = useMessageActions({
    roomId,
    ownId,
    run,
    onReply: reply,
    onEdit: setEditing,
    onRecall: setRecalling,
    onJump: jumps.jump,
  })
  const saveEdit = useSaveEdit({ roomId, run })
  const recall = useRecall({ roomId, ownId, run })
  const { role, canPost, type } = room
  const context = useMemo(
    () => ({ roomId, ownId, isPrivate: type === 'PRIVATE', role, canPost, actions }),
    [roomId, ownId, type, role, canPost, actions],
  )

  const onSeen = useCallback(
    (first: number, last: number) => {
      setSeenSeq((seen) => Math.max(seen, last))
      savePlace(roomId, { seq: first, atEnd: isAtEnd })
    },
    [roomId, isAtEnd],
  )
  const onAtEnd = (atBottom: boolean) => {
    const atEnd = atBottom && !hasAfter
    setIsAtEnd(atEnd)
    engine.setAtEnd(roomId, atEnd)
  }
  const isOwnMessage = (row: MessageRow) =>
    row.senderId === ownId && (row.body.kind === 'text' || row.body.kind === 'media')
  const editLast = () => {
    const last = rows.findLast(isOwnMessage)
    if (last) setEditing(last)
  }
  const stopEditing = () => {
    setEditing(null)
    focusComposer()
  }
  const onKey = (key: string, onSeq: number) => {
    if (key === 'Escape') {
      focusComposer()
      return true
    }
    const row = rows.find((candidate) => candidate.seq === onSeq)
    if (!row || !canPost || (row.body.kind !== 'text' && row.body.kind !== 'media')) return false
    if (key === 'r') reply(row)
    else if (key === 'e' && isOwnMessage(row)) setEditing(row)
    else return false
    return true
  }
  useEffect(() => {
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia('(pointer: fine)').matches) field.current?.focus()
  }, [])
  const unseenCount = hasAfter
    ? Math.max(0, (view.head?.seq ?? 0) - seenSeq)
    : rows.filter((row) => row.seq > seenSeq && isNews(row, ownId)).length

  return (
    <ConversationProvider value={context}>
      <DropZone onFiles={canPost ? addFiles : undefined} className="bg-raised h-full">
        <section aria-label={room.peer?.displayName ?? room.name} className="flex h-full flex-col">
          <ConversationHeader room={room} />
          {view.status === 'failed' && rows.length === 0 ? (
            <div className="min-h-0 flex-1">
              <ErrorState message={errorText(view.error)} onRetry={() => void engine.jumpToLatest(roomId)} />
            </div>
          ) : !isReady ? (
            <MessagesSkeleton />
          ) : items.length === 0 ? (
            <div className="min-h-0 flex-1">
              <EmptyState icon={<MessageSquareText />} title={t('empty.title')}>
                {t('empty.text')}
              </EmptyState>
            </div>
          ) : (
            <MessageList
              key={stretch}
              view={view}
              items={items}
              ownId={ownId}
              start={jumps.place}
              list={list}
              highlightedSeq={jumps.highlightedSeq}
              countReaders={countReaders}
              unseenCount={unseenCount}
              isAtEnd={isAtEnd}
              takeFollowing={jumps.takeFollowing}
              onAtEnd={onAtEnd}
              onSeen={onSeen}
              onLoadBefore={() => void engine.loadBefore(roomId)}
              onLoadAfter={() => void engine.loadAfter(roomId)}
              onJumpToEnd={jumps.jumpToEnd}
              onKey={onKey}
            />
          )}
          <TypingLine roomId={roomId} ownId={ownId} />
          {!canPost ? (
            <p className="text-muted px-4 pb-6 text-center text-sm">{t('composer.closed')}</p>
          ) : editing ? (
            <EditComposer
              key={editing.seq}
              row={editing}
              onCancel={stopEditing}
              onSave={(text) => {
                saveEdit(editing, text)
                stopEditing()
              }}
            />
          ) : (
            <Composer room={room} ownId={ownId} field={field} onSent={jumps.jumpToEnd} onEditLast={editLast} />
          )}
          <Announcer rows={view.rows} ownId={ownId} />
        </section>
      </DropZone>
      {recalling && (
        <Suspense fallback={null}>
          <RecallDialog row={recalling} onConfirm={() => recall(recalling)} onClose={() => setRecalling(null)} />
        </Suspense>
      )}
    </ConversationProvider>
  )
}
