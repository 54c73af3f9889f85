import { Popover, Portal } from '@chakra-ui/react'
import { listReaders } from '@parley/protocol/messages'
import type { RefObject } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { UserAvatar } from '../people/user-avatar.tsx'
import { useConversation } from './conversation-context.ts'

interface ReadersPopoverProps {
  seq: number
  anchor: RefObject<HTMLElement | null>
  onClose: () => void
}

/** The people who have read a message. */
export default function ReadersPopover({ seq, anchor, onClose }: ReadersPopoverProps) {
  const { t } = useTranslation('messages')
  return (
    <Popover.Root
      open
      onOpenChange={({ open }) => !open && onClose()}
      positioning={{ placement: 'bottom-start', getAnchorRect: () => anchor.current?.getBoundingClientRect() ?? null }}
      finalFocusEl={() => anchor.current}
    >
      <Portal>
        <Popover.Positioner>
          <Popover.Content aria-label={t('read.title')} className="!w-64">
            <h2 className="text-faint px-4 pt-3 pb-1 text-xs font-semibold">{t('read.title')}</h2>
            <div className="max-h-72 overflow-y-auto px-2 pb-2">
              <Readers seq={seq} />
            </div>
          </Popover.Content>
        </Popover.Positioner>
      </Portal>
    </Popover.Root>
  )
}

function Readers({ seq }: { seq: number }) {
  const { rest } = useClient()
  const { roomId } = useConversation()
  const errorText = useErrorText()
  const readers = useLoaded(
    useCallback(
      (signal: AbortSignal) => rest.call(listReaders, { query: { roomId, seq } }, { signal }),
      [rest, roomId, seq],
    ),
  )
  if (readers.status === 'loading') return <SkeletonRows rows={3} />
  if (readers.status === 'failed') return <ErrorState message={errorText(readers.error)} onRetry={readers.retry} />
  return (
    <ul>
      {readers.data.items.map((user) => (
        <li key={user.id} className="flex min-h-10 items-center gap-2.5 px-2">
          <UserAvatar user={user} size="sm" />
          <span className="truncate">{user.displayName}</span>
        </li>
      ))}
      {readers.data.nextCursor !== null && <li className="text-muted px-2 py-1 text-sm">…</li>}
    </ul>
  )
}
