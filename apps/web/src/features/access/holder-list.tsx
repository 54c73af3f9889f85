import { Button } from '@chakra-ui/react'
import { listRoleHolders, type Role, type RoleHolder } from '@parley/protocol/access-contracts'
import type { ReactNode } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { usePages, type LoadPage } from '../../ui/use-pages.ts'
import { UserAvatar } from '../people/user-avatar.tsx'
import { useRoleName } from './permission-names.ts'
import { PersonAccess } from './person-access.tsx'

interface HolderListProps {
  /** Only those who have this role. */
  role?: string
  /** Only those whose name starts so. */
  text: string
  roles: readonly Role[]
  empty: ReactNode
  onChanged: () => void
}

/** People with their roles; each opens what they may do. */
export function HolderList({ role, text, roles, empty, onChanged }: HolderListProps) {
  const { t } = useTranslation('access')
  const { rest } = useClient()
  const errorText = useErrorText()
  const roleName = useRoleName()
  const [opened, setOpened] = useState<RoleHolder>()
  const load = useCallback<LoadPage<RoleHolder>>(
    (cursor, signal) =>
      rest.call(
        listRoleHolders,
        { query: { cursor, ...(role && { role }), ...(text && { query: text }) } },
        { signal },
      ),
    [rest, role, text],
  )
  const pages = usePages(load)
  const nameOf = (key: string) => roleName(roles.find((each) => each.key === key) ?? { key, name: key })

  if (pages.status === 'loading' && pages.items.length === 0) return <SkeletonRows rows={4} className="-mx-3" />
  if (pages.status === 'failed') return <ErrorState message={errorText(pages.error)} onRetry={pages.retry} />
  return (
    <>
      {pages.items.length === 0 && empty}
      <ul aria-label={t('people.list')} className="flex flex-col">
        {pages.items.map((holder) => (
          <li key={holder.user.id}>
            <button
              type="button"
              onClick={() => setOpened(holder)}
              className="hover:bg-hover -mx-2 flex w-[calc(100%+16px)] min-w-0 items-center gap-2.5 rounded-md px-2 py-1.5 text-left"
            >
              <UserAvatar user={holder.user} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-semibold">{holder.user.displayName}</span>
                <span className="text-muted block truncate text-sm">@{holder.user.username}</span>
              </span>
              <span className="text-muted max-w-[40%] flex-none truncate text-sm">{nameOf(holder.role)}</span>
            </button>
          </li>
        ))}
      </ul>
      {pages.nextCursor !== null && (
        <Button variant="outline" className="self-center" onClick={pages.loadMore}>
          {t('people.more')}
        </Button>
      )}
      {opened && (
        <PersonAccess
          holder={opened}
          roles={roles}
          onClose={() => setOpened(undefined)}
          onChanged={(changed) => {
            setOpened(changed)
            pages.change((items) => items.map((each) => (each.user.id === changed.user.id ? changed : each)))
            onChanged()
          }}
        />
      )}
    </>
  )
}
