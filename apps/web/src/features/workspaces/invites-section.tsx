import { Button } from '@chakra-ui/react'
import { builtInRoleNames, type BuiltInRoleName } from '@parley/protocol/access'
import type { ResponseOf } from '@parley/protocol/contract'
import {
  createWorkspaceInvite,
  listWorkspaceInvites,
  withdrawWorkspaceInvite,
  type WorkspaceInvite,
} from '@parley/protocol/workspaces'
import { Copy, Trash2 } from 'lucide-react'
import type { FormEvent } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { showToast } from '../../ui/toast.tsx'
import { usePages, type LoadPage } from '../../ui/use-pages.ts'

const dayMs = 86_400_000
const expiries = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs }
type Expiry = keyof typeof expiries
const expiryNames: readonly Expiry[] = ['day', 'week', 'month']

/** Invitations to the workspace: a new one, and those that still work. */
export function InvitesSection() {
  const { t } = useTranslation('workspaces')
  const { rest } = useClient()
  const errorText = useErrorText()
  const headingId = useId()
  const load = useCallback<LoadPage<WorkspaceInvite>>(
    (cursor, signal) => rest.call(listWorkspaceInvites, { query: { cursor } }, { signal }),
    [rest],
  )
  const pages = usePages(load)

  const withdraw = async (id: string) => {
    pages.change((items) => items.filter((invite) => invite.id !== id))
    try {
      await rest.call(withdrawWorkspaceInvite, { params: { id } })
    } catch (error) {
      await showToast({ title: errorText(error) })
      pages.reload()
    }
  }
  return (
    <section aria-labelledby={headingId} className="flex flex-col gap-3">
      <h3 id={headingId} className="text-sm font-semibold">
        {t('invites.title')}
      </h3>
      <p className="text-muted text-sm">{t('invites.text')}</p>
      <NewInvite onMade={pages.reload} />
      <h4 className="mt-4 text-sm font-semibold">{t('invites.list')}</h4>
      {pages.status === 'loading' && <SkeletonRows rows={2} avatar={false} />}
      {pages.status === 'failed' && <ErrorState message={errorText(pages.error)} onRetry={pages.retry} />}
      {pages.status === 'ready' && pages.items.length === 0 && (
        <p className="text-muted text-sm">{t('invites.empty')}</p>
      )}
      <ul className="flex flex-col gap-1">
        {pages.items.map((invite) => (
          <InviteRow key={invite.id} invite={invite} onWithdraw={() => withdraw(invite.id)} />
        ))}
      </ul>
    </section>
  )
}

function NewInvite({ onMade }: { onMade: () => void }) {
  const { t } = useTranslation('workspaces')
  const { rest } = useClient()
  const errorText = useErrorText()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<BuiltInRoleName>('member')
  const [expiry, setExpiry] = useState<Expiry>('week')
  const [made, setMade] = useState<ResponseOf<typeof createWorkspaceInvite>>()
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)

  const make = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    const address = email.trim()
    try {
      const body = { role, expiresInMs: expiries[expiry], ...(address && { email: address }) }
      setMade(await rest.call(createWorkspaceInvite, { body }))
      setEmail('')
      onMade()
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={make} className="flex flex-col gap-3">
      <TextField
        label={t('invites.email')}
        hint={t('invites.emailHint')}
        type="email"
        autoComplete="off"
        maxLength={254}
        value={email}
        onChange={({ target }) => setEmail(target.value)}
      />
      <div className="grid grid-cols-2 gap-2">
        <SelectField
          label={t('invites.role')}
          value={role}
          options={builtInRoleNames.map((value) => ({ value, label: t(`role.${value}`) }))}
          onChange={setRole}
        />
        <SelectField
          label={t('invites.expiry.label')}
          value={expiry}
          options={expiryNames.map((value) => ({ value, label: t(`invites.expiry.${value}`) }))}
          onChange={setExpiry}
        />
      </div>
      <FormError message={problem} />
      <Button type="submit" variant="outline" disabled={busy}>
        {t('invites.make')}
      </Button>
      {made && <MadeInvite made={made} />}
    </form>
  )
}

function MadeInvite({ made: { invite, link, sent } }: { made: ResponseOf<typeof createWorkspaceInvite> }) {
  const { t } = useTranslation('workspaces')
  const copy = async () => {
    await navigator.clipboard.writeText(link)
    await showToast({ title: t('invites.copied') })
  }
  return (
    <div role="status" className="bg-accent-soft flex flex-col gap-1 rounded-md p-3">
      <p className="text-sm">{sent ? t('invites.sent', { email: invite.email ?? '' }) : t('invites.made')}</p>
      <div className="flex items-center gap-1">
        <code className="min-w-0 flex-1 text-sm break-all">{link}</code>
        <IconButton label={t('invites.copy')} onClick={() => void copy()}>
          <Copy />
        </IconButton>
      </div>
    </div>
  )
}

function InviteRow({ invite, onWithdraw }: { invite: WorkspaceInvite; onWithdraw: () => void }) {
  const { t, i18n } = useTranslation('workspaces')
  const who = invite.email ?? t('invites.anybody')
  const date = new Date(invite.expiresAt).toLocaleDateString(i18n.language, { dateStyle: 'medium' })
  const role = builtInRoleNames.find((each) => each === invite.role) ?? 'custom'
  return (
    <li className="flex items-center gap-1">
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm">{who}</p>
        <p className="text-muted truncate text-xs tabular-nums">
          {[t(`role.${role}`), t('invites.until', { date }), t('invites.used', { count: invite.uses })].join(' · ')}
        </p>
      </div>
      <IconButton label={t('invites.withdrawNamed', { who })} onClick={onWithdraw}>
        <Trash2 />
      </IconButton>
    </li>
  )
}
