import { Button } from '@chakra-ui/react'
import { mayManage } from '@parley/protocol/room-policy'
import type { Room } from '@parley/protocol/rooms'
import { UserPlus } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { shallowEqual, useSelector } from 'react-redux'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { selectOwnId } from '../identity/identity-slice.ts'
import { selectPresence, type PeopleRoot } from '../people/people-slice.ts'
import { useWatched } from '../people/watch-presence.ts'
import { MemberRow } from './member-row.tsx'
import { memberSections, watchedMax, type MemberItem } from './member-sections.ts'
import { PagedList } from './paged-list.tsx'
import { useMemberActions } from './use-member-actions.tsx'
import { useMembers } from './use-members.ts'

const AddPeopleDialog = lazy(async () => ({ default: (await import('./add-people-dialog.tsx')).AddPeopleDialog }))

/** Who is in the room. */
export function MembersPanel({ room }: { room: Room }) {
  const { t } = useTranslation('rooms')
  const [query, setQuery] = useState('')
  const [adding, setAdding] = useState(false)
  const pages = useMembers(room, query)
  const { act, dialog } = useMemberActions(room, pages)
  const items = useItems(room, pages, query.trim() !== '')
  const mayAdd = room.type === 'PUBLIC' && mayManage(room.role)

  const { nextCursor, loadMore, error } = pages
  const isShort = pages.items.length < watchedMax
  useEffect(() => {
    if (isShort && nextCursor !== null && error === undefined) loadMore()
  })

  return (
    <div className="flex h-full flex-col">
      <div className="flex flex-none items-center gap-2 px-4 pb-1">
        <div className="min-w-0 flex-1">
          <SearchField label={t('members.find')} value={query} maxLength={60} onChange={setQuery} />
        </div>
        {mayAdd && (
          <Button variant="outline" onClick={() => setAdding(true)}>
            <UserPlus />
            {t('members.add')}
          </Button>
        )}
      </div>
      <div className="min-h-0 flex-1">
        <PagedList
          pages={pages}
          items={items}
          label={t('panel.members')}
          keyOf={(item) => ('member' in item ? item.member.user.id : item.heading)}
          renderRow={(item) =>
            'member' in item ? (
              <MemberRow room={room} member={item.member} onAct={act} />
            ) : (
              <h3 className="text-faint px-4 pt-3.5 pb-1 text-xs font-semibold tabular-nums">
                {t('members.section', { heading: t(`members.${item.heading}`), count: item.count })}
              </h3>
            )
          }
          empty={<EmptyState title={t('members.none', { query: query.trim() })}>{t('members.noneHint')}</EmptyState>}
        />
      </div>
      {dialog}
      <Suspense fallback={null}>{adding && <AddPeopleDialog room={room} onClose={() => setAdding(false)} />}</Suspense>
    </div>
  )
}

/** The members under their headings, as they come and go. */
function useItems(
  { memberCount }: Room,
  { items: members, nextCursor }: ReturnType<typeof useMembers>,
  isSearch: boolean,
): MemberItem[] {
  const watched = members.slice(0, watchedMax).map(({ user }) => user.id)
  useWatched(watched)
  const ownId = useSelector(selectOwnId)
  // Whoever looks is there, whatever the server has heard of it so far.
  const there = useSelector(
    (root: PeopleRoot) => watched.filter((id) => id === ownId || selectPresence(root, id) !== 'offline'),
    shallowEqual,
  )
  const total = isSearch || nextCursor === null ? members.length : memberCount
  return useMemo(() => memberSections({ members, there: new Set(there), total }), [members, there, total])
}
