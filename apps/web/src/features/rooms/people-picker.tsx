import type { PublicUser } from '@parley/protocol/people'
import { Check, X } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import { useSelector } from 'react-redux'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useDebounced } from '../../ui/use-debounced.ts'
import { useLoaded } from '../../ui/use-loaded.ts'
import { selectOwnId } from '../identity/identity-slice.ts'
import { loadFriends, searchPeople } from '../people/relations.ts'
import { selectIdsByRelation, selectUsers, type PeopleRoot } from '../people/people-slice.ts'
import { UserAvatar } from '../people/user-avatar.tsx'

const typingPauseMs = 200

interface PeoplePickerProps {
  label: string
  chosen: readonly PublicUser[]
  onChange: (chosen: readonly PublicUser[]) => void
}

/** Chooses several people: friends first, anybody by name. Arrows and Enter work the list from the field. */
export function PeoplePicker({ label, chosen, onChange }: PeoplePickerProps) {
  const { t } = useTranslation('rooms')
  const [query, setQuery] = useState('')
  const [active, setActive] = useState(0)
  const found = useFound(query)
  const listId = useId()
  const isChosen = (user: PublicUser) => chosen.some(({ id }) => id === user.id)
  const toggle = (user: PublicUser) =>
    onChange(isChosen(user) ? chosen.filter(({ id }) => id !== user.id) : [...chosen, user])

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Backspace' && query === '') onChange(chosen.slice(0, -1))
    else if (event.key === 'ArrowDown') setActive(Math.min(active + 1, found.people.length - 1))
    else if (event.key === 'ArrowUp') setActive(Math.max(active - 1, 0))
    else if (event.key === 'Enter') {
      const person = found.people[active]
      if (person) toggle(person)
    } else return
    if (event.key !== 'Backspace') event.preventDefault()
  }

  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-sm font-semibold">{label}</legend>
      {chosen.length > 0 && (
        <ul aria-label={t('create.chosen')} className="flex flex-wrap gap-1.5">
          {chosen.map((user) => (
            <Chip key={user.id} user={user} onRemove={() => toggle(user)} />
          ))}
        </ul>
      )}
      <SearchField
        label={t('create.findPeople')}
        value={query}
        maxLength={60}
        onChange={(value) => {
          setQuery(value)
          setActive(0)
        }}
        onKeyDown={onKeyDown}
        list={{ id: listId, activeId: found.people[active] && `${listId}-${active}` }}
      />
      <div className="h-[184px] overflow-y-auto">
        {found.status === 'loading' && <SkeletonRows rows={3} />}
        {found.problem && <p className="text-danger px-2 py-3 text-sm">{found.problem}</p>}
        {found.status === 'ready' && found.people.length === 0 && (
          <p className="text-muted px-2 py-3 text-sm">
            {query.trim() ? t('create.nobody', { query: query.trim() }) : t('create.noFriends')}
          </p>
        )}
        <div id={listId} role="listbox" aria-multiselectable aria-label={t('create.people')}>
          {found.people.map((user, index) => (
            <Option
              key={user.id}
              id={`${listId}-${index}`}
              user={user}
              isActive={index === active}
              isChosen={isChosen(user)}
              onPoint={() => setActive(index)}
              onToggle={() => toggle(user)}
            />
          ))}
        </div>
      </div>
    </fieldset>
  )
}

function Chip({ user, onRemove }: { user: PublicUser; onRemove: () => void }) {
  const { t } = useTranslation('rooms')
  return (
    <li className="bg-accent-soft flex max-w-full items-center gap-1 rounded-full pl-3 text-sm">
      <span className="truncate">{user.displayName}</span>
      <button
        type="button"
        aria-label={t('create.unchoose', { name: user.displayName })}
        data-tooltip={t('create.unchoose', { name: user.displayName })}
        onClick={onRemove}
        className="text-muted hover:text-fg grid size-8 flex-none place-items-center rounded-full pointer-coarse:size-11 [&_svg]:size-4"
      >
        <X />
      </button>
    </li>
  )
}

interface OptionProps {
  id: string
  user: PublicUser
  isActive: boolean
  isChosen: boolean
  onPoint: () => void
  onToggle: () => void
}

function Option({ id, user, isActive, isChosen, onPoint, onToggle }: OptionProps) {
  const element = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (isActive) element.current?.scrollIntoView({ block: 'nearest' })
  }, [isActive])
  return (
    <button
      ref={element}
      type="button"
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      onPointerMove={onPoint}
      onClick={onToggle}
      className={`flex h-11 w-full items-center gap-2.5 rounded-md px-2 text-left ${isActive ? 'bg-hover' : ''}`}
    >
      <UserAvatar user={user} size="sm" />
      <span className="min-w-0 flex-1 truncate">
        {user.displayName} <span className="text-muted text-sm">@{user.username}</span>
      </span>
      {isChosen && <Check aria-hidden className="icon text-accent" />}
    </button>
  )
}

/** Friends while nothing is typed, then whoever's name starts so; oneself is left out. */
function useFound(query: string) {
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const ownId = useSelector(selectOwnId)
  const users = useSelector(selectUsers)
  const friends = useSelector((root: PeopleRoot) => selectIdsByRelation(root, 'friend'))
  const settled = useDebounced(query.trim(), typingPauseMs)
  const load = useCallback(
    async (signal: AbortSignal) => {
      if (settled !== '') return (await dispatch(searchPeople(settled, signal))).map(({ id }) => id)
      await dispatch(loadFriends(signal))
      return null
    },
    [dispatch, settled],
  )
  const loaded = useLoaded(load)
  // Friends already known show while the list of them is on its way.
  const ids = loaded.status === 'ready' ? (loaded.data ?? friends) : settled === '' ? friends : []
  return {
    status: loaded.status === 'loading' && ids.length > 0 ? 'ready' : loaded.status,
    problem: loaded.status === 'failed' ? errorText(loaded.error) : undefined,
    people: ids.flatMap((id) => (id === ownId ? [] : (users[id] ?? []))),
  }
}
