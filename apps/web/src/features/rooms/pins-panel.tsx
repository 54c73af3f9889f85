import { listPins, type MessageRow } from '@parley/protocol/messages'
import type { Room } from '@parley/protocol/rooms'
import { Pin, PinOff } from 'lucide-react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { showToast } from '../../ui/toast.tsx'
import { usePages } from '../../ui/use-pages.ts'
import { useMessagePreview } from '../messages/message-preview.tsx'
import { useUser } from '../people/use-user.ts'
import { FoundMessage } from './found-message.tsx'
import { PagedList } from './paged-list.tsx'
import { useAdvanced } from './use-advanced.ts'
import { useJump } from './use-jump.ts'

/** Pinned messages of the room, the latest pin first. */
export function PinsPanel({ room }: { room: Room }) {
  const { t } = useTranslation('rooms')
  const { rest, socket } = useClient()
  const errorText = useErrorText()
  const load = useCallback(
    (cursor: string | undefined, signal: AbortSignal) =>
      rest.call(listPins, { query: { roomId: room.id, cursor } }, { signal }),
    [rest, room.id],
  )
  const pages = usePages<MessageRow>(load)
  useAdvanced(room.id, (rows) => {
    const pinned = new Set(pages.items.map(({ seq }) => seq))
    if (rows.some((row) => row.pinnedAt !== undefined || pinned.has(row.seq))) pages.reload()
  })

  const pin = async (seq: number, on: boolean) => {
    try {
      await socket.command('room.pin', { roomId: room.id, seq, on })
      return true
    } catch (error) {
      pages.reload()
      await showToast({ title: errorText(error) })
      return false
    }
  }
  const unpin = async ({ seq }: MessageRow) => {
    pages.change((items) => items.filter((row) => row.seq !== seq))
    if (!(await pin(seq, false))) return
    await showToast({ title: t('pins.unpinned'), action: { label: t('pins.undo'), run: () => void pin(seq, true) } })
  }
  return (
    <PagedList
      pages={pages}
      items={pages.items}
      label={t('panel.pins')}
      keyOf={({ seq }) => String(seq)}
      renderRow={(row) => <PinnedMessage row={row} onUnpin={() => void unpin(row)} />}
      empty={
        <EmptyState icon={<Pin />} title={t('pins.empty')}>
          {t('pins.emptyText')}
        </EmptyState>
      }
    />
  )
}

function PinnedMessage({ row, onUnpin }: { row: MessageRow; onUnpin: () => void }) {
  const { t } = useTranslation('rooms')
  const jump = useJump()
  const preview = useMessagePreview(row)
  const pinnedBy = useUser(row.pinnedBy ?? '')
  return (
    <FoundMessage
      row={row}
      onOpen={() => jump(row.roomId, row.seq)}
      note={pinnedBy && t('pins.by', { name: pinnedBy.displayName })}
      action={
        <IconButton label={t('pins.unpin')} onClick={onUnpin} className="!size-8 pointer-coarse:!size-11">
          <PinOff />
        </IconButton>
      }
    >
      {preview}
    </FoundMessage>
  )
}
