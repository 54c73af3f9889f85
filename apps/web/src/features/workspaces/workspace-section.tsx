import { Button } from '@chakra-ui/react'
import { builtInRoleNames } from '@parley/protocol/access'
import { isOpen, type OwnWorkspace } from '@parley/protocol/workspaces'
import { useErrorText } from '../../errors/error-text.ts'
import { ErrorState } from '../../ui/error-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useMay } from '../access/access-slice.ts'
import { InvitesSection } from './invites-section.tsx'
import { useOwnWorkspaces } from './use-own-workspaces.ts'

/** The workspaces one is in and, for who may, the invitations to this one. */
export function WorkspaceSection() {
  const { t } = useTranslation('workspaces')
  const errorText = useErrorText()
  const headingId = useId()
  const { loaded, open } = useOwnWorkspaces()
  const mayInvite = useMay('people:admin')
  if (loaded.status === 'loading') return <SkeletonRows rows={3} avatar={false} className="-mx-3" />
  if (loaded.status === 'failed') return <ErrorState message={errorText(loaded.error)} onRetry={loaded.retry} />
  return (
    <div className="flex flex-col gap-8">
      <section aria-labelledby={headingId}>
        <h3 id={headingId} className="mb-2 text-sm font-semibold">
          {t('own.title')}
        </h3>
        <ul className="flex flex-col">
          {loaded.data.items.map((workspace) => (
            <WorkspaceRow key={workspace.id} workspace={workspace} onOpen={() => open(workspace.id)} />
          ))}
        </ul>
      </section>
      {mayInvite && <InvitesSection />}
    </div>
  )
}

function WorkspaceRow({ workspace, onOpen }: { workspace: OwnWorkspace; onOpen: () => void }) {
  const { t } = useTranslation('workspaces')
  const { name, role, status, current } = workspace
  const known = builtInRoleNames.find((each) => each === role) ?? 'custom'
  return (
    <li className="border-subtle flex min-h-16 items-center gap-3 border-b py-2 last:border-b-0">
      <div className="min-w-0 flex-1">
        <p className="truncate font-semibold">{name}</p>
        <p className="text-muted truncate text-sm">{t(`role.${known}`)}</p>
      </div>
      {current && <span className="text-accent text-sm">{t('own.current')}</span>}
      {!current && !isOpen(status) && <span className="text-muted text-sm">{t('own.closed')}</span>}
      {!current && isOpen(status) && (
        <Button variant="outline" aria-label={t('own.openNamed', { name })} onClick={onOpen}>
          {t('own.open')}
        </Button>
      )}
    </li>
  )
}
