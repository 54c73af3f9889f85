import { Dialog as ChakraDialog, Portal } from '@chakra-ui/react'
import type { PublicUser } from '@parley/protocol/people'
import type { Room } from '@parley/protocol/rooms'
import { Compass, Search, Settings, Users, X } from 'lucide-react'
import type { KeyboardEvent, ReactNode } from 'react'
import { useSelector } from 'react-redux'
import { useLocation } from 'wouter'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { Badge } from '../../ui/badge.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { useDebounced } from '../../ui/use-debounced.ts'
import { selectUsers, type PeopleRoot } from '../people/people-slice.ts'
import { searchPeople } from '../people/relations.ts'
import { UserAvatar } from '../people/user-avatar.tsx'
import { selectOwnId } from '../identity/identity-slice.ts'
import { rank } from './rank.ts'
import { roomNameOf } from './room-name.ts'
import { RoomTile } from './room-tile.tsx'
import { selectLatestFirst, waitingIn } from './rooms-slice.ts'

const typingPauseMs = 150
const shownMax = 12

interface Place {
  key: string
  name: string
  detail: string
  path: string
  picture: ReactNode
  badge?: ReactNode
}

/** Typed names lead to places; arrows choose, Enter goes there. */
export function SwitcherDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['rooms', 'ui'])
  const [, navigate] = useLocation()
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState(0)
  const listId = useId()
  const places = usePlaces(query)
  const active = Math.min(chosen, places.length - 1)

  const go = (place: Place | undefined) => {
    if (!place) return
    onClose()
    navigate(place.path)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter') go(places[active])
    else if (event.key === 'ArrowDown') setChosen((active + 1) % Math.max(1, places.length))
    else if (event.key === 'ArrowUp') setChosen((active - 1 + places.length) % Math.max(1, places.length))
    else return
    event.preventDefault()
  }

  return (
    <ChakraDialog.Root open size="md" placement="top" onOpenChange={({ open }) => !open && onClose()}>
      <Portal>
        <ChakraDialog.Backdrop />
        <ChakraDialog.Positioner>
          {/* On a phone its height does not follow the results: the field stays where the finger found it. */}
          <ChakraDialog.Content aria-label={t('switcher.open')} className="max-md:h-full">
            <div className="border-subtle flex h-13 items-center gap-2.5 border-b px-4">
              <Search aria-hidden className="icon text-faint flex-none" />
              <input
                role="combobox"
                aria-expanded
                aria-controls={listId}
                aria-activedescendant={places[active] ? `${listId}-${active}` : undefined}
                aria-label={t('switcher.open')}
                placeholder={t('switcher.open')}
                value={query}
                onChange={({ target }) => {
                  setQuery(target.value)
                  setChosen(0)
                }}
                onKeyDown={onKeyDown}
                className="placeholder:text-faint min-w-0 flex-1 bg-transparent outline-none"
              />
              <IconButton label={t('ui:close')} onClick={onClose} className="-mr-2 md:hidden">
                <X />
              </IconButton>
            </div>
            <div
              id={listId}
              role="listbox"
              aria-label={t('switcher.results')}
              className="min-h-0 overflow-y-auto p-1.5 md:max-h-[60vh]"
            >
              {places.map((place, index) => (
                <Option
                  key={place.key}
                  id={`${listId}-${index}`}
                  place={place}
                  isActive={index === active}
                  onPoint={() => setChosen(index)}
                  onGo={() => go(place)}
                />
              ))}
            </div>
            {places.length === 0 && (
              <p role="status" className="text-muted px-4 pt-4 pb-8 text-center">
                {t('switcher.none', { query: query.trim() })}
              </p>
            )}
          </ChakraDialog.Content>
        </ChakraDialog.Positioner>
      </Portal>
    </ChakraDialog.Root>
  )
}

interface OptionProps {
  id: string
  place: Place
  isActive: boolean
  onPoint: () => void
  onGo: () => void
}

function Option({ id, place, isActive, onPoint, onGo }: OptionProps) {
  const element = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (isActive) element.current?.scrollIntoView({ block: 'nearest' })
  }, [isActive])
  return (
    // The field keeps the focus and its keys work the list; the pointer is the other way in.
    <button
      type="button"
      tabIndex={-1}
      ref={element}
      id={id}
      role="option"
      aria-selected={isActive}
      onPointerMove={onPoint}
      onClick={onGo}
      className="aria-selected:bg-accent-soft flex w-full cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1.5 text-left"
    >
      {place.picture}
      <span className="min-w-0 flex-1">
        <span className="block truncate">{place.name}</span>
        {place.detail && <span className="text-muted block truncate text-sm">{place.detail}</span>}
      </span>
      {place.badge}
    </button>
  )
}

/** Rooms of one's own first, those that wait and then the latest before the others; then pages, then people found by the server. */
function usePlaces(query: string): Place[] {
  const { t } = useTranslation('rooms')
  const rooms = useSelector(selectLatestFirst)
  const found = usePeople(query)
  const own = rooms.toSorted((one, other) => Number(waitingIn(other) > 0) - Number(waitingIn(one) > 0))
  const shared = new Set(own.flatMap(({ peer }) => peer?.id ?? []))
  const pages = [
    {
      key: 'directory',
      name: t('list.browse'),
      detail: '',
      path: '/directory',
      picture: <PageTile icon={<Compass />} />,
    },
    { key: 'people', name: t('switcher.people'), detail: '', path: '/people', picture: <PageTile icon={<Users />} /> },
    {
      key: 'settings',
      name: t('switcher.settings'),
      detail: '',
      path: '/settings',
      picture: <PageTile icon={<Settings />} />,
    },
  ]
  const roomPlace = (room: Room): Place => ({
    key: `room-${room.id}`,
    name: roomNameOf(room),
    detail: room.peer ? `@${room.peer.username}` : room.topic,
    path: `/r/${room.id}`,
    picture: <RoomTile room={room} />,
    badge: <Badge count={waitingIn(room)} label={t('list.unread', { count: waitingIn(room) })} />,
  })
  const personPlace = (user: PublicUser): Place => ({
    key: `person-${user.id}`,
    name: user.displayName,
    detail: `@${user.username}`,
    path: `/people/${user.username}`,
    picture: <UserAvatar user={user} />,
  })
  const strangers = found.filter(({ id }) => !shared.has(id)).map(personPlace)
  return [...rank(own.map(roomPlace), query), ...(query.trim() ? rank(pages, query) : pages), ...strangers].slice(
    0,
    shownMax,
  )
}

const PageTile = ({ icon }: { icon: ReactNode }) => (
  <span
    aria-hidden
    className="bg-hover text-muted grid size-9 flex-none place-items-center rounded-[10px] [&_svg]:icon"
  >
    {icon}
  </span>
)

/** People whose name starts so, asked of the server once typing pauses; oneself is left out. */
function usePeople(query: string): PublicUser[] {
  const dispatch = useAppDispatch()
  const ownId = useSelector(selectOwnId)
  const settled = useDebounced(query.trim(), typingPauseMs)
  const [ids, setIds] = useState<readonly string[]>([])
  const users = useSelector((root: PeopleRoot) => selectUsers(root))
  useEffect(() => {
    const controller = new AbortController()
    const search = async () => (settled === '' ? [] : dispatch(searchPeople(settled, controller.signal)))
    search().then(
      (found) => setIds(found.map(({ id }) => id)),
      // Rooms and pages still answer; a search that fails leaves people out.
      () => setIds([]),
    )
    return () => controller.abort()
  }, [settled, dispatch])
  return ids.flatMap((id) => (id === ownId ? [] : (users[id] ?? [])))
}
