import {
  grantToPerson,
  listPersonGrants,
  setRole,
  withdrawFromPerson,
  type Role,
  type RoleHolder,
} from '@parley/protocol/access-contracts'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { showToast } from '../../ui/toast.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { useMay, useMayGrant } from './access-slice.ts'
import { GrantForm } from './grant-form.tsx'
import { GrantList } from './grant-list.tsx'
import { useRoleName } from './permission-names.ts'
import { useAccessError } from './use-access-error.ts'

interface PersonAccessProps {
  holder: RoleHolder
  roles: readonly Role[]
  onClose: () => void
  onChanged: (holder: RoleHolder) => void
}

/** What one person may do: their role, and what was granted to them beside it. */
export function PersonAccess({ holder, roles, onClose, onChanged }: PersonAccessProps) {
  const { t } = useTranslation('access')
  const { rest } = useClient()
  const roleName = useRoleName()
  const errorText = useAccessError()
  const mayChange = useMay('roles:admin')
  const mayGrant = useMayGrant()
  const [problem, setProblem] = useState<string>()
  const { user, role } = holder
  // Those one may give; the one they have stays in sight.
  const offered = roles.filter(
    ({ key, permissions, inherited }) => key === role || [...permissions, ...inherited].every(mayGrant),
  )

  const give = async (key: string) => {
    setProblem(undefined)
    try {
      onChanged(await rest.call(setRole, { params: { id: user.id }, body: { role: key } }))
      const given = roles.find((each) => each.key === key)
      if (given) await showToast({ title: t('person.changed', { name: user.displayName, role: roleName(given) }) })
    } catch (error) {
      setProblem(errorText(error))
    }
  }
  return (
    <Dialog title={t('person.title', { name: user.displayName })} size="md" onClose={onClose}>
      <div className="flex flex-col gap-5">
        {mayChange && (
          <SelectField
            label={t('person.role')}
            value={role}
            options={offered.map((each) => ({ value: each.key, label: roleName(each) }))}
            onChange={(key) => void give(key)}
          />
        )}
        <FormError message={problem} />
        <PersonGrants userId={user.id} />
      </div>
    </Dialog>
  )
}

function PersonGrants({ userId }: { userId: string }) {
  const { t } = useTranslation('access')
  const { rest } = useClient()
  const errorText = useErrorText()
  const mayChange = useMay('roles:admin')
  const params = useMemo(() => ({ id: userId }), [userId])
  const grants = useLoaded(
    useCallback((signal: AbortSignal) => rest.call(listPersonGrants, { params }, { signal }), [rest, params]),
  )
  return (
    <section aria-label={t('person.grants')} className="flex flex-col gap-3">
      <h3 className="text-sm font-semibold">{t('person.grants')}</h3>
      {grants.status === 'loading' && <SkeletonRows rows={1} avatar={false} className="-mx-3" />}
      {grants.status === 'failed' && <ErrorState message={errorText(grants.error)} onRetry={grants.retry} />}
      {grants.status === 'ready' && (
        <>
          <GrantList
            grants={grants.data.items}
            empty={t('person.none')}
            onWithdraw={async (permission) => {
              await rest.call(withdrawFromPerson, { params, fields: { permission } })
              grants.reload()
            }}
          />
          {mayChange && (
            <GrantForm
              hasExpiry
              onGrant={async (permission, expiresAt) => {
                await rest.call(grantToPerson, { params, body: { permission, expiresAt } })
                grants.reload()
              }}
            />
          )}
        </>
      )}
    </section>
  )
}
