import type { ResponseOf } from '@parley/protocol/contract'
import { searchMessages, type MessageRow } from '@parley/protocol/messages'
import type { Room } from '@parley/protocol/rooms'
import { SearchX } from 'lucide-react'
import { useSearchParams } from 'wouter'
import { useClient } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { useDebounced } from '../../ui/use-debounced.ts'
import { usePages } from '../../ui/use-pages.ts'
import { plainText } from '../messages/preview-text.ts'
import { FoundMessage } from './found-message.tsx'
import { PagedList } from './paged-list.tsx'
import { useRoomName } from './room-name.ts'
import { markedParts } from './search-marks.ts'
import { useJump } from './use-jump.ts'

const typingPauseMs = 250
const textLengthMax = 16_000

type Hit = ResponseOf<typeof searchMessages>['items'][number]

/** What was said, in this room or in all of one's own. The query stands in the address. */
export function SearchPanel({ room }: { room: Room }) {
  const { t } = useTranslation('rooms')
  const { query, setQuery, settled, everywhere, setEverywhere } = useQuery()
  return (
    <div className="flex h-full flex-col">
      <div className="flex flex-none flex-col gap-2 px-4 pb-2">
        <SearchField label={t('search.label')} value={query} maxLength={200} focused onChange={setQuery} />
        <Scope room={room} everywhere={everywhere} onChange={setEverywhere} />
      </div>
      <div className="min-h-0 flex-1">
        {settled === '' ? (
          <EmptyState title={t('search.start')}>{t('search.startText')}</EmptyState>
        ) : (
          <Hits query={settled} roomId={everywhere ? undefined : room.id} />
        )}
      </div>
    </div>
  )
}

interface ScopeProps {
  room: Room
  everywhere: boolean
  onChange: (everywhere: boolean) => void
}

function Scope({ room, everywhere, onChange }: ScopeProps) {
  const { t } = useTranslation('rooms')
  const name = useId()
  const roomName = useRoomName(room)
  const options = [
    { value: false, label: t('search.inRoom', { room: roomName }) },
    { value: true, label: t('search.everywhere') },
  ]
  return (
    <fieldset className="border-subtle flex gap-0.5 rounded-md border p-0.5">
      <legend className="sr-only">{t('search.scope')}</legend>
      {options.map(({ value, label }) => (
        <label
          key={label}
          className="has-checked:bg-accent-soft has-checked:text-accent has-checked:font-semibold text-muted has-focus-visible:outline-accent flex h-8 min-w-0 flex-1 cursor-pointer items-center justify-center rounded-[6px] px-2 text-sm has-focus-visible:outline-2 pointer-coarse:h-10"
        >
          <input
            type="radio"
            name={name}
            checked={everywhere === value}
            onChange={() => onChange(value)}
            className="sr-only"
          />
          <span className="truncate">{label}</span>
        </label>
      ))}
    </fieldset>
  )
}

function Hits({ query, roomId }: { query: string; roomId: string | undefined }) {
  const { t } = useTranslation('rooms')
  const { rest } = useClient()
  const load = useCallback(
    (cursor: string | undefined, signal: AbortSignal) =>
      rest.call(searchMessages, { query: { query, roomId, cursor } }, { signal }),
    [rest, query, roomId],
  )
  const pages = usePages<Hit>(load)
  return (
    <PagedList
      pages={pages}
      items={pages.items}
      label={t('search.hits')}
      keyOf={({ row }) => `${row.roomId}/${row.seq}`}
      renderRow={({ row, room }) => <HitRow row={row} place={roomId ? undefined : room.name} query={query} />}
      empty={
        <EmptyState icon={<SearchX />} title={t('search.none', { query })}>
          {t(roomId ? 'search.noneHere' : 'search.noneAnywhere')}
        </EmptyState>
      }
    />
  )
}

/** What can be found of a message: its words, or those under its files with their names. */
const searchedText = ({ body }: MessageRow) => {
  if (body.kind === 'text') return plainText(body.text, textLengthMax)
  if (body.kind !== 'media') return ''
  return [plainText(body.caption ?? '', textLengthMax), ...body.files.map(({ name }) => name)]
    .filter(Boolean)
    .join(' · ')
}

function HitRow({ row, place, query }: { row: MessageRow; place: string | undefined; query: string }) {
  const jump = useJump()
  const parts = useMemo(() => markedParts(searchedText(row), query), [row, query])
  return (
    <FoundMessage row={row} place={place} onOpen={() => jump(row.roomId, row.seq)}>
      {parts.map(({ text, marked }, index) =>
        marked ? (
          <mark key={index} className="bg-accent-soft text-accent rounded-sm font-semibold">
            {text}
          </mark>
        ) : (
          text
        ),
      )}
    </FoundMessage>
  )
}

/** What is typed, kept in the address once typing pauses. */
function useQuery() {
  const [parameters, setParameters] = useSearchParams()
  const [query, setQuery] = useState(parameters.get('q') ?? '')
  const settled = useDebounced(query.trim(), typingPauseMs)
  const everywhere = parameters.has('everywhere')
  const keep = (name: string, value: string) =>
    setParameters(
      (current) => {
        if (value === '') current.delete(name)
        else current.set(name, value)
        return current
      },
      { replace: true },
    )
  useEffect(() => {
    keep('q', settled)
    // Only what is typed moves the address; the setter is another function at every turn.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [settled])
  return { query, setQuery, settled, everywhere, setEverywhere: (on: boolean) => keep('everywhere', on ? '1' : '') }
}
