import { Button } from '@chakra-ui/react'
import { mayManage } from '@parley/protocol/room-policy'
import type { Room, RoomMember } from '@parley/protocol/rooms'
import { UserPlus } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { shallowEqual, useSelector } from 'react-redux'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { selectOwnId } from '../identity/identity-slice.ts'
import { selectPresence, type PeopleRoot } from '../people/people-slice.ts'
import { useWatched } from '../people/watch-presence.ts'
import { MemberRow } from './member-row.tsx'
import { PagedList } from './paged-list.tsx'
import { useMemberActions } from './use-member-actions.tsx'
import { useMembers } from './use-members.ts'

const AddPeopleDialog = lazy(async () => ({ default: (await import('./add-people-dialog.tsx')).AddPeopleDialog }))

/** Up to here everybody is loaded and watched, so that one sees who is there; larger rooms list people as one scrolls. */
const sectionedMax = 300

type Item = { heading: string; count: number } | { member: RoomMember }

/** Who is in the room. */
export function MembersPanel({ room }: { room: Room }) {
  const { t } = useTranslation('rooms')
  const [query, setQuery] = useState('')
  const [adding, setAdding] = useState(false)
  const pages = useMembers(room, query)
  const { act, dialog } = useMemberActions(room, pages)
  const items = useItems(room, pages.items, query.trim() !== '')
  const mayAdd = room.type === 'PUBLIC' && mayManage(room.role)

  const isSectioned = room.memberCount <= sectionedMax
  const { nextCursor, loadMore, error } = pages
  useEffect(() => {
    if (isSectioned && nextCursor !== null && error === undefined) loadMore()
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
                {t('members.section', { heading: item.heading, count: item.count })}
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

/** Those who are there first, under headings; where not everybody can be watched, all of them under one. */
function useItems({ memberCount }: Room, members: readonly RoomMember[], isSearch: boolean): Item[] {
  const { t } = useTranslation('rooms')
  const isSectioned = memberCount <= sectionedMax
  const ids = isSectioned ? members.map(({ user }) => user.id) : []
  useWatched(ids)
  const ownId = useSelector(selectOwnId)
  // Whoever looks is there, whatever the server has heard of it so far.
  const there = useSelector(
    (root: PeopleRoot) => ids.filter((id) => id === ownId || selectPresence(root, id) !== 'offline'),
    shallowEqual,
  )
  return useMemo(() => {
    const section = (heading: string, part: readonly RoomMember[], count = part.length): Item[] =>
      part.length === 0 ? [] : [{ heading, count }, ...part.map((member) => ({ member }))]
    if (!isSectioned) {
      return isSearch ? members.map((member) => ({ member })) : section(t('panel.members'), members, memberCount)
    }
    const isThere = new Set(there)
    return [
      ...section(
        t('members.online'),
        members.filter(({ user }) => isThere.has(user.id)),
      ),
      ...section(
        t('members.offline'),
        members.filter(({ user }) => !isThere.has(user.id)),
      ),
    ]
  }, [members, there, isSectioned, isSearch, memberCount, t])
}
