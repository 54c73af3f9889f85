import {
  grantToTenant,
  listRoles,
  listTenantGrants,
  withdrawFromTenant,
  type Role,
} from '@parley/protocol/access-contracts'
import { Lock, Users } from 'lucide-react'
import { Link, useSearchParams } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useDebounced } from '../../ui/use-debounced.ts'
import { useLoaded } from '../../ui/use-loaded.ts'
import { useMay } from './access-slice.ts'
import { GrantForm } from './grant-form.tsx'
import { GrantList } from './grant-list.tsx'
import { HolderList } from './holder-list.tsx'
import { useRoleName } from './permission-names.ts'
import { RolesView } from './roles-view.tsx'

const views = ['roles', 'people', 'everybody'] as const
const searchPauseMs = 200
const anyRole = 'any'

/** Who may do what in the workspace: its roles, its people, and what everybody was granted. */
export default function RolesPage() {
  const { t } = useTranslation('access')
  const { rest } = useClient()
  const errorText = useErrorText()
  const mayRead = useMay('roles:read')
  const [parameters] = useSearchParams()
  const view = views.find((each) => each === parameters.get('view')) ?? 'roles'
  const roles = useLoaded(useCallback((signal: AbortSignal) => rest.call(listRoles, {}, { signal }), [rest]))

  if (!mayRead) {
    return (
      <EmptyState icon={<Lock />} title={t('denied')}>
        {t('deniedText')}
      </EmptyState>
    )
  }
  return (
    <div className="flex flex-col gap-5">
      <nav aria-label={t('view.label')} className="border-subtle flex gap-1 border-b">
        {views.map((each) => (
          <Link
            key={each}
            to={each === 'roles' ? '?' : `?view=${each}`}
            aria-current={each === view ? 'page' : undefined}
            className="text-muted hover:text-fg aria-[current]:border-accent aria-[current]:text-fg -mb-px grid min-h-10 place-items-center border-b-2 border-transparent px-3 aria-[current]:font-semibold pointer-coarse:min-h-11"
          >
            {t(`view.${each}`)}
          </Link>
        ))}
      </nav>
      {roles.status === 'loading' && <SkeletonRows rows={4} avatar={false} className="-mx-3" />}
      {roles.status === 'failed' && <ErrorState message={errorText(roles.error)} onRetry={roles.retry} />}
      {roles.status === 'ready' && view === 'roles' && <RolesView roles={roles.data.items} onChanged={roles.reload} />}
      {roles.status === 'ready' && view === 'people' && (
        <PeopleView roles={roles.data.items} onChanged={roles.reload} />
      )}
      {view === 'everybody' && <EverybodyView />}
    </div>
  )
}

/** Everybody with their role, found by name. */
function PeopleView({ roles, onChanged }: { roles: readonly Role[]; onChanged: () => void }) {
  const { t } = useTranslation('access')
  const roleName = useRoleName()
  const [text, setText] = useState('')
  const [role, setRole] = useState(anyRole)
  const settled = useDebounced(text.trim(), searchPauseMs)
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-48 flex-1">
          <SearchField label={t('people.search')} value={text} maxLength={60} onChange={setText} />
        </div>
        <div className="w-44 max-w-full">
          <SelectField
            label={t('people.role')}
            value={role}
            options={[
              { value: anyRole, label: t('people.anyRole') },
              ...roles.map((each) => ({ value: each.key, label: roleName(each) })),
            ]}
            onChange={setRole}
          />
        </div>
      </div>
      <HolderList
        {...(role !== anyRole && { role })}
        text={settled}
        roles={roles}
        empty={
          <EmptyState icon={<Users />} title={t('people.none')}>
            {t('people.noneText')}
          </EmptyState>
        }
        onChanged={onChanged}
      />
    </div>
  )
}

/** What everybody in the workspace was granted. */
function EverybodyView() {
  const { t } = useTranslation('access')
  const { rest } = useClient()
  const errorText = useErrorText()
  const mayChange = useMay('roles:admin')
  const grants = useLoaded(useCallback((signal: AbortSignal) => rest.call(listTenantGrants, {}, { signal }), [rest]))
  if (grants.status === 'loading') return <SkeletonRows rows={2} avatar={false} className="-mx-3" />
  if (grants.status === 'failed') return <ErrorState message={errorText(grants.error)} onRetry={grants.retry} />
  return (
    <section aria-label={t('everybody.title')} className="flex max-w-[560px] flex-col gap-3">
      <p className="text-muted text-sm">{t('everybody.text')}</p>
      <GrantList
        grants={grants.data.items}
        empty={t('everybody.none')}
        onWithdraw={async (permission) => {
          await rest.call(withdrawFromTenant, { fields: { permission } })
          grants.reload()
        }}
      />
      {mayChange && (
        <GrantForm
          onGrant={async (permission) => {
            await rest.call(grantToTenant, { body: { permission } })
            grants.reload()
          }}
        />
      )}
    </section>
  )
}
