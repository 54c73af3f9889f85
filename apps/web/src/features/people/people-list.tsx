import { Check, X } from 'lucide-react'
import { useSelector } from 'react-redux'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { selectBlockedIds, selectIdsByRelation, selectPresence, selectUsers, type PeopleRoot } from './people-slice.ts'
import { PersonRow } from './person-row.tsx'
import { PersonSearch } from './person-search.tsx'
import { loadBlocks, loadFriends } from './relations.ts'
import { useRelationActions } from './use-relation-actions.ts'

/** The list column of the people page: requests, friends, and a search over everybody. */
export function PeopleList() {
  const { t } = useTranslation('people')
  const [query, setQuery] = useState('')
  return (
    <div className="flex h-full flex-col">
      <div className="m-3">
        <SearchField label={t('search.label')} value={query} maxLength={60} onChange={setQuery} />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto pb-4">
        {query.trim() ? <PersonSearch query={query.trim()} /> : <FriendsAndRequests />}
      </div>
    </div>
  )
}

function FriendsAndRequests() {
  const { t } = useTranslation('people')
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const load = useCallback(
    (signal: AbortSignal) => Promise.all([dispatch(loadFriends(signal)), dispatch(loadBlocks(signal))]),
    [dispatch],
  )
  const loaded = useLoaded(load)
  const incoming = useSelector((root: PeopleRoot) => selectIdsByRelation(root, 'incoming'))
  const friends = useFriendsInOrder()
  const requested = useSelector((root: PeopleRoot) => selectIdsByRelation(root, 'requested'))
  const blocked = useSelector(selectBlockedIds)
  const { accept, decline, withdraw, lift } = useRelationActions()

  if (loaded.status === 'loading' && friends.length === 0) return <SkeletonRows rows={6} />
  if (loaded.status === 'failed' && friends.length === 0) {
    return <ErrorState message={errorText(loaded.error)} onRetry={loaded.retry} />
  }
  if (incoming.length + friends.length + requested.length + blocked.length === 0) {
    return <EmptyState title={t('empty.title')}>{t('empty.text')}</EmptyState>
  }
  return (
    <>
      <Section title={t('list.incoming')} ids={incoming}>
        {(id) => (
          <>
            <IconButton label={t('action.accept')} onClick={() => accept(id)}>
              <Check className="text-accent" />
            </IconButton>
            <IconButton label={t('action.decline')} onClick={() => decline(id)}>
              <X />
            </IconButton>
          </>
        )}
      </Section>
      <Section title={t('list.friends')} ids={friends} />
      <Section title={t('list.requested')} ids={requested}>
        {(id) => (
          <IconButton label={t('action.withdraw')} onClick={() => withdraw(id)}>
            <X />
          </IconButton>
        )}
      </Section>
      <Section title={t('list.blocked')} ids={blocked}>
        {(id) => (
          <IconButton label={t('action.unblock')} onClick={() => lift(id)}>
            <X />
          </IconButton>
        )}
      </Section>
    </>
  )
}

interface SectionProps {
  title: string
  ids: readonly string[]
  children?: (id: string) => React.ReactNode
}

function Section({ title, ids, children }: SectionProps) {
  const headingId = useId()
  if (ids.length === 0) return null
  return (
    <section aria-labelledby={headingId}>
      <h2 id={headingId} className="text-faint flex gap-2 px-4 pt-3.5 pb-1 text-xs font-semibold">
        {title}
        <span className="font-normal tabular-nums">{ids.length}</span>
      </h2>
      <ul>
        {ids.map((id) => (
          <PersonRow key={id} userId={id} actions={children?.(id)} />
        ))}
      </ul>
    </section>
  )
}

/** Those who are there first, then by name. */
const useFriendsInOrder = () => {
  const { i18n } = useTranslation()
  const ids = useSelector((root: PeopleRoot) => selectIdsByRelation(root, 'friend'))
  const users = useSelector(selectUsers)
  const online = useSelector((root: PeopleRoot) => ids.filter((id) => selectPresence(root, id) !== 'offline').join())
  return useMemo(() => {
    const there = new Set(online.split(','))
    const { compare } = new Intl.Collator(i18n.language)
    return ids.toSorted(
      (a, b) =>
        Number(there.has(b)) - Number(there.has(a)) ||
        compare(users[a]?.displayName ?? '', users[b]?.displayName ?? ''),
    )
  }, [ids, users, online, i18n.language])
}
