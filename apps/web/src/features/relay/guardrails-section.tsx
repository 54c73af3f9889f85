import { Button } from '@chakra-ui/react'
import { deleteGuardrail, listGuardrails, updateGuardrail, type Guardrail } from '@parley/protocol/relay-settings'
import { Ellipsis, Pencil, Power, Trash2 } from 'lucide-react'
import { useClient } from '../../realtime/client-context.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { StateText } from '../../ui/state-text.tsx'
import { showToast } from '../../ui/toast.tsx'
import { usePages } from '../../ui/use-pages.ts'
import { GuardrailDialog } from './guardrail-dialog.tsx'
import { byNumber } from './numbered-pages.ts'
import { useRelayError } from './use-relay-error.ts'

/** Text that must not pass. */
export function GuardrailsSection() {
  const { t } = useTranslation(['relay', 'ui'])
  const { rest } = useClient()
  const errorText = useRelayError()
  const [edited, setEdited] = useState<Guardrail | 'new'>()
  const [deleting, setDeleting] = useState<Guardrail>()
  const pages = usePages(
    useMemo(
      () =>
        byNumber<Guardrail>(async (page, signal) => {
          const { data } = await rest.call(listGuardrails, { query: { ...page, order: 'name' } }, { signal })
          return { rows: data.guardrails, total: data.total }
        }),
      [rest],
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
  const turn = ({ id, status }: Guardrail) =>
    run(() =>
      rest.call(updateGuardrail, { params: { id }, body: { status: status === 'enabled' ? 'disabled' : 'enabled' } }),
    )
  return (
    <section className="flex flex-col gap-4">
      <div className="flex items-start justify-between gap-4">
        <div>
          <h3 className="text-lg font-semibold">{t('guardrails.title')}</h3>
          <p className="text-muted">{t('guardrails.text')}</p>
        </div>
        <Button variant="outline" onClick={() => setEdited('new')}>
          {t('guardrails.new')}
        </Button>
      </div>
      {pages.status === 'failed' && <ErrorState message={errorText(pages.error)} onRetry={pages.retry} />}
      {pages.status === 'loading' && pages.items.length === 0 && <SkeletonRows rows={2} avatar={false} />}
      {pages.status === 'ready' && pages.items.length === 0 && <p className="text-muted">{t('guardrails.none')}</p>}
      <ul className="flex flex-col gap-2">
        {pages.items.map((guardrail) => (
          <GuardrailRow
            key={guardrail.id}
            guardrail={guardrail}
            onEdit={() => setEdited(guardrail)}
            onTurn={() => void turn(guardrail)}
            onDelete={() => setDeleting(guardrail)}
          />
        ))}
      </ul>
      {pages.nextCursor !== null && (
        <Button variant="outline" className="self-center" onClick={pages.loadMore}>
          {t('ui:table.more')}
        </Button>
      )}
      {edited !== undefined && (
        <GuardrailDialog
          guardrail={edited === 'new' ? null : edited}
          onClose={() => setEdited(undefined)}
          onSaved={() => {
            setEdited(undefined)
            pages.reload()
          }}
        />
      )}
      {deleting && (
        <ConfirmDialog
          title={t('guardrails.deleteTitle', { name: deleting.name })}
          confirmLabel={t('guardrails.delete')}
          onConfirm={() => run(() => rest.call(deleteGuardrail, { params: { id: deleting.id }, query: {} }))}
          onClose={() => setDeleting(undefined)}
        >
          {t('guardrails.deleteText')}
        </ConfirmDialog>
      )}
    </section>
  )
}

interface GuardrailRowProps {
  guardrail: Guardrail
  onEdit: () => void
  onTurn: () => void
  onDelete: () => void
}

function GuardrailRow({ guardrail, onEdit, onTurn, onDelete }: GuardrailRowProps) {
  const { t } = useTranslation('relay')
  const { name, status, kind, matches, action, direction, group } = guardrail
  const about = [
    t(`guardrails.kinds.${kind}`),
    t('guardrails.count', { count: matches.length }),
    t(`guardrails.actions.${action}`),
    t(`guardrails.directions.${direction}`),
    group ?? t('guardrails.everybody'),
  ]
  return (
    <li className="border-subtle flex items-center gap-3 rounded-lg border p-3 pl-4">
      <div className="min-w-0 flex-1">
        <span className="block truncate font-semibold">{name}</span>
        <span className="text-muted block text-sm">{about.join(' · ')}</span>
      </div>
      <StateText tone={status === 'enabled' ? 'good' : 'off'}>{t(`status.${status}`)}</StateText>
      <Menu
        trigger={
          <IconButton label={t('actions', { name })}>
            <Ellipsis />
          </IconButton>
        }
        groups={[
          [
            { id: 'edit', label: t('edit'), icon: <Pencil />, run: onEdit },
            { id: 'turn', label: status === 'enabled' ? t('turnOff') : t('turnOn'), icon: <Power />, run: onTurn },
          ],
          [{ id: 'delete', label: t('guardrails.delete'), icon: <Trash2 />, danger: true, run: onDelete }],
        ]}
      />
    </li>
  )
}
