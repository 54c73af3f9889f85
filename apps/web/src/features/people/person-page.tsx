import { ArrowLeft, UserX } from 'lucide-react'
import type { ReactNode } from 'react'
import type { User } from '@parley/protocol/people'
import { useSelector } from 'react-redux'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { useGoBack } from '../../ui/frame/use-go-back.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { Skeleton, useIsSlow } from '../../ui/skeleton.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { selectUser, type PeopleRoot } from './people-slice.ts'
import { PersonActions } from './person-actions.tsx'
import { PresenceText } from './presence-text.tsx'
import { loadPersonByName } from './relations.ts'
import { UserAvatar } from './user-avatar.tsx'

/** Somebody's page, by username. */
export function PersonPage({ username }: { username: string }) {
  const { t } = useTranslation('people')
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const goBack = useGoBack('/people')
  const load = useCallback((signal: AbortSignal) => dispatch(loadPersonByName(username, signal)), [dispatch, username])
  const loaded = useLoaded(load)
  usePageTitle(loaded.status === 'ready' && loaded.data ? loaded.data.displayName : t('title'))
  return (
    <div className="flex h-full flex-col">
      <header className="border-subtle flex h-14 flex-none items-center gap-1 border-b px-1 md:hidden">
        <IconButton label={t('back')} onClick={goBack}>
          <ArrowLeft />
        </IconButton>
        <span className="truncate font-semibold">
          {loaded.status === 'ready' && loaded.data ? loaded.data.displayName : username}
        </span>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {loaded.status === 'loading' && <PersonSkeleton />}
        {loaded.status === 'failed' && <ErrorState message={errorText(loaded.error)} onRetry={loaded.retry} />}
        {loaded.status === 'ready' &&
          (loaded.data ? (
            <Person person={loaded.data} />
          ) : (
            <EmptyState icon={<UserX />} title={t('missing.title', { username })}>
              {t('missing.text')}
            </EmptyState>
          ))}
      </div>
    </div>
  )
}

function PersonSkeleton() {
  if (!useIsSlow()) return null
  return (
    <div className="mx-auto flex max-w-[560px] flex-col gap-3 px-6 pt-12">
      <Skeleton className="!rounded-full size-24" />
      <Skeleton className="mt-2 h-6 w-48" />
      <Skeleton className="h-4 w-32" />
    </div>
  )
}

function Person({ person }: { person: User }) {
  const { t, i18n } = useTranslation('people')
  // Events keep the public part newer than what was loaded.
  const user = useSelector((root: PeopleRoot) => selectUser(root, person.id)) ?? person
  return (
    <article className="mx-auto max-w-[560px] px-6 py-8 md:pt-12">
      <UserAvatar user={user} size="xl" />
      <h2 className="mt-4 text-xl font-semibold break-words">{user.displayName}</h2>
      <p className="text-muted">
        @{user.username}
        {person.relation !== 'self' && (
          <>
            {' · '}
            <PresenceText userId={user.id} />
          </>
        )}
      </p>
      {user.status && <p className="mt-3">{user.status}</p>}
      <div className="mt-5">
        <PersonActions user={user} />
      </div>
      {user.bio && <p className="border-subtle mt-6 border-t pt-6 break-words whitespace-pre-wrap">{user.bio}</p>}
      <dl className="border-subtle mt-6 grid grid-cols-[max-content_minmax(0,1fr)] gap-x-6 gap-y-2 border-t pt-6">
        <Detail term={t('field.email')}>{person.email && <a href={`mailto:${person.email}`}>{person.email}</a>}</Detail>
        <Detail term={t('field.wechat')}>{person.wechat}</Detail>
        <Detail term={t('field.qq')}>{person.qq}</Detail>
        <Detail term={t('field.github')}>
          {person.github && (
            <a href={`https://github.com/${encodeURIComponent(person.github)}`} target="_blank" rel="noreferrer">
              {person.github}
            </a>
          )}
        </Detail>
        <Detail term={t('field.since')}>
          {new Date(person.createdAt).toLocaleDateString(i18n.language, { dateStyle: 'long' })}
        </Detail>
      </dl>
    </article>
  )
}

function Detail({ term, children }: { term: string; children: ReactNode }) {
  if (!children) return null
  return (
    <>
      <dt className="text-muted">{term}</dt>
      <dd className="break-words [&_a]:text-accent [&_a]:underline [&_a]:underline-offset-3">{children}</dd>
    </>
  )
}
