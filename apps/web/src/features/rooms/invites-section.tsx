import { Button } from '@chakra-ui/react'
import { createInvite, deleteInvite, listInvites, type RoomInvite } from '@parley/protocol/rooms'
import { Copy, Trash2 } from 'lucide-react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { showToast } from '../../ui/toast.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { SelectField } from '../../ui/select-field.tsx'

const dayMs = 86_400_000
const expiries = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs, never: undefined }
const uses = { one: 1, ten: 10, any: undefined }

const isKeyOf = <T extends object>(object: T, key: string): key is Extract<keyof T, string> =>
  Object.hasOwn(object, key)

const linkOf = ({ token }: RoomInvite) => `${location.origin}/invite/${token}`

/** Links that let people in, for whoever manages the room. */
export function InvitesSection({ roomId }: { roomId: string }) {
  const { t } = useTranslation('rooms')
  const { rest } = useClient()
  const errorText = useErrorText()
  const headingId = useId()
  const [withdrawing, setWithdrawing] = useState<RoomInvite>()
  const invites = useLoaded(
    useCallback((signal: AbortSignal) => rest.call(listInvites, { query: { roomId } }, { signal }), [rest, roomId]),
  )
  const reload = invites.status === 'ready' ? invites.reload : () => undefined

  const copy = async (invite: RoomInvite) => {
    await navigator.clipboard.writeText(linkOf(invite))
    await showToast({ title: t('settings.invites.copied') })
  }
  const withdraw = async ({ id }: RoomInvite) => {
    try {
      await rest.call(deleteInvite, { fields: { id } })
    } catch (error) {
      await showToast({ title: errorText(error) })
    }
    setWithdrawing(undefined)
    reload()
  }
  return (
    <section aria-labelledby={headingId} className="flex flex-col gap-3">
      <h3 id={headingId} className="text-sm font-semibold">
        {t('settings.invites.title')}
      </h3>
      <NewInvite roomId={roomId} onMade={reload} />
      {invites.status === 'loading' && <SkeletonRows rows={2} avatar={false} />}
      {invites.status === 'failed' && <ErrorState message={errorText(invites.error)} onRetry={invites.retry} />}
      {invites.status === 'ready' && invites.data.items.length === 0 && (
        <p className="text-muted text-sm">{t('settings.invites.empty')}</p>
      )}
      {invites.status === 'ready' && invites.data.items.length > 0 && (
        <ul className="flex flex-col gap-1">
          {invites.data.items.map((invite) => (
            <InviteRow
              key={invite.id}
              invite={invite}
              onCopy={() => void copy(invite)}
              onWithdraw={() => setWithdrawing(invite)}
            />
          ))}
        </ul>
      )}
      {withdrawing && (
        <ConfirmDialog
          title={t('settings.invites.withdrawTitle')}
          confirmLabel={t('settings.invites.withdraw')}
          onConfirm={() => withdraw(withdrawing)}
          onClose={() => setWithdrawing(undefined)}
        >
          {t('settings.invites.withdrawText')}
        </ConfirmDialog>
      )}
    </section>
  )
}

function NewInvite({ roomId, onMade }: { roomId: string; onMade: () => void }) {
  const { t } = useTranslation('rooms')
  const { rest } = useClient()
  const errorText = useErrorText()
  const [expiry, setExpiry] = useState<keyof typeof expiries>('week')
  const [usesMax, setUsesMax] = useState<keyof typeof uses>('any')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)

  const make = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      const body = { roomId, expiresInMs: expiries[expiry], usesMax: uses[usesMax] }
      await rest.call(createInvite, { body })
      onMade()
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="grid grid-cols-2 gap-2">
        <SelectField
          label={t('settings.invites.expiry.label')}
          value={expiry}
          options={Object.keys(expiries)
            .filter((key) => isKeyOf(expiries, key))
            .map((key) => ({ value: key, label: t(`settings.invites.expiry.${key}`) }))}
          onChange={setExpiry}
        />
        <SelectField
          label={t('settings.invites.uses.label')}
          value={usesMax}
          options={Object.keys(uses)
            .filter((key) => isKeyOf(uses, key))
            .map((key) => ({ value: key, label: t(`settings.invites.uses.${key}`) }))}
          onChange={setUsesMax}
        />
      </div>
      <FormError message={problem} />
      <Button variant="outline" disabled={busy} onClick={make}>
        {t('settings.invites.make')}
      </Button>
    </div>
  )
}

interface InviteRowProps {
  invite: RoomInvite
  onCopy: () => void
  onWithdraw: () => void
}

function InviteRow({ invite, onCopy, onWithdraw }: InviteRowProps) {
  const { t, i18n } = useTranslation('rooms')
  const { expiresAt, usesMax, uses: used } = invite
  const until =
    expiresAt === null
      ? t('settings.invites.forever')
      : t('settings.invites.until', {
          date: new Date(expiresAt).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }),
        })
  const usage =
    usesMax === null
      ? t('settings.invites.used', { count: used })
      : t('settings.invites.usedOf', { count: used, max: usesMax })
  return (
    <li className="flex items-center gap-1">
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm">{linkOf(invite).replace(/^https?:\/\//, '')}</p>
        <p className="text-muted truncate text-xs tabular-nums">
          {until} · {usage}
        </p>
      </div>
      <IconButton label={t('settings.invites.copy')} onClick={onCopy}>
        <Copy />
      </IconButton>
      <IconButton label={t('settings.invites.withdraw')} onClick={onWithdraw}>
        <Trash2 />
      </IconButton>
    </li>
  )
}
