import { Button } from '@chakra-ui/react'
import type { ResponseOf } from '@parley/protocol/contract'
import { joinRoom, listDirectory } from '@parley/protocol/rooms'
import { ArrowLeft, Compass, Plus } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { useGoBack } from '../../ui/frame/use-go-back.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { SearchField } from '../../ui/search-field.tsx'
import { showToast } from '../../ui/toast.tsx'
import { useDebounced } from '../../ui/use-debounced.ts'
import { usePages } from '../../ui/use-pages.ts'
import { PagedList } from './paged-list.tsx'
import { RoomTile } from './room-tile.tsx'
import { roomLoaded } from './rooms-slice.ts'

const CreateRoomDialog = lazy(async () => ({ default: (await import('./create-room-dialog.tsx')).CreateRoomDialog }))

const typingPauseMs = 200

type ListedRoom = ResponseOf<typeof listDirectory>['items'][number]

/** Rooms anybody of the workspace may join. */
export function DirectoryPage() {
  const { t } = useTranslation('rooms')
  const { rest } = useClient()
  const goBack = useGoBack('/')
  const { query, setQuery, settled } = useQuery()
  const [creating, setCreating] = useState(false)
  usePageTitle(t('directory.title'))
  const load = useCallback(
    (cursor: string | undefined, signal: AbortSignal) =>
      rest.call(listDirectory, { query: { query: settled, cursor } }, { signal }),
    [rest, settled],
  )
  const pages = usePages<ListedRoom>(load)
  return (
    <div className="flex h-full flex-col">
      <header className="border-subtle flex h-14 flex-none items-center gap-1 border-b px-1 md:px-6">
        <div className="md:hidden">
          <IconButton label={t('directory.back')} onClick={goBack}>
            <ArrowLeft />
          </IconButton>
        </div>
        <h2 className="min-w-0 flex-1 truncate font-semibold">{t('directory.title')}</h2>
        <Button variant="outline" className="max-md:mr-2" onClick={() => setCreating(true)}>
          <Plus />
          {t('list.create')}
        </Button>
      </header>
      <div className="mx-auto flex min-h-0 w-full max-w-[720px] flex-1 flex-col pt-4">
        <div className="px-4 pb-3 md:px-6">
          <SearchField label={t('directory.search')} value={query} maxLength={80} onChange={setQuery} />
        </div>
        <div className="min-h-0 flex-1">
          <PagedList
            pages={pages}
            items={pages.items}
            label={t('directory.title')}
            keyOf={({ id }) => id}
            renderRow={(room) => <ListedRow room={room} />}
            empty={
              <EmptyState
                icon={<Compass />}
                title={settled ? t('directory.none', { query: settled }) : t('directory.empty')}
                action={<Button onClick={() => setCreating(true)}>{t('directory.make')}</Button>}
              >
                {t('directory.emptyText')}
              </EmptyState>
            }
          />
        </div>
      </div>
      <Suspense fallback={null}>{creating && <CreateRoomDialog onClose={() => setCreating(false)} />}</Suspense>
    </div>
  )
}

/** What is typed, kept in the address once typing pauses. */
function useQuery() {
  const [parameters, setParameters] = useSearchParams()
  const [query, setQuery] = useState(parameters.get('query') ?? '')
  const settled = useDebounced(query.trim(), typingPauseMs)
  useEffect(() => {
    setParameters(
      (current) => {
        if (settled === '') current.delete('query')
        else current.set('query', settled)
        return current
      },
      { replace: true },
    )
    // Only what is typed moves the address; the setter is another function at every turn.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [settled])
  return { query, setQuery, settled }
}

function ListedRow({ room }: { room: ListedRoom }) {
  const { t } = useTranslation('rooms')
  const { join, busy } = useJoin(room.id)
  return (
    <article className="hover:bg-hover mx-1 flex items-center gap-3 rounded-md px-3 py-2 md:mx-3">
      <RoomTile room={room} />
      <div className="min-w-0 flex-1">
        <h3 className="truncate font-semibold">{room.name}</h3>
        <p className="text-muted truncate text-sm">
          <span className="tabular-nums">{t('directory.members', { count: room.memberCount })}</span>
          {room.topic && ` · ${room.topic}`}
        </p>
      </div>
      {room.joined ? (
        <Button variant="outline" asChild>
          <Link to={`/r/${room.id}`} aria-label={t('directory.openNamed', { name: room.name })}>
            {t('directory.open')}
          </Link>
        </Button>
      ) : (
        <Button disabled={busy} aria-label={t('directory.joinNamed', { name: room.name })} onClick={join}>
          {t('directory.join')}
        </Button>
      )}
    </article>
  )
}

function useJoin(id: string) {
  const { rest } = useClient()
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const [, navigate] = useLocation()
  const [busy, setBusy] = useState(false)
  const join = async () => {
    setBusy(true)
    try {
      const { room } = await rest.call(joinRoom, { body: { id } })
      dispatch(roomLoaded(room))
      navigate(`/r/${id}`)
    } catch (error) {
      setBusy(false)
      await showToast({ title: errorText(error) })
    }
  }
  return { join, busy }
}
