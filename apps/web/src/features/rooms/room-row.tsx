import type { Room } from '@parley/protocol/rooms'
import { Bell, BellOff, CheckCheck, LogOut, MoreHorizontal, Pin, PinOff } from 'lucide-react'
import { memo, type KeyboardEvent, type MouseEvent } from 'react'
import { useSelector } from 'react-redux'
import { Link, useRoute } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch, type AppThunk } from '../../realtime/client-context.tsx'
import { Badge } from '../../ui/badge.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu, type MenuItem } from '../../ui/menu.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { showToast } from '../../ui/toast.tsx'
import { selectOwnId } from '../identity/identity-slice.ts'
import { selectDraft, type DraftsRoot } from '../messages/drafts-slice.ts'
import { useMessagePreview } from '../messages/message-preview.tsx'
import { plainText } from '../messages/preview-text.ts'
import { useLongPress } from '../messages/use-long-press.ts'
import { useUser } from '../people/use-user.ts'
import { useRoomName } from './room-name.ts'
import { RoomTile } from './room-tile.tsx'
import { waitingIn } from './rooms-slice.ts'
import { keepRoom, readWholeRoom } from './rooms-thunks.ts'

interface RoomRowProps {
  room: Room
  onLeave: (room: Room) => void
}

/** One room of the list. Its menu exists once a pointer or the focus is there: a list of hundreds costs no more than its rows. */
export const RoomRow = memo(function RoomRow({ room, onLeave }: RoomRowProps) {
  const name = useRoomName(room)
  const [current] = useRoute(`/r/${room.id}/*?`)
  const [isNear, setIsNear] = useState(false)
  const row = useRef<HTMLLIElement>(null)
  const openMenu = () => row.current?.querySelector<HTMLElement>('[data-room-menu]')?.click()
  const onContextMenu = (event: MouseEvent) => {
    event.preventDefault()
    // A long press of a finger opens the menu already.
    if (event.nativeEvent instanceof PointerEvent && event.nativeEvent.pointerType === 'touch') return
    openMenu()
  }
  const longPress = useLongPress(openMenu)
  const isUnread = waitingIn(room) > 0
  const at = room.lastMessage?.createdAt
  return (
    // The link and the menu inside have names and keys of their own; these are shorter ways to them.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <li
      ref={row}
      onPointerEnter={() => setIsNear(true)}
      onFocus={() => setIsNear(true)}
      onContextMenu={onContextMenu}
      {...longPress}
      className={`group relative mx-1.5 grid grid-cols-[36px_minmax(0,1fr)_auto] items-center gap-2.5 rounded-md px-3 py-[7px] [contain-intrinsic-size:auto_52px] [content-visibility:auto] pointer-coarse:select-none pointer-coarse:[-webkit-touch-callout:none] ${current ? 'bg-accent-soft' : 'hover:bg-hover'}`}
    >
      <RoomTile room={room} />
      <Link
        to={`/r/${room.id}`}
        data-room-link
        onKeyDown={moveFocus}
        aria-current={current ? 'page' : undefined}
        className="focus-visible:before:outline-accent min-w-0 outline-none before:absolute before:inset-0 before:rounded-md focus-visible:before:outline-2 focus-visible:before:-outline-offset-2"
      >
        <span className={`block truncate leading-5 ${isUnread ? 'font-semibold' : ''}`}>{name}</span>
        <span className="text-muted block truncate text-sm leading-[18px]">
          <Preview room={room} />
        </span>
      </Link>
      <div className="text-faint flex flex-col items-end gap-0.5 self-start text-xs leading-5 tabular-nums pointer-fine:group-hover:opacity-0 pointer-fine:group-has-[[data-room-menu]:is(:focus-visible,[aria-expanded=true])]:opacity-0">
        {at ? <RelativeTime at={at} length="short" className="relative" /> : <span>&nbsp;</span>}
        <Counts room={room} />
      </div>
      {isNear && (
        <div className="absolute top-1/2 right-2 -translate-y-1/2 opacity-0 group-hover:opacity-100 has-[:focus-visible]:opacity-100 has-[[aria-expanded=true]]:opacity-100 pointer-coarse:pointer-events-none pointer-coarse:!opacity-0">
          <RoomMenu room={room} name={name} onLeave={onLeave} />
        </div>
      )}
    </li>
  )
})

/** Arrows go from room to room, as Tab does, but without passing through their menus. */
function moveFocus(event: KeyboardEvent<HTMLAnchorElement>) {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const links = [...(event.currentTarget.closest('nav') ?? document).querySelectorAll<HTMLElement>('[data-room-link]')]
  const index = links.findIndex((link) => link === document.activeElement)
  if (index < 0) return
  event.preventDefault()
  links[index + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
}

/** A mention stands out; a room that is to be quiet counts quietly. */
function Counts({ room }: { room: Room }) {
  const { t } = useTranslation('rooms')
  if (room.mentions > 0 && room.notify !== 'none') {
    return <Badge count={room.mentions} tone="mention" label={t('list.mentions', { count: room.mentions })} />
  }
  const tone = waitingIn(room) > 0 ? 'accent' : 'quiet'
  return <Badge count={room.unread} tone={tone} label={t('list.unread', { count: room.unread })} />
}

/** A draft first, else the last message with who said it. */
function Preview({ room }: { room: Room }) {
  const { t } = useTranslation('rooms')
  const draft = useSelector((root: DraftsRoot) => selectDraft(root, room.id))
  if (draft && draft.text.trim() !== '') {
    return (
      <>
        <span className="text-mark">{t('list.draft')}</span> {plainText(draft.text, 80)}
      </>
    )
  }
  return room.lastMessage ? (
    <LastMessage row={room.lastMessage} isPrivate={room.type === 'PRIVATE'} />
  ) : (
    t('list.nothingSaid')
  )
}

function LastMessage({ row, isPrivate }: { row: NonNullable<Room['lastMessage']>; isPrivate: boolean }) {
  const { t } = useTranslation('rooms')
  const ownId = useSelector(selectOwnId)
  const sender = useUser(row.senderId)
  const preview = useMessagePreview(row)
  if (row.body.kind === 'system') return preview
  if (row.senderId === ownId) return t('list.you', { preview })
  return isPrivate || !sender ? preview : t('list.said', { name: sender.displayName.split(' ')[0], preview })
}

function RoomMenu({ room, name, onLeave }: RoomRowProps & { name: string }) {
  const { t } = useTranslation('rooms')
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const run = (thunk: AppThunk) => {
    dispatch(thunk).catch((error: unknown) => showToast({ title: errorText(error) }))
  }
  const levels = ['all', 'mentions', 'none'] as const
  const groups: MenuItem[][] = [
    [
      {
        id: 'pin',
        label: t(room.pinned ? 'list.unpin' : 'list.pin'),
        icon: room.pinned ? <PinOff /> : <Pin />,
        run: () => run(keepRoom(room, { pinned: !room.pinned })),
      },
      {
        id: 'read',
        label: t('list.markRead'),
        icon: <CheckCheck />,
        disabled: room.unread === 0,
        run: () => run(readWholeRoom(room)),
      },
    ],
    levels
      .filter((level) => level !== room.notify)
      .map((level) => ({
        id: level,
        label: t(`list.notify.${level}`),
        icon: level === 'none' ? <BellOff /> : <Bell />,
        run: () => run(keepRoom(room, { notify: level })),
      })),
    room.type === 'PUBLIC'
      ? [{ id: 'leave', label: t('list.leave'), icon: <LogOut />, danger: true, run: () => onLeave(room) }]
      : [],
  ]
  return (
    <Menu
      groups={groups}
      trigger={
        <IconButton data-room-menu label={t('list.more', { name })} className="bg-raised border-subtle !size-8 border">
          <MoreHorizontal />
        </IconButton>
      }
    />
  )
}
