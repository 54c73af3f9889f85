import { deleteAnyRoom, listAllRooms, type AdminRoom, type RoomSort } from '@parley/protocol/admin'
import type { RoomType } from '@parley/protocol/rooms'
import { MessagesSquare, Trash2 } from 'lucide-react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { formatSize } from '../../ui/format-size.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { showToast } from '../../ui/toast.tsx'
import { usePages, type LoadPage } from '../../ui/use-pages.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { TableSearch } from '../../ui/table-search.tsx'
import { oneOf, useTableState } from '../../ui/use-table-state.ts'

const types: readonly RoomType[] = ['PUBLIC', 'PRIVATE']
const sorts: readonly RoomSort[] = ['name', 'members', 'messages', 'bytes', 'lastActivityAt', 'createdAt']

/** Every room by its size and liveliness; what is said in it stays in it. */
export default function RoomsPage() {
  const { t, i18n } = useTranslation('admin')
  const { rest } = useClient()
  const errorText = useErrorText()
  const { valueOf, set, sorting } = useTableState<'query' | 'type'>({ sort: 'name', order: 'asc' })
  const [deleting, setDeleting] = useState<AdminRoom>()
  const query = valueOf('query')
  const type = oneOf(types, valueOf('type'))
  const sort = oneOf(sorts, sorting.sort) ?? 'name'
  const { order } = sorting
  const load = useCallback<LoadPage<AdminRoom>>(
    (cursor, signal) =>
      rest.call(
        listAllRooms,
        { query: { cursor, sort, order, ...(query && { query }), ...(type && { type }) } },
        { signal },
      ),
    [rest, query, type, sort, order],
  )
  const pages = usePages(load)
  const remove = async ({ id }: AdminRoom) => {
    try {
      await rest.call(deleteAnyRoom, { params: { id } })
      pages.change((items) => items.filter((room) => room.id !== id))
    } catch (error) {
      await showToast({ title: errorText(error) })
    }
    setDeleting(undefined)
  }
  const number = (value: number) => value.toLocaleString(i18n.language)
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-2">
        <TableSearch label={t('rooms.search')} value={query} onChange={(value) => set('query', value)} />
        <SelectField
          label={t('rooms.type')}
          value={type ?? ''}
          options={[
            { value: '', label: t('rooms.anyType') },
            ...types.map((value) => ({ value, label: t(`rooms.${value}`) })),
          ]}
          onChange={(value) => set('type', value)}
        />
      </div>
      <DataTable
        label={t('section.rooms')}
        pages={pages}
        keyOf={({ id }) => id}
        sorting={sorting}
        empty={<EmptyState icon={<MessagesSquare />} title={t('rooms.none')} />}
        columns={[
          { id: 'name', label: t('rooms.name'), isSortable: true, renderCell: (room) => <RoomName room={room} /> },
          { id: 'type', label: t('rooms.type'), renderCell: (room) => t(`rooms.${room.type}`) },
          {
            id: 'members',
            label: t('rooms.members'),
            isSortable: true,
            isNumber: true,
            renderCell: ({ members }) => number(members),
          },
          {
            id: 'messages',
            label: t('rooms.messages'),
            isSortable: true,
            isNumber: true,
            renderCell: ({ messages }) => number(messages),
          },
          {
            id: 'bytes',
            label: t('rooms.files'),
            isSortable: true,
            isNumber: true,
            renderCell: ({ bytes }) => formatSize(bytes, i18n.language),
          },
          {
            id: 'lastActivityAt',
            label: t('rooms.lastActivity'),
            isSortable: true,
            renderCell: ({ lastActivityAt }) =>
              lastActivityAt ? <RelativeTime at={lastActivityAt} /> : t('people.never'),
          },
        ]}
        renderActions={(room) =>
          room.type === 'PUBLIC' && (
            <IconButton label={t('rooms.deleteNamed', { name: room.name })} onClick={() => setDeleting(room)}>
              <Trash2 />
            </IconButton>
          )
        }
      />
      {deleting && (
        <ConfirmDialog
          title={t('rooms.deleteTitle', { name: deleting.name })}
          confirmLabel={t('rooms.delete')}
          onConfirm={() => remove(deleting)}
          onClose={() => setDeleting(undefined)}
        >
          {t('rooms.deleteText', { count: deleting.messages })}
        </ConfirmDialog>
      )}
    </div>
  )
}

function RoomName({ room }: { room: AdminRoom }) {
  const { t } = useTranslation('admin')
  if (room.name === '') return <span className="text-muted">{t('rooms.unnamed', { id: room.id })}</span>
  return (
    <>
      <span className="font-semibold">{room.name}</span>
      {room.visibility === 'invite' && <span className="text-muted text-sm font-normal"> · {t('rooms.invite')}</span>}
    </>
  )
}
