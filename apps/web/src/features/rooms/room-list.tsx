import { Button } from '@chakra-ui/react'
import type { Room } from '@parley/protocol/rooms'
import { MessagesSquare, Plus, Search } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { useSelector } from 'react-redux'
import { useLocation } from 'wouter'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { formatKeys } from '../../ui/shortcuts.ts'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { RoomRow } from './room-row.tsx'
import { roomsRetried, selectRoomsStatus, selectSections, switcherOpened } from './rooms-slice.ts'
import { loadRooms } from './rooms-thunks.ts'

const CreateRoomDialog = lazy(async () => ({ default: (await import('./create-room-dialog.tsx')).CreateRoomDialog }))
const LeaveRoomDialog = lazy(async () => ({ default: (await import('./leave-room-dialog.tsx')).LeaveRoomDialog }))

/** The list column: everything one takes part in. */
export function RoomList() {
  const { t } = useTranslation('rooms')
  const dispatch = useAppDispatch()
  const [creating, setCreating] = useState(false)
  return (
    <nav aria-label={t('list.label')} className="flex h-full flex-col">
      <button
        type="button"
        onClick={() => dispatch(switcherOpened())}
        className="border-subtle bg-raised text-faint hover:text-fg m-3 flex h-9 flex-none items-center gap-2 rounded-md border px-2.5 text-sm pointer-coarse:h-11"
      >
        <Search aria-hidden className="icon flex-none" />
        <span className="truncate">{t('switcher.open')}</span>
        <kbd className="border-subtle ml-auto flex-none rounded-sm border px-1.5 text-[11px] pointer-coarse:hidden">
          {formatKeys('Mod+K').join(' ')}
        </kbd>
      </button>
      <Rooms onCreate={() => setCreating(true)} />
      <Suspense fallback={null}>{creating && <CreateRoomDialog onClose={() => setCreating(false)} />}</Suspense>
    </nav>
  )
}

function Rooms({ onCreate }: { onCreate: () => void }) {
  const { t } = useTranslation('rooms')
  const [, navigate] = useLocation()
  const dispatch = useAppDispatch()
  const status = useSelector(selectRoomsStatus)
  const { pinned, rooms, people } = useSelector(selectSections)
  const [leaving, setLeaving] = useState<Room>()
  const total = pinned.length + rooms.length + people.length

  if (status === 'loading' && total === 0) return <SkeletonRows rows={8} className="px-1.5" />
  if (status === 'failed' && total === 0) {
    const retry = () => {
      dispatch(roomsRetried())
      dispatch(loadRooms()).catch(reportError)
    }
    return <ErrorState message={t('list.failed')} onRetry={retry} />
  }
  if (total === 0) {
    return (
      <EmptyState
        icon={<MessagesSquare />}
        title={t('list.empty.title')}
        action={
          <>
            <Button onClick={onCreate}>{t('list.create')}</Button>
            <Button variant="outline" onClick={() => navigate('/directory')}>
              {t('list.browse')}
            </Button>
          </>
        }
      >
        {t('list.empty.text')}
      </EmptyState>
    )
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto pb-4">
      <Section title={t('list.pinned')} rooms={pinned} onLeave={setLeaving} />
      <Section
        title={t('list.rooms')}
        rooms={rooms}
        onLeave={setLeaving}
        isAlwaysShown
        action={<AddMenu onCreate={onCreate} />}
      />
      <Section title={t('list.people')} rooms={people} onLeave={setLeaving} />
      <Suspense fallback={null}>
        {leaving && <LeaveRoomDialog room={leaving} onClose={() => setLeaving(undefined)} />}
      </Suspense>
    </div>
  )
}

function AddMenu({ onCreate }: { onCreate: () => void }) {
  const { t } = useTranslation('rooms')
  const [, navigate] = useLocation()
  const groups = [
    [
      { id: 'create', label: t('list.create'), run: onCreate },
      { id: 'browse', label: t('list.browse'), run: () => navigate('/directory') },
    ],
  ]
  return (
    <Menu
      groups={groups}
      trigger={
        <IconButton label={t('list.add')} className="!size-6 pointer-coarse:!size-11">
          <Plus />
        </IconButton>
      }
    />
  )
}

interface SectionProps {
  title: string
  rooms: readonly Room[]
  onLeave: (room: Room) => void
  action?: React.ReactNode
  isAlwaysShown?: boolean
}

function Section({ title, rooms, onLeave, action, isAlwaysShown = false }: SectionProps) {
  const headingId = useId()
  if (rooms.length === 0 && !isAlwaysShown) return null
  return (
    <section aria-labelledby={headingId}>
      <div className="flex h-[34px] items-center justify-between pt-2.5 pr-3 pl-4">
        <h2 id={headingId} className="text-faint text-xs font-semibold">
          {title}
        </h2>
        {action}
      </div>
      <ul>
        {rooms.map((room) => (
          <RoomRow key={room.id} room={room} onLeave={onLeave} />
        ))}
      </ul>
    </section>
  )
}
