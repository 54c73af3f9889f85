import { Button } from '@chakra-ui/react'
import { deleteChannel, listChannels, updateChannel, type RelayChannel } from '@parley/protocol/relay-channels'
import { Cable, Ellipsis, Pencil, Power, Trash2 } from 'lucide-react'
import { useClient } from '../../realtime/client-context.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { TableSearch } from '../../ui/table-search.tsx'
import { showToast } from '../../ui/toast.tsx'
import { usePages } from '../../ui/use-pages.ts'
import { useRefreshed } from '../../ui/use-refreshed.ts'
import { oneOf, useTableState } from '../../ui/use-table-state.ts'
import { useChannelColumns } from './channel-columns.tsx'
import { ChannelDialog } from './channel-dialog.tsx'
import { byNumber } from './numbered-pages.ts'
import { TrialDialog } from './trial-dialog.tsx'
import { useRelayError } from './use-relay-error.ts'

const orders = ['-priority', 'name', '-name'] as const

type Open = { what: 'edit'; channel: RelayChannel | null } | { what: 'test' | 'delete'; channel: RelayChannel }

/** The channels and how each does; its figures live. */
export default function ChannelsPage() {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const errorText = useRelayError()
  const { valueOf, set, sorting } = useTableState<'query'>({ sort: 'priority', order: 'desc' })
  const [open, setOpen] = useState<Open>()
  const query = valueOf('query')
  const order = oneOf(orders, `${sorting.order === 'desc' ? '-' : ''}${sorting.sort}`) ?? '-priority'
  const pages = usePages(
    useMemo(
      () =>
        byNumber<RelayChannel>(async (page, signal) => {
          const asked = { ...page, order, ...(query && { query }) }
          const { data } = await rest.call(listChannels, { query: asked }, { signal })
          return { rows: data.channels, total: data.total }
        }),
      [rest, query, order],
    ),
  )
  useRefreshed(pages.status === 'ready' ? pages.reload : undefined)
  const columns = useChannelColumns()

  const run = async (work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      await showToast({ title: errorText(error) })
    }
    setOpen(undefined)
    pages.reload()
  }
  const turn = ({ id, status }: RelayChannel) =>
    run(() =>
      rest.call(updateChannel, { params: { id }, body: { status: status === 'enabled' ? 'disabled' : 'enabled' } }),
    )
  const remove = ({ id }: RelayChannel) => run(() => rest.call(deleteChannel, { params: { id }, query: {} }))
  const close = () => setOpen(undefined)
  const newButton = <Button onClick={() => setOpen({ what: 'edit', channel: null })}>{t('channels.new')}</Button>
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-2">
        <TableSearch label={t('channels.search')} value={query} onChange={(value) => set('query', value)} />
        {newButton}
      </div>
      <DataTable
        label={t('section.channels')}
        pages={pages}
        keyOf={({ id }) => id}
        sorting={sorting}
        columns={columns}
        empty={
          query ? (
            <EmptyState icon={<Cable />} title={t('channels.noMatch')} />
          ) : (
            <EmptyState icon={<Cable />} title={t('channels.none')} action={newButton}>
              {t('channels.noneText')}
            </EmptyState>
          )
        }
        renderActions={(channel) => (
          <span className="inline-flex items-center gap-1">
            <Button
              size="sm"
              variant="outline"
              aria-label={t('channels.testNamed', { name: channel.name })}
              onClick={() => setOpen({ what: 'test', channel })}
            >
              {t('channels.test')}
            </Button>
            <Menu
              trigger={
                <IconButton label={t('actions', { name: channel.name })}>
                  <Ellipsis />
                </IconButton>
              }
              groups={[
                [
                  { id: 'edit', label: t('edit'), icon: <Pencil />, run: () => setOpen({ what: 'edit', channel }) },
                  {
                    id: 'turn',
                    label: channel.status === 'enabled' ? t('turnOff') : t('turnOn'),
                    icon: <Power />,
                    run: () => void turn(channel),
                  },
                ],
                [
                  {
                    id: 'delete',
                    label: t('channels.delete'),
                    icon: <Trash2 />,
                    danger: true,
                    run: () => setOpen({ what: 'delete', channel }),
                  },
                ],
              ]}
            />
          </span>
        )}
      />
      {open?.what === 'edit' && (
        <ChannelDialog
          channel={open.channel}
          onClose={close}
          onSaved={() => {
            close()
            pages.reload()
          }}
        />
      )}
      {open?.what === 'test' && <TrialDialog channel={open.channel} onClose={close} />}
      {open?.what === 'delete' && (
        <ConfirmDialog
          title={t('channels.deleteTitle', { name: open.channel.name })}
          confirmLabel={t('channels.delete')}
          onConfirm={() => remove(open.channel)}
          onClose={close}
        >
          {t('channels.deleteText')}
        </ConfirmDialog>
      )}
    </div>
  )
}
