import { listMembers } from '@parley/protocol/rooms'
import type { PublicUser } from '@parley/protocol/people'
import type { ReactNode } from 'react'
import { useSelector } from 'react-redux'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { Avatar } from '../../ui/avatar.tsx'
import { selectOwnId } from '../identity/identity-slice.ts'
import { usersMet } from '../people/people-slice.ts'
import { avatarSource } from '../people/use-user.ts'
import type { Completion } from './completion.ts'
import { findShortcodes } from './find-shortcodes.ts'
import { useEmoji } from './use-emoji.ts'

const optionsMax = 8
const askAfterMs = 120

interface Option {
  key: string
  /** What takes the place of what was typed. */
  insert: string
  icon: ReactNode
  label: string
  detail: string
}

interface CompletionListProps {
  id: string
  options: readonly Option[]
  chosen: number
  onChoose: (index: number) => void
}

/** What a name or emoji being typed could become. The field keeps the focus. */
export function CompletionList({ id, options, chosen, onChoose }: CompletionListProps) {
  const { t } = useTranslation('messages')
  return (
    <div
      id={id}
      role="listbox"
      aria-label={t('completion.label')}
      className="border-subtle bg-raised shadow-raised absolute inset-x-0 bottom-full z-10 mb-1 max-w-96 overflow-hidden rounded-lg border p-1"
    >
      {options.map(({ key, icon, label, detail }, index) => (
        // The field has the keys and the focus, and pressing must not take it away.
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
        <div
          key={key}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(index)}
          className="hover:bg-hover aria-selected:bg-hover flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 pointer-coarse:min-h-11"
        >
          {icon}
          <span className="truncate">{label}</span>
          <span className="text-muted truncate text-sm">{detail}</span>
        </div>
      ))}
    </div>
  )
}

/** What could complete the word at the caret. */
export function useCompletions(roomId: string, completion: Completion | null): readonly Option[] {
  const people = useMentionable(roomId, completion?.kind === 'mention' ? completion.query : null)
  const emoji = useEmoji(completion?.kind === 'emoji')
  if (completion?.kind === 'mention') return people.slice(0, optionsMax).map(personOption)
  if (completion?.kind !== 'emoji' || !emoji) return []
  return findShortcodes(emoji, completion.query, optionsMax).map(({ unicode, code }) => ({
    key: unicode,
    insert: unicode,
    icon: <span className="grid w-7 place-items-center text-lg">{unicode}</span>,
    label: `:${code}:`,
    detail: '',
  }))
}

const personOption = (user: PublicUser): Option => ({
  key: user.id,
  insert: `@${user.username}`,
  icon: <Avatar id={user.id} name={user.displayName} src={avatarSource(user)} size="sm" />,
  label: user.displayName,
  detail: `@${user.username}`,
})

/** Names that begin so come before those that merely hold it. */
const ranked = (users: readonly PublicUser[], query: string) => {
  const wanted = query.toLowerCase()
  const begins = ({ username, displayName }: PublicUser) =>
    username.toLowerCase().startsWith(wanted) || displayName.toLowerCase().startsWith(wanted)
  return [...users.filter(begins), ...users.filter((user) => !begins(user))]
}

/** Members of the room whose name begins so; null asks for nobody. */
function useMentionable(roomId: string, query: string | null): readonly PublicUser[] {
  const { rest } = useClient()
  const dispatch = useAppDispatch()
  const ownId = useSelector(selectOwnId)
  const [found, setFound] = useState<readonly PublicUser[]>([])
  useEffect(() => {
    if (query === null) return undefined
    const abort = new AbortController()
    const ask = async () => {
      const asked = query === '' ? { roomId } : { roomId, query }
      const { items } = await rest.call(listMembers, { query: asked }, { signal: abort.signal })
      const users = items.map(({ user }) => user)
      dispatch(usersMet(users))
      setFound(
        ranked(
          users.filter(({ id }) => id !== ownId),
          query,
        ),
      )
    }
    const timer = setTimeout(() => {
      // Without an answer the name is typed out, which mentions as well.
      ask().catch(() => !abort.signal.aborted && setFound([]))
    }, askAfterMs)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [rest, dispatch, roomId, ownId, query])
  return query === null ? [] : found
}
