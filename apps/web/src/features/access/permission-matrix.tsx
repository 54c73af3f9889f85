import { actions, covers } from '@parley/protocol/access'
import { Check } from 'lucide-react'
import { permissionOf, subjects, usePermissionName } from './permission-names.ts'

interface PermissionMatrixProps {
  /** What is granted here. */
  own: ReadonlySet<string>
  /** What comes from elsewhere and cannot be taken off here. */
  inherited: ReadonlySet<string>
  /** Whether one may grant it: only what one holds. */
  mayGrant: (permission: string) => boolean
  readOnly: boolean
  onChange: (own: ReadonlySet<string>) => void
}

/** Every permission as a tick: a row for what it is about, a column for what may be done. */
export function PermissionMatrix({ own, inherited, mayGrant, readOnly, onChange }: PermissionMatrixProps) {
  const { t } = useTranslation('access')
  const name = usePermissionName()

  const toggle = (permission: string, isOn: boolean) => {
    const next = new Set(own)
    if (isOn) next.add(permission)
    else next.delete(permission)
    onChange(next)
  }
  return (
    <table className="w-full table-fixed text-sm">
      <caption className="sr-only">{t('roles.permissions')}</caption>
      <thead>
        <tr className="text-muted">
          <th scope="col" className="w-[34%] md:w-[28%]">
            <span className="sr-only">{t('grant.what')}</span>
          </th>
          {actions.map((action) => (
            <th key={action} scope="col" className="h-9 text-center font-normal">
              {t(`action.${action}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {subjects.map((subject) => (
          <tr key={subject} className="border-subtle border-t">
            <th scope="row" className="truncate py-0 text-left font-normal">
              {t(`resource.${subject === '*' ? 'all' : subject}`)}
            </th>
            {actions.map((action) => {
              const permission = permissionOf(subject, action)
              const isOwn = own.has(permission)
              const isIncluded = covers(
                new Set([...inherited, ...[...own].filter((each) => each !== permission)]),
                permission,
              )
              return (
                <td key={action} className="p-0">
                  {readOnly || (isIncluded && !isOwn) ? (
                    <Mark
                      label={isIncluded ? t('roles.included', { permission: name(permission) }) : name(permission)}
                      state={isOwn ? 'own' : isIncluded ? 'included' : 'none'}
                    />
                  ) : (
                    <label className="mx-auto grid h-10 place-items-center pointer-coarse:h-11">
                      <input
                        type="checkbox"
                        className="accent-accent size-4"
                        aria-label={name(permission)}
                        checked={isOwn}
                        disabled={!mayGrant(permission)}
                        onChange={({ target }) => toggle(permission, target.checked)}
                      />
                    </label>
                  )}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** A tick that cannot be changed here. */
function Mark({ label, state }: { label: string; state: 'own' | 'included' | 'none' }) {
  return (
    <span className="grid h-10 place-items-center pointer-coarse:h-11">
      {state !== 'none' && (
        <>
          <Check aria-hidden className={`icon ${state === 'own' ? 'text-accent' : 'text-muted'}`} />
          <span className="sr-only">{label}</span>
        </>
      )}
    </span>
  )
}
