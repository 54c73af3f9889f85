import { Button } from '@chakra-ui/react'
import type { Role } from '@parley/protocol/access-contracts'
import { ArrowLeft, Plus } from 'lucide-react'
import { useSearchParams } from 'wouter'
import { IconButton } from '../../ui/icon-button.tsx'
import { useMay } from './access-slice.ts'
import { HolderList } from './holder-list.tsx'
import { useRoleName } from './permission-names.ts'
import { RoleEditor } from './role-editor.tsx'

const newKey = 'new'

/** The roles beside the one that is open; a phone shows one or the other. */
export function RolesView({ roles, onChanged }: { roles: readonly Role[]; onChanged: () => void }) {
  const { t } = useTranslation('access')
  const roleName = useRoleName()
  const [parameters, setParameters] = useSearchParams()
  const mayChange = useMay('roles:admin')
  const wanted = parameters.get('role')
  const role = roles.find(({ key }) => key === wanted) ?? null
  const isOpen = role !== null || (wanted === newKey && mayChange)

  const open = (key: string | null) =>
    setParameters((current) => {
      if (key === null) current.delete('role')
      else current.set('role', key)
      return current
    })
  return (
    <div className="grid gap-6 lg:grid-cols-[240px_minmax(0,1fr)]">
      <div className={`flex flex-col gap-2 ${isOpen ? 'hidden lg:flex' : ''}`}>
        <ul aria-label={t('roles.list')} className="flex flex-col">
          {roles.map((each) => (
            <RoleRow key={each.key} role={each} isCurrent={each.key === wanted} onOpen={() => open(each.key)} />
          ))}
        </ul>
        {mayChange && (
          <Button variant="outline" className="self-start" onClick={() => open(newKey)}>
            <Plus aria-hidden />
            {t('roles.new')}
          </Button>
        )}
      </div>
      {!isOpen && <p className="text-muted hidden lg:block">{t('roles.choose')}</p>}
      {isOpen && (
        <section aria-label={role ? roleName(role) : t('roles.new')} className="flex min-w-0 flex-col gap-4">
          <header className="flex items-center gap-1">
            <div className="-ml-2 lg:hidden">
              <IconButton label={t('roles.back')} onClick={() => open(null)}>
                <ArrowLeft />
              </IconButton>
            </div>
            <h3 className="min-w-0 truncate text-lg font-semibold">{role ? roleName(role) : t('roles.new')}</h3>
          </header>
          <RoleEditor
            // What was saved is where the form goes on from.
            key={role ? JSON.stringify(role) : newKey}
            role={role}
            roles={roles}
            onSaved={(key) => {
              onChanged()
              open(key)
            }}
            onDeleted={() => {
              open(null)
              onChanged()
            }}
          />
          {role && (
            <div className="flex flex-col gap-2">
              <h4 className="text-sm font-semibold">{t('roles.holders')}</h4>
              <HolderList
                role={role.key}
                text=""
                roles={roles}
                empty={<p className="text-muted text-sm">{t('roles.nobody')}</p>}
                onChanged={onChanged}
              />
            </div>
          )}
        </section>
      )}
    </div>
  )
}

function RoleRow({ role, isCurrent, onOpen }: { role: Role; isCurrent: boolean; onOpen: () => void }) {
  const { t } = useTranslation('access')
  const roleName = useRoleName()
  const people = t('roles.members', { count: role.memberCount })
  return (
    <li>
      <button
        type="button"
        aria-current={isCurrent || undefined}
        onClick={onOpen}
        className="hover:bg-hover aria-[current]:bg-accent-soft -mx-2 flex w-[calc(100%+16px)] min-w-0 flex-col rounded-md px-2 py-1.5 text-left"
      >
        <span className="w-full truncate font-semibold">{roleName(role)}</span>
        <span className="text-muted w-full truncate text-sm tabular-nums">
          {role.builtIn ? [t('roles.builtIn'), people].join(' · ') : people}
        </span>
      </button>
    </li>
  )
}
