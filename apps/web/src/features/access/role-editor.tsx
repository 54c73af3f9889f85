import { Button } from '@chakra-ui/react'
import { createRole, deleteRole, updateRole, type Role } from '@parley/protocol/access-contracts'
import { Trash2 } from 'lucide-react'
import type { FormEvent } from 'react'
import { useClient } from '../../realtime/client-context.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { showToast } from '../../ui/toast.tsx'
import { useMay, useMayGrant } from './access-slice.ts'
import { PermissionMatrix } from './permission-matrix.tsx'
import { partsOf, permissionOf, useRoleName } from './permission-names.ts'
import { useAccessError } from './use-access-error.ts'

const noParent = 'none'

/** The same permissions with one of the four actions in each, so that every one of them has its tick. */
const plain = (permissions: readonly string[]): ReadonlySet<string> =>
  new Set(
    permissions.map((permission) => {
      const { subject, action } = partsOf(permission)
      return permissionOf(subject, action)
    }),
  )

const allOf = ({ permissions, inherited }: Role) => plain([...permissions, ...inherited])

interface RoleEditorProps {
  /** Null for one that is being made. */
  role: Role | null
  roles: readonly Role[]
  onSaved: (key: string) => void
  onDeleted: () => void
}

/** One role: its name, what it builds on and what it may do. Built-in ones, and for who may not, it only shows. */
export function RoleEditor({ role, roles, onSaved, onDeleted }: RoleEditorProps) {
  const { t } = useTranslation('access')
  const { rest } = useClient()
  const roleName = useRoleName()
  const errorText = useAccessError()
  const mayChange = useMay('roles:admin')
  const mayGrant = useMayGrant()
  const [name, setName] = useState(role?.name ?? '')
  const [parent, setParent] = useState<string>(role ? (role.parent ?? noParent) : 'guest')
  const [own, setOwn] = useState(plain(role?.permissions ?? []))
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const readOnly = !mayChange || role?.builtIn === true
  const above = roles.find(({ key }) => key === parent)

  const save = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    const body = { name: name.trim(), parent: parent === noParent ? null : parent, permissions: [...own] }
    try {
      const { role: saved } = role
        ? await rest.call(updateRole, { params: { id: role.key }, body })
        : await rest.call(createRole, { body })
      onSaved(saved.key)
      await showToast({ title: role ? t('roles.saved') : t('roles.made') })
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={save} className="flex flex-col gap-4">
      {role?.builtIn ? (
        <p className="text-muted text-sm">{t('roles.fixed')}</p>
      ) : (
        <div className="flex max-w-[420px] flex-col gap-3">
          <TextField
            label={t('roles.name')}
            value={name}
            maxLength={40}
            required
            readOnly={readOnly}
            onChange={({ target }) => setName(target.value)}
          />
          {!readOnly && (
            <SelectField
              label={t('roles.parent')}
              value={parent}
              options={[
                { value: noParent, label: t('roles.noParent') },
                ...roles
                  .filter(({ key }) => key !== role?.key)
                  .map((each) => ({ value: each.key, label: roleName(each) })),
              ]}
              onChange={setParent}
            />
          )}
        </div>
      )}
      <div className="flex flex-col gap-1">
        <h4 className="text-sm font-semibold">{t('roles.permissions')}</h4>
        {!readOnly && <p className="text-muted text-sm">{t('roles.legend')}</p>}
        <PermissionMatrix
          own={own}
          inherited={above ? allOf(above) : new Set()}
          mayGrant={mayGrant}
          readOnly={readOnly}
          onChange={setOwn}
        />
      </div>
      <FormError message={problem} />
      {!readOnly && (
        <div className="flex items-center justify-between gap-2">
          {role ? <DeleteRole role={role} onDeleted={onDeleted} /> : <span />}
          <Button type="submit" disabled={busy || name.trim() === ''}>
            {role ? t('roles.save') : t('roles.make')}
          </Button>
        </div>
      )}
    </form>
  )
}

function DeleteRole({ role, onDeleted }: { role: Role; onDeleted: () => void }) {
  const { t } = useTranslation('access')
  const { rest } = useClient()
  const errorText = useAccessError()
  const [asking, setAsking] = useState(false)
  const remove = async () => {
    try {
      await rest.call(deleteRole, { params: { id: role.key } })
      onDeleted()
      await showToast({ title: t('roles.deleted') })
    } catch (error) {
      await showToast({ title: errorText(error) })
    } finally {
      setAsking(false)
    }
  }
  return (
    <>
      <Button variant="ghost" colorPalette="danger" onClick={() => setAsking(true)}>
        <Trash2 aria-hidden />
        {t('roles.delete')}
      </Button>
      {asking && (
        <ConfirmDialog
          title={t('roles.deleteTitle', { name: role.name })}
          confirmLabel={t('roles.delete')}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          {t('roles.deleteText')}
        </ConfirmDialog>
      )}
    </>
  )
}
