import { Button } from '@chakra-ui/react'
import {
  isOpen,
  listWorkspaces,
  updateWorkspace,
  workspaceStatuses,
  type Workspace,
  type WorkspaceStatus,
} from '@parley/protocol/workspaces'
import { Building2, Pencil } from 'lucide-react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { formatSize } from '../../ui/format-size.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { showToast } from '../../ui/toast.tsx'
import { useDebounced } from '../../ui/use-debounced.ts'
import { usePages, type LoadPage } from '../../ui/use-pages.ts'
import { WorkspaceDialog } from './workspace-dialog.tsx'

const anyStatus = 'any'
const searchPauseMs = 200

/** Every workspace of the installation, for who runs it. */
export default function WorkspacesPage() {
  const { t } = useTranslation('workspaces')
  const { rest } = useClient()
  const errorText = useErrorText()
  const [text, setText] = useState('')
  const [status, setStatus] = useState<WorkspaceStatus | typeof anyStatus>(anyStatus)
  const [edited, setEdited] = useState<Workspace | 'new'>()
  const [closing, setClosing] = useState<Workspace>()
  const query = useDebounced(text.trim(), searchPauseMs)
  const load = useCallback<LoadPage<Workspace>>(
    (cursor, signal) =>
      rest.call(
        listWorkspaces,
        { query: { cursor, ...(query && { query }), ...(status !== anyStatus && { status }) } },
        { signal },
      ),
    [rest, query, status],
  )
  const pages = usePages(load)

  const turn = async (workspace: Workspace, next: WorkspaceStatus) => {
    try {
      await rest.call(updateWorkspace, { params: { id: workspace.id }, body: { status: next } })
    } catch (error) {
      await showToast({ title: errorText(error) })
    }
    setClosing(undefined)
    pages.reload()
  }
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-48 flex-1">
          <SearchField label={t('admin.search')} value={text} maxLength={80} onChange={setText} />
        </div>
        <SelectField
          label={t('admin.status')}
          value={status}
          options={[
            { value: anyStatus, label: t('admin.anyStatus') },
            ...workspaceStatuses.map((value) => ({ value, label: t(`status.${value}`) })),
          ]}
          onChange={setStatus}
        />
        <Button onClick={() => setEdited('new')}>{t('admin.new')}</Button>
      </div>
      {pages.status === 'loading' && pages.items.length === 0 && <SkeletonRows rows={4} avatar={false} />}
      {pages.status === 'failed' && <ErrorState message={errorText(pages.error)} onRetry={pages.retry} />}
      {pages.status === 'ready' && pages.items.length === 0 && (
        <EmptyState icon={<Building2 />} title={t('admin.none')} />
      )}
      <ul className="flex flex-col gap-2">
        {pages.items.map((workspace) => (
          <WorkspaceCard
            key={workspace.id}
            workspace={workspace}
            onEdit={() => setEdited(workspace)}
            onSuspend={() => setClosing(workspace)}
            onOpen={() => void turn(workspace, 'active')}
          />
        ))}
      </ul>
      {pages.nextCursor !== null && (
        <Button variant="outline" className="self-center" onClick={pages.loadMore}>
          {t('admin.more')}
        </Button>
      )}
      {edited !== undefined && (
        <WorkspaceDialog
          workspace={edited === 'new' ? null : edited}
          onClose={() => setEdited(undefined)}
          onSaved={pages.reload}
        />
      )}
      {closing && (
        <ConfirmDialog
          title={t('admin.suspendTitle', { name: closing.name })}
          confirmLabel={t('admin.suspend')}
          onConfirm={() => turn(closing, 'suspended')}
          onClose={() => setClosing(undefined)}
        >
          {t('admin.suspendText', { count: closing.memberCount })}
        </ConfirmDialog>
      )}
    </div>
  )
}

interface WorkspaceCardProps {
  workspace: Workspace
  onEdit: () => void
  onSuspend: () => void
  onOpen: () => void
}

function WorkspaceCard({ workspace, onEdit, onSuspend, onOpen }: WorkspaceCardProps) {
  const { t, i18n } = useTranslation('workspaces')
  const { name, slug, status, memberCount, membersMax, storageBytes, storageBytesMax } = workspace
  const isInUse = isOpen(status)
  const members =
    membersMax === null
      ? t('admin.members', { count: memberCount })
      : t('admin.membersOf', { count: memberCount, max: membersMax })
  const size = formatSize(storageBytes, i18n.language)
  const storage =
    storageBytesMax === null ? size : t('admin.storageOf', { size, max: formatSize(storageBytesMax, i18n.language) })
  return (
    <li className="border-subtle flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border p-4">
      <div className="min-w-0 flex-[1_1_220px]">
        <h3 className="truncate font-semibold">{name}</h3>
        <p className="text-muted truncate text-sm tabular-nums">{[slug, members, storage].join(' · ')}</p>
      </div>
      <span className={isInUse ? 'text-accent text-sm' : 'text-danger text-sm'}>{t(`status.${status}`)}</span>
      <div className="flex items-center gap-1">
        {isInUse ? (
          <Button variant="outline" aria-label={t('admin.suspendNamed', { name })} onClick={onSuspend}>
            {t('admin.suspend')}
          </Button>
        ) : (
          <Button variant="outline" aria-label={t('admin.openNamed', { name })} onClick={onOpen}>
            {t('admin.open')}
          </Button>
        )}
        <IconButton label={t('admin.editNamed', { name })} onClick={onEdit}>
          <Pencil />
        </IconButton>
      </div>
    </li>
  )
}
