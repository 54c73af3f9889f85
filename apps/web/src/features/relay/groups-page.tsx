import { Button } from '@chakra-ui/react'
import { deleteGroup, listGroups, updateGroup, type RelayGroup } from '@parley/protocol/relay'
import { Boxes, Ellipsis, Pencil, Power, Trash2 } from 'lucide-react'
import { Link } from 'wouter'
import { useClient } from '../../realtime/client-context.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { StateText } from '../../ui/state-text.tsx'
import { TableSearch } from '../../ui/table-search.tsx'
import { showToast } from '../../ui/toast.tsx'
import { usePages } from '../../ui/use-pages.ts'
import { oneOf, useTableState } from '../../ui/use-table-state.ts'
import { GroupDialog } from './group-dialog.tsx'
import { ModelsCell, RatesCell, SpentCell } from './limit-cells.tsx'
import { byNumber } from './numbered-pages.ts'
import { useRelayError } from './use-relay-error.ts'

const orders = ['id', '-id', '-created_at', 'created_at'] as const

/** The groups: what they may spend together, and who may make tokens in them. */
export default function GroupsPage() {
  const { t, i18n } = useTranslation('relay')
  const { rest } = useClient()
  const errorText = useRelayError()
  const { valueOf, set, sorting } = useTableState<'query'>({ sort: 'id', order: 'asc' })
  const [edited, setEdited] = useState<RelayGroup | 'new'>()
  const [deleting, setDeleting] = useState<RelayGroup>()
  const query = valueOf('query')
  const order = oneOf(orders, `${sorting.order === 'desc' ? '-' : ''}${sorting.sort}`) ?? 'id'
  const pages = usePages(
    useMemo(
      () =>
        byNumber<RelayGroup>(async (page, signal) => {
          const asked = { ...page, order, ...(query && { query }) }
          const { data } = await rest.call(listGroups, { query: asked }, { signal })
          return { rows: data.groups, total: data.total }
        }),
      [rest, query, order],
    ),
  )

  const run = async (work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      await showToast({ title: errorText(error) })
    }
    setDeleting(undefined)
    pages.reload()
  }
  const turn = ({ id, status }: RelayGroup) =>
    run(() =>
      rest.call(updateGroup, {
        params: { group: id },
        body: { status: status === 'enabled' ? 'disabled' : 'enabled' },
      }),
    )
  const remove = ({ id }: RelayGroup) => run(() => rest.call(deleteGroup, { params: { group: id }, query: {} }))
  const newButton = <Button onClick={() => setEdited('new')}>{t('groups.new')}</Button>
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-2">
        <TableSearch label={t('groups.search')} value={query} onChange={(value) => set('query', value)} />
        {newButton}
      </div>
      <DataTable
        label={t('section.groups')}
        pages={pages}
        keyOf={({ id }) => id}
        sorting={sorting}
        empty={
          query ? (
            <EmptyState icon={<Boxes />} title={t('groups.noMatch')} />
          ) : (
            <EmptyState icon={<Boxes />} title={t('groups.none')} action={newButton}>
              {t('groups.noneText')}
            </EmptyState>
          )
        }
        columns={[
          { id: 'id', label: t('groups.name'), isSortable: true, renderCell: (group) => <GroupName group={group} /> },
          {
            id: 'tokens',
            label: t('groups.tokens'),
            isNumber: true,
            renderCell: ({ id, tokens }) => (
              <Link to={`/relay/tokens?group=${encodeURIComponent(id)}`} className="text-accent hover:underline">
                {tokens.toLocaleString(i18n.language)}
              </Link>
            ),
          },
          { id: 'models', label: t('models.label'), renderCell: ({ models }) => <ModelsCell models={models} /> },
          { id: 'spent', label: t('quota.spent'), isNumber: true, renderCell: (group) => <SpentCell {...group} /> },
          { id: 'rates', label: t('rates.title'), renderCell: (group) => <RatesCell rates={group} /> },
          {
            id: 'status',
            label: t('status.label'),
            renderCell: ({ status }) => (
              <StateText tone={status === 'enabled' ? 'good' : 'off'}>{t(`status.${status}`)}</StateText>
            ),
          },
        ]}
        renderActions={(group) => (
          <Menu
            trigger={
              <IconButton label={t('actions', { name: group.id })}>
                <Ellipsis />
              </IconButton>
            }
            groups={[
              [
                { id: 'edit', label: t('edit'), icon: <Pencil />, run: () => setEdited(group) },
                {
                  id: 'turn',
                  label: group.status === 'enabled' ? t('turnOff') : t('turnOn'),
                  icon: <Power />,
                  run: () => void turn(group),
                },
              ],
              [
                {
                  id: 'delete',
                  label: t('groups.delete'),
                  icon: <Trash2 />,
                  danger: true,
                  run: () => setDeleting(group),
                },
              ],
            ]}
          />
        )}
      />
      {edited !== undefined && (
        <GroupDialog
          group={edited === 'new' ? null : edited}
          onClose={() => setEdited(undefined)}
          onSaved={() => {
            setEdited(undefined)
            pages.reload()
          }}
        />
      )}
      {deleting && (
        <ConfirmDialog
          title={t('groups.deleteTitle', { name: deleting.id })}
          confirmLabel={t('groups.delete')}
          onConfirm={() => remove(deleting)}
          onClose={() => setDeleting(undefined)}
        >
          {t('groups.deleteText', { count: deleting.tokens })}
        </ConfirmDialog>
      )}
    </div>
  )
}

function GroupName({ group }: { group: RelayGroup }) {
  const { t } = useTranslation('relay')
  return (
    <>
      <span className="block truncate font-semibold">{group.id}</span>
      {group.self_service && (
        <span className="text-muted block truncate text-sm font-normal">{t('groups.selfServiceShort')}</span>
      )}
    </>
  )
}
