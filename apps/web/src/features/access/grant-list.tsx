import type { Grant, PersonGrant } from '@parley/protocol/access-contracts'
import { X } from 'lucide-react'
import { IconButton } from '../../ui/icon-button.tsx'
import { showToast } from '../../ui/toast.tsx'
import { useMay, useMayGrant } from './access-slice.ts'
import { usePermissionName } from './permission-names.ts'
import { useAccessError } from './use-access-error.ts'

interface GrantListProps {
  grants: readonly (Grant | PersonGrant)[]
  /** Said where there is none. */
  empty: string
  onWithdraw: (permission: string) => Promise<void>
}

/** What was granted beside a role; each can be withdrawn by who holds as much. */
export function GrantList({ grants, empty, onWithdraw }: GrantListProps) {
  const { t, i18n } = useTranslation('access')
  const name = usePermissionName()
  const errorText = useAccessError()
  const mayChange = useMay('roles:admin')
  const mayGrant = useMayGrant()
  const withdraw = (permission: string) => {
    onWithdraw(permission).catch((error: unknown) => showToast({ title: errorText(error) }))
  }
  const endOf = (grant: Grant | PersonGrant) => {
    if (!('expiresAt' in grant)) return undefined
    if (grant.expiresAt === null) return t('person.forever')
    const date = new Date(grant.expiresAt).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'short' })
    return t('person.until', { date })
  }
  if (grants.length === 0) return <p className="text-muted text-sm">{empty}</p>
  return (
    <ul className="flex flex-col">
      {grants.map((grant) => (
        <li
          key={grant.permission}
          className="border-subtle flex min-h-11 items-center gap-2 border-b py-1 last:border-b-0"
        >
          <span className="min-w-0 flex-1 truncate">{name(grant.permission)}</span>
          <span className="text-muted flex-none text-sm tabular-nums">{endOf(grant)}</span>
          {mayChange && mayGrant(grant.permission) && (
            <IconButton
              label={t('grant.withdraw', { permission: name(grant.permission) })}
              onClick={() => withdraw(grant.permission)}
            >
              <X />
            </IconButton>
          )}
        </li>
      ))}
    </ul>
  )
}
