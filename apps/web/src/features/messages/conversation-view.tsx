import type { MessageRow } from '@parley/protocol/messages'
import type { Room } from '@parley/protocol/rooms'
import { lazy } from 'react'
import type { VirtuosoHandle } from 'react-virtuoso'
import { formatExact } from '../../ui/format-time.ts'
import { DropZone } from '../files/drop-zone.tsx'
import { useMutedUntil } from '../moderation/moderation-slice.ts'
import { useUser } from '../people/use-user.ts'
import { Announcer } from './announcer.tsx'
import { Composer } from './composer.tsx'
import { ConversationProvider } from './conversation-context.ts'
import { ConversationHeader } from './conversation-header.tsx'
import { EditComposer } from './edit-composer.tsx'
import { HistoryView } from './history-view.tsx'
import { TypingLine } from './typing-line.tsx'
import { useAddFiles } from './use-add-files.ts'
import { useComposing } from './use-composing.ts'
import { useHistory } from './use-history.ts'
import { useMessageActions, useRecall, useSaveEdit } from './use-message-actions.ts'
import { useMessageKeys } from './use-message-keys.ts'

const ReportDialog = lazy(() => import('../moderation/report-dialog.tsx'))
const RecallDialog = lazy(() => import('./recall-dialog.tsx'))

interface ConversationViewProps {
  room: Room
  ownId: string
  seq: number | undefined
}

/** An open room. Made anew for each room. */
export function ConversationView({ room, ownId, seq }: ConversationViewProps) {
  const { t, i18n } = useTranslation('messages')
  const { id: roomId, role, type } = room
  const mutedUntil = useMutedUntil()
  const canPost = room.canPost && mutedUntil === null
  const list = useRef<VirtuosoHandle>(null)
  const [recalling, setRecalling] = useState<MessageRow | null>(null)
  const [reported, setReported] = useState<MessageRow | null>(null)
  const reportedUser = useUser(reported?.senderId ?? '')
  const history = useHistory({ room, ownId, seq, list })
  const { rows, run, jumps } = history
  const { field, editing, edit, stopEditing, reply, editLast, onRowKey } = useComposing({
    roomId,
    ownId,
    canPost,
    rows,
  })
  useMessageKeys(canPost)
  const addFiles = useAddFiles(`${ownId}/${roomId}`)
  const saveEdit = useSaveEdit({ roomId, run })
  const recall = useRecall({ roomId, ownId, run })
  const actions = useMessageActions({
    roomId,
    ownId,
    run,
    onReply: reply,
    onEdit: edit,
    onRecall: setRecalling,
    onReport: setReported,
    onJump: jumps.jump,
  })
  const context = useMemo(
    () => ({ roomId, ownId, isPrivate: type === 'PRIVATE', role, canPost, actions }),
    [roomId, ownId, type, role, canPost, actions],
  )
  const saveAndStop = (row: MessageRow, text: string) => {
    saveEdit(row, text)
    stopEditing()
  }

  return (
    <ConversationProvider value={context}>
      <DropZone onFiles={canPost ? addFiles : undefined} className="bg-raised h-full">
        <section aria-label={room.peer?.displayName ?? room.name} className="flex h-full flex-col">
          <ConversationHeader room={room} />
          <HistoryView room={room} ownId={ownId} history={history} list={list} onKey={onRowKey} />
          <TypingLine roomId={roomId} ownId={ownId} />
          {!canPost ? (
            <p className="text-muted px-4 pb-6 text-center text-sm">
              {mutedUntil === null
                ? t('composer.closed')
                : t('composer.muted', { until: formatExact(mutedUntil, i18n.language) })}
            </p>
          ) : editing ? (
            <EditComposer
              key={editing.seq}
              row={editing}
              onCancel={stopEditing}
              onSave={(text) => saveAndStop(editing, text)}
            />
          ) : (
            <Composer room={room} ownId={ownId} field={field} onSent={jumps.jumpToEnd} onEditLast={editLast} />
          )}
          <Announcer rows={history.view.rows} ownId={ownId} />
        </section>
      </DropZone>
      {reported && (
        <Suspense fallback={null}>
          <ReportDialog
            about={{ roomId, seq: reported.seq }}
            name={reportedUser?.displayName ?? ''}
            onClose={() => setReported(null)}
          />
        </Suspense>
      )}
      {recalling && (
        <Suspense fallback={null}>
          <RecallDialog row={recalling} onConfirm={() => recall(recalling)} onClose={() => setRecalling(null)} />
        </Suspense>
      )}
    </ConversationProvider>
  )
}
