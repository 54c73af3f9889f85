import { Button } from '@chakra-ui/react'
import { deleteToken, listTokens, updateToken, type RelayToken } from '@parley/protocol/relay'
import { KeyRound } from 'lucide-react'
import { useClient } from '../../realtime/client-context.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { TableSearch } from '../../ui/table-search.tsx'
import { showToast } from '../../ui/toast.tsx'
import { usePages } from '../../ui/use-pages.ts'
import { oneOf, useTableState } from '../../ui/use-table-state.ts'
import { useMay } from '../access/access-slice.ts'
import { KeyDialog } from './key-dialog.tsx'
import { byNumber } from './numbered-pages.ts'
import { RotateDialog } from './rotate-dialog.tsx'
import { TokenDialog } from './token-dialog.tsx'
import { TokenMenu } from './token-menu.tsx'
import { useTokenColumns } from './token-columns.tsx'
import { useGroups } from './use-groups.ts'
import { useRelayError } from './use-relay-error.ts'

const orders = ['-created_at', 'created_at', 'name', '-name'] as const
const statuses = ['enabled', 'disabled'] as const

type Open =
  | { what: 'edit'; token: RelayToken | null }
  | { what: 'rotate' | 'delete'; token: RelayToken }
  | { what: 'key'; name: string; key: string }

/** The tokens one may see; for members, their own. */
export default function TokensPage() {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const errorText = useRelayError()
  const { valueOf, set, sorting } = useTableState<'query' | 'group' | 'status'>({ sort: 'created_at', order: 'desc' })
  const [open, setOpen] = useState<Open>()
  const groups = useGroups()
  const mayMake = useMay('relay:write')
  const query = valueOf('query')
  const group = valueOf('group')
  const status = oneOf(statuses, valueOf('status'))
  const order = oneOf(orders, `${sorting.order === 'desc' ? '-' : ''}${sorting.sort}`) ?? '-created_at'
  const pages = usePages(
    useMemo(
      () =>
        byNumber<RelayToken>(async (page, signal) => {
          const filters = { ...(query && { query }), ...(group && { group }), ...(status && { status }) }
          const { data } = await rest.call(listTokens, { query: { ...page, order, ...filters } }, { signal })
          return { rows: data.tokens, total: data.total }
        }),
      [rest, query, group, status, order],
    ),
  )
  const columns = useTokenColumns()
  const made = groups.status === 'ready' ? groups.data : []

  const turn = async (token: RelayToken) => {
    const next = token.status === 'enabled' ? 'disabled' : 'enabled'
    const show = (shown: RelayToken['status']) =>
      pages.change((items) => items.map((each) => (each.id === token.id ? { ...each, status: shown } : each)))
    show(next)
    try {
      await rest.call(updateToken, { params: { group: token.group, id: token.id }, body: { status: next } })
    } catch (error) {
      show(token.status)
      await showToast({ title: errorText(error) })
    }
  }
  const remove = async ({ id, group: of }: RelayToken) => {
    try {
      await rest.call(deleteToken, { params: { group: of, id }, query: {} })
      pages.change((items) => items.filter((token) => token.id !== id))
    } catch (error) {
      await showToast({ title: errorText(error) })
    }
    setOpen(undefined)
  }
  const saved = ({ name, key }: RelayToken) => {
    pages.reload()
    setOpen(key === undefined ? undefined : { what: 'key', name, key })
  }
  const close = () => setOpen(undefined)
  const isFiltered = query !== '' || group !== '' || status !== undefined
  const makeButton = mayMake && (
    <Button disabled={made.length === 0} onClick={() => setOpen({ what: 'edit', token: null })}>
      {t('tokens.new')}
    </Button>
  )
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-2">
        <TableSearch label={t('tokens.search')} value={query} onChange={(value) => set('query', value)} />
        <SelectField
          label={t('group.label')}
          value={group}
          options={[{ value: '', label: t('group.any') }, ...made.map(({ id }) => ({ value: id, label: id }))]}
          onChange={(value) => set('group', value)}
        />
        <SelectField
          label={t('status.label')}
          value={status ?? ''}
          options={[
            { value: '', label: t('any') },
            ...statuses.map((value) => ({ value, label: t(`status.${value}`) })),
          ]}
          onChange={(value) => set('status', value)}
        />
        {makeButton}
      </div>
      {mayMake && groups.status === 'ready' && made.length === 0 && <p className="text-muted">{t('tokens.noGroup')}</p>}
      <DataTable
        label={t('section.tokens')}
        pages={pages}
        keyOf={({ id }) => id}
        sorting={sorting}
        columns={columns}
        empty={
          isFiltered ? (
            <EmptyState icon={<KeyRound />} title={t('tokens.noMatch')} />
          ) : (
            <EmptyState icon={<KeyRound />} title={t('tokens.none')} action={makeButton}>
              {t('tokens.noneText')}
            </EmptyState>
          )
        }
        renderActions={(token) =>
          mayMake && (
            <TokenMenu
              token={token}
              onEdit={() => setOpen({ what: 'edit', token })}
              onRotate={() => setOpen({ what: 'rotate', token })}
              onTurn={() => void turn(token)}
              onDelete={() => setOpen({ what: 'delete', token })}
            />
          )
        }
      />
      {open?.what === 'edit' && (
        <TokenDialog token={open.token} groups={made} defaultGroup={group} onSaved={saved} onClose={close} />
      )}
      {open?.what === 'rotate' && <RotateDialog token={open.token} onRotated={saved} onClose={close} />}
      {open?.what === 'key' && <KeyDialog name={open.name} value={open.key} onClose={close} />}
      {open?.what === 'delete' && (
        <ConfirmDialog
          title={t('tokens.deleteTitle', { name: open.token.name })}
          confirmLabel={t('tokens.delete')}
          onConfirm={() => remove(open.token)}
          onClose={close}
        >
          {t('tokens.deleteText', { start: open.token.key_shown })}
        </ConfirmDialog>
      )}
    </div>
  )
}
