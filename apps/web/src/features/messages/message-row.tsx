import type { MessageRow } from '@parley/protocol/messages'
import { Pin } from 'lucide-react'
import { lazy, type PointerEvent, type ReactNode } from 'react'
import { formatClock, formatExact } from '../../ui/format-time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { MessageFiles } from '../files/message-files.tsx'
import { ProfileButton } from '../people/profile-button.tsx'
import { avatarSource, useUser } from '../people/use-user.ts'
import { useConversation } from './conversation-context.ts'
import { MessageBar } from './message-bar.tsx'
import { MessageText } from './message-text.tsx'
import { Quote } from './quote.tsx'
import { Reactions } from './reactions.tsx'
import { ReadTicks } from './read-ticks.tsx'
import { SystemRow } from './system-row.tsx'
import { useLongPress } from './use-long-press.ts'

// Loaded with the first finger on a message. The bar is not: Tab would pass it by while it is on its way.
const MessageSheet = lazy(() => import('./message-sheet.tsx'))

interface MessageRowProps {
  row: MessageRow
  /** Shows who wrote it. */
  starts: boolean
  /** Up to which message the ticks beside the name count. */
  groupEndSeq: number
  /** How many others have read as far; null where nobody knows, or where it is not one's own. */
  readBy: number | null
  /** Just jumped to. */
  highlighted: boolean
  /** The one row Tab stops at; arrows go on from there. */
  tabbable: boolean
}

/** One message. Everything it gets is stable, so that a new message renders no other row again. */
export const MessageRowView = memo(function MessageRowView({
  row,
  starts,
  groupEndSeq,
  readBy,
  highlighted,
  tabbable,
}: MessageRowProps) {
  const { ownId } = useConversation()
  const [hovered, setHovered] = useState(false)
  const [held, setHeld] = useState(false)
  const [sheetOpen, setSheetOpen] = useState(false)
  const isMessage = row.body.kind === 'text' || row.body.kind === 'media'
  const longPress = useLongPress(() => isMessage && setSheetOpen(true))
  const isOwn = row.senderId === ownId && row.body.kind !== 'system'
  const onMouse = (show: boolean) => (event: PointerEvent) => event.pointerType === 'mouse' && setHovered(show)
  return (
    <>
      {/* A stop of the keyboard whose keys the list handles, since it knows the neighbours. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <article
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={tabbable ? 0 : -1}
        data-seq={row.seq}
        onPointerEnter={onMouse(true)}
        onPointerLeave={onMouse(false)}
        onFocus={({ target }) => target.matches(':focus-visible') && setHovered(true)}
        onBlur={({ currentTarget, relatedTarget }) => !currentTarget.contains(relatedTarget) && setHovered(false)}
        {...longPress}
        className={`group/row focus-visible:-outline-offset-2 relative transition-colors duration-160 ${
          highlighted ? 'bg-accent-soft' : hovered && isMessage ? 'bg-hover' : isOwn ? 'bg-own' : ''
        }`}
      >
        {row.body.kind === 'system' ? (
          <SystemRow row={row} body={row.body} />
        ) : (
          <MessageFrame
            senderId={row.senderId}
            createdAt={row.createdAt}
            starts={starts}
            aside={readBy !== null && <ReadTicks seq={groupEndSeq} readBy={readBy} />}
          >
            <MessageContent row={row} />
          </MessageFrame>
        )}
        {isMessage && (hovered || held) && <MessageBar row={row} onHold={setHeld} />}
      </article>
      {/* Outside of the row, since React hands what happens in a portal to its parents as well. */}
      <Suspense fallback={null}>{sheetOpen && <MessageSheet row={row} onClose={() => setSheetOpen(false)} />}</Suspense>
    </>
  )
})

interface MessageFrameProps {
  senderId: string
  createdAt: string
  starts: boolean
  /** Stands after the time. */
  aside?: ReactNode
  children: ReactNode
}

/** Who wrote it and when, beside the content; the rows after the first of a group show the time on hover only. */
export function MessageFrame({ senderId, createdAt, starts, aside, children }: MessageFrameProps) {
  const { i18n } = useTranslation()
  const sender = useUser(senderId)
  const name = sender?.displayName ?? '…'
  const time = (
    <time
      dateTime={createdAt}
      data-tooltip={formatExact(createdAt, i18n.language)}
      className="text-faint text-xs tabular-nums"
    >
      {formatClock(createdAt, i18n.language)}
    </time>
  )
  return (
    <div className={`grid grid-cols-[36px_minmax(0,1fr)] gap-x-3 px-3 md:px-5 ${starts ? 'pt-2 pb-0.5' : 'py-0.5'}`}>
      {starts ? (
        // For the pointer only: the name beside it is the same button with words.
        <ProfileButton userId={senderId} tabIndex={-1} aria-hidden className="size-9 rounded-full">
          <Avatar id={senderId} name={name} src={avatarSource(sender)} />
        </ProfileButton>
      ) : (
        <span className="pt-px text-right leading-[22px] opacity-0 group-hover/row:opacity-100 group-focus/row:opacity-100">
          {time}
        </span>
      )}
      <div className="min-w-0">
        {starts && (
          <div className="flex items-baseline gap-2">
            <ProfileButton userId={senderId} tabIndex={-1} className="truncate font-semibold hover:underline">
              {name}
            </ProfileButton>
            {time}
            {aside}
          </div>
        )}
        {children}
      </div>
    </div>
  )
}

function MessageContent({ row }: { row: MessageRow }) {
  const { t, i18n } = useTranslation('messages')
  const { body } = row
  if (body.kind === 'recall') return <p className="text-muted">{t('recalled')}</p>
  if (body.kind === 'system') return null
  const text = body.kind === 'text' ? body.text : body.caption
  return (
    <>
      {row.replyTo !== undefined && <Quote seq={row.replyTo} />}
      {body.kind === 'media' && <MessageFiles files={body.files} />}
      {text && <MessageText text={text} mentions={body.mentions} />}
      {(row.editedAt || row.pinnedAt) && (
        <p className="text-faint flex gap-3 text-xs">
          {row.editedAt && <span data-tooltip={formatExact(row.editedAt, i18n.language)}>{t('edited')}</span>}
          {row.pinnedAt && (
            <span className="flex items-center gap-1">
              <Pin aria-hidden className="size-3" />
              {t('pinned')}
            </span>
          )}
        </p>
      )}
      <Reactions row={row} />
    </>
  )
}
