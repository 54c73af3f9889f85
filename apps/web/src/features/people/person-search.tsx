import { UserPlus } from 'lucide-react'
import { useSelector } from 'react-redux'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useDebounced } from '../../ui/use-debounced.ts'
import { useLoaded } from '../../ui/use-loaded.ts'
import { selectStanding, type PeopleRoot } from './people-slice.ts'
import { PersonRow } from './person-row.tsx'
import { searchPeople } from './relations.ts'
import { useRelationActions } from './use-relation-actions.ts'

const typingPauseMs = 200

/** Everybody of the workspace whose name starts so. */
export function PersonSearch({ query }: { query: string }) {
  const { t } = useTranslation('people')
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const settled = useDebounced(query, typingPauseMs)
  const load = useCallback((signal: AbortSignal) => dispatch(searchPeople(settled, signal)), [dispatch, settled])
  const found = useLoaded(load)

  if (found.status === 'loading') return <SkeletonRows rows={4} />
  if (found.status === 'failed') return <ErrorState message={errorText(found.error)} onRetry={found.retry} />
  if (found.data.length === 0) {
    return <EmptyState title={t('search.none', { query: settled })}>{t('search.hint')}</EmptyState>
  }
  return (
    <ul aria-label={t('search.results')}>
      {found.data.map(({ id }) => (
        <FoundPerson key={id} id={id} />
      ))}
    </ul>
  )
}

function FoundPerson({ id }: { id: string }) {
  const { t } = useTranslation('people')
  const standing = useSelector((root: PeopleRoot) => selectStanding(root, id))
  const { ask } = useRelationActions()
  return (
    <PersonRow
      userId={id}
      actions={
        standing?.relation === 'none' &&
        !standing.blocked && (
          <IconButton label={t('action.ask')} onClick={() => ask(id)}>
            <UserPlus />
          </IconButton>
        )
      }
    />
  )
}
