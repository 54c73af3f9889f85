import { Button } from '@chakra-ui/react'
import { deleteModelConfig, listModelConfigs, type ModelConfig } from '@parley/protocol/relay-models'
import { Ellipsis, Pencil, Tags, Trash2 } from 'lucide-react'
import { useClient } from '../../realtime/client-context.tsx'
import { DataTable, type Column } from '../../ui/data-table.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { TableSearch } from '../../ui/table-search.tsx'
import { showToast } from '../../ui/toast.tsx'
import { usePages } from '../../ui/use-pages.ts'
import { useTableState } from '../../ui/use-table-state.ts'
import { ModelDialog } from './model-dialog.tsx'
import { formatMicros } from './money.ts'
import { byNumber } from './numbered-pages.ts'
import { rateNames } from './price-draft.ts'
import { useRelayError } from './use-relay-error.ts'

/** The models with what they cost now. */
export default function ModelsPage() {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const errorText = useRelayError()
  const { valueOf, set, sorting } = useTableState<'query'>({ sort: 'model', order: 'asc' })
  const [edited, setEdited] = useState<ModelConfig | 'new'>()
  const [removing, setRemoving] = useState<ModelConfig>()
  const query = valueOf('query')
  const order = sorting.order === 'desc' ? '-model' : 'model'
  const pages = usePages(
    useMemo(
      () =>
        byNumber<ModelConfig>(async (page, signal) => {
          const asked = { ...page, order, ...(query && { query }) } as const
          const { data } = await rest.call(listModelConfigs, { query: asked }, { signal })
          return { rows: data.models, total: data.total }
        }),
      [rest, query, order],
    ),
  )
  const columns = useColumns()
  const remove = async ({ model }: ModelConfig) => {
    try {
      await rest.call(deleteModelConfig, { params: { model }, query: {} })
    } catch (error) {
      await showToast({ title: errorText(error) })
    }
    setRemoving(undefined)
    pages.reload()
  }
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-2">
        <TableSearch label={t('prices.search')} value={query} onChange={(value) => set('query', value)} />
        <Button onClick={() => setEdited('new')}>{t('prices.new')}</Button>
      </div>
      <DataTable
        label={t('section.models')}
        pages={pages}
        keyOf={({ model }) => model}
        sorting={sorting}
        columns={columns}
        empty={
          query ? (
            <EmptyState icon={<Tags />} title={t('prices.noMatch')} />
          ) : (
            <EmptyState icon={<Tags />} title={t('prices.none')}>
              {t('prices.noneText')}
            </EmptyState>
          )
        }
        renderActions={(config) => (
          <Menu
            trigger={
              <IconButton label={t('actions', { name: config.model })}>
                <Ellipsis />
              </IconButton>
            }
            groups={[
              [{ id: 'edit', label: t('edit'), icon: <Pencil />, run: () => setEdited(config) }],
              config.price === null
                ? []
                : [
                    {
                      id: 'remove',
                      label: t('prices.remove'),
                      icon: <Trash2 />,
                      danger: true,
                      run: () => setRemoving(config),
                    },
                  ],
            ]}
          />
        )}
      />
      {edited !== undefined && (
        <ModelDialog
          config={edited === 'new' ? null : edited}
          onClose={() => setEdited(undefined)}
          onSaved={() => {
            setEdited(undefined)
            pages.reload()
          }}
        />
      )}
      {removing && (
        <ConfirmDialog
          title={t('prices.removeTitle', { model: removing.model })}
          confirmLabel={t('prices.remove')}
          onConfirm={() => remove(removing)}
          onClose={() => setRemoving(undefined)}
        >
          {t('prices.removeText')}
        </ConfirmDialog>
      )}
    </div>
  )
}

function useColumns(): Column<ModelConfig>[] {
  const { t, i18n } = useTranslation('relay')
  const amount = (micros: number | undefined) => (micros === undefined ? '–' : formatMicros(micros, i18n.language))
  const perMillion = (price: string) => t('prices.perMillion', { price })
  return [
    {
      id: 'model',
      label: t('prices.model'),
      isSortable: true,
      renderCell: ({ model, channels }) => (
        <>
          <span className="block truncate font-semibold">{model}</span>
          {channels === 0 && <span className="text-muted block text-sm font-normal">{t('prices.noChannel')}</span>}
        </>
      ),
    },
    {
      id: 'input',
      label: perMillion(t('prices.input')),
      isNumber: true,
      renderCell: ({ price }) => (price === null ? <Muted>{t('prices.free')}</Muted> : amount(price.input)),
    },
    {
      id: 'output',
      label: perMillion(t('prices.output')),
      isNumber: true,
      renderCell: ({ price }) => (price === null ? '–' : amount(price.output)),
    },
    { id: 'more', label: t('prices.more'), renderCell: ({ price }) => <AlsoPriced price={price} /> },
    {
      id: 'since',
      label: t('prices.since'),
      renderCell: ({ valid_from: from }) =>
        from === null ? '–' : new Date(from).toLocaleDateString(i18n.language, { dateStyle: 'medium' }),
    },
    {
      id: 'cap',
      label: t('prices.cap'),
      isNumber: true,
      renderCell: ({ output_tokens_max: cap }) => cap?.toLocaleString(i18n.language) ?? '–',
    },
  ]
}

function Muted({ children }: { children: string }) {
  return <span className="text-muted">{children}</span>
}

function AlsoPriced({ price }: Pick<ModelConfig, 'price'>) {
  const { t } = useTranslation('relay')
  if (price === null) return '–'
  const names = rateNames.slice(2).flatMap((name) => (price[name] === undefined ? [] : [t(`prices.rate.${name}`)]))
  if (price.tiers) names.push(t('prices.tiers', { count: price.tiers.length }))
  return names.length === 0 ? '–' : <span className="text-sm">{names.join(', ')}</span>
}
