import { builtInRoleNames } from '@parley/protocol/access'
import {
  listPeople,
  setPersonDisabled,
  setPersonMuted,
  signOutPerson,
  type AdminPerson,
  type PersonSort,
  type PersonStatus,
} from '@parley/protocol/admin'
import { Users } from 'lucide-react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { showToast } from '../../ui/toast.tsx'
import { usePages, type LoadPage } from '../../ui/use-pages.ts'
import { useRoleName } from '../access/permission-names.ts'
import { usePresence } from '../people/watch-presence.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { PersonMenu } from './person-menu.tsx'
import { ResetLinkDialog } from './reset-link-dialog.tsx'
import { TableSearch } from '../../ui/table-search.tsx'
import { oneOf, useTableState } from '../../ui/use-table-state.ts'
import { UserCell } from './user-cell.tsx'

const statuses: readonly PersonStatus[] = ['active', 'muted', 'disabled']
const sorts: readonly PersonSort[] = ['username', 'displayName', 'email', 'lastSeenAt', 'createdAt']

/** Everybody in the workspace, and what can be done about them. */
export default function PeoplePage() {
  const { t } = useTranslation('admin')
  const { rest } = useClient()
  const errorText = useErrorText()
  const roleName = useRoleName()
  const { valueOf, set, sorting } = useTableState<'query' | 'role' | 'status'>({ sort: 'username', order: 'asc' })
  const [disabling, setDisabling] = useState<AdminPerson>()
  const [resetting, setResetting] = useState<AdminPerson>()
  const query = valueOf('query')
  const role = oneOf(builtInRoleNames, valueOf('role'))
  const status = oneOf(statuses, valueOf('status'))
  const sort = oneOf(sorts, sorting.sort) ?? 'username'
  const { order } = sorting
  const load = useCallback<LoadPage<AdminPerson>>(
    (cursor, signal) =>
      rest.call(
        listPeople,
        { query: { cursor, sort, order, ...(query && { query }), ...(role && { role }), ...(status && { status }) } },
        { signal },
      ),
    [rest, query, role, status, sort, order],
  )
  const pages = usePages(load)

  const act = async (work: () => Promise<{ person: AdminPerson } | undefined>) => {
    try {
      const answer = await work()
      if (!answer) pages.reload()
      else pages.change((items) => items.map((item) => (item.user.id === answer.person.user.id ? answer.person : item)))
    } catch (error) {
      await showToast({ title: errorText(error) })
    }
  }
  const setDisabled = (person: AdminPerson, disabled: boolean) =>
    act(() => rest.call(setPersonDisabled, { params: { id: person.user.id }, body: { disabled } }))
  const disable = async (person: AdminPerson) => {
    await setDisabled(person, true)
    setDisabling(undefined)
    await showToast({
      title: t('people.disabled', { name: person.user.displayName }),
      action: { label: t('people.undo'), run: () => void setDisabled(person, false) },
    })
  }
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-2">
        <TableSearch label={t('people.search')} value={query} onChange={(value) => set('query', value)} />
        <SelectField
          label={t('people.role')}
          value={role ?? ''}
          options={[
            { value: '', label: t('people.anyRole') },
            ...builtInRoleNames.map((key) => ({ value: key, label: roleName({ key, name: key }) })),
          ]}
          onChange={(value) => set('role', value)}
        />
        <SelectField
          label={t('people.status')}
          value={status ?? ''}
          options={[
            { value: '', label: t('people.anyStatus') },
            ...statuses.map((value) => ({ value, label: t(`status.${value}`) })),
          ]}
          onChange={(value) => set('status', value)}
        />
      </div>
      <DataTable
        label={t('section.people')}
        pages={pages}
        keyOf={({ user }) => user.id}
        sorting={sorting}
        empty={<EmptyState icon={<Users />} title={t('people.none')} />}
        columns={[
          {
            id: 'username',
            label: t('people.name'),
            isSortable: true,
            renderCell: ({ user }) => <UserCell user={user} />,
          },
          { id: 'email', label: t('people.email'), isSortable: true, renderCell: ({ email }) => email },
          {
            id: 'role',
            label: t('people.role'),
            renderCell: ({ role: key, roleName: name }) => roleName({ key, name }),
          },
          { id: 'status', label: t('people.status'), renderCell: (person) => <Standing person={person} /> },
          {
            id: 'lastSeenAt',
            label: t('people.lastSeen'),
            isSortable: true,
            renderCell: (person) => <LastSeen person={person} />,
          },
          { id: 'sessions', label: t('people.devices'), isNumber: true, renderCell: ({ sessions }) => sessions },
        ]}
        renderActions={(person) => (
          <PersonMenu
            person={person}
            onMute={(until) =>
              void act(() => rest.call(setPersonMuted, { params: { id: person.user.id }, body: { until } }))
            }
            onSignOut={() =>
              void act(() => rest.call(signOutPerson, { params: { id: person.user.id } }).then(() => undefined))
            }
            onReset={() => setResetting(person)}
            onDisable={() => setDisabling(person)}
            onEnable={() => void setDisabled(person, false)}
          />
        )}
      />
      {disabling && (
        <ConfirmDialog
          title={t('people.disableTitle', { name: disabling.user.displayName })}
          confirmLabel={t('people.disable')}
          onConfirm={() => disable(disabling)}
          onClose={() => setDisabling(undefined)}
        >
          {t('people.disableText')}
        </ConfirmDialog>
      )}
      {resetting && <ResetLinkDialog user={resetting.user} onClose={() => setResetting(undefined)} />}
    </div>
  )
}

/** Somebody's last visit is written down when it ends: who is here now is asked for. */
function LastSeen({ person: { user, lastSeenAt } }: { person: AdminPerson }) {
  const { t } = useTranslation('admin')
  const presence = usePresence(user.id)
  if (presence !== 'offline') return t('people.now')
  return lastSeenAt ? <RelativeTime at={lastSeenAt} /> : t('people.never')
}

function Standing({ person: { status, mutedUntil } }: { person: AdminPerson }) {
  const { t, i18n } = useTranslation('admin')
  if (status === 'active') return t('status.active')
  if (status === 'disabled' || mutedUntil === null) return <span className="text-danger">{t('status.disabled')}</span>
  const until = new Date(mutedUntil).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'short' })
  return <span className="text-danger">{t('people.mutedUntil', { until })}</span>
}
