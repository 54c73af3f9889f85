import { Button } from '@chakra-ui/react'
import type { ResponseOf } from '@parley/protocol/contract'
import { createResetLink } from '@parley/protocol/identity'
import type { PublicUser } from '@parley/protocol/people'
import { Copy } from 'lucide-react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { showToast } from '../../ui/toast.tsx'

/** A link for a new password, to be handed on where no mail is sent. Made only when it is asked for: it opens an account. */
export function ResetLinkDialog({ user, onClose }: { user: PublicUser; onClose: () => void }) {
  const { t, i18n } = useTranslation('admin')
  const { rest } = useClient()
  const errorText = useErrorText()
  const [made, setMade] = useState<ResponseOf<typeof createResetLink>>()
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)

  const make = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      setMade(await rest.call(createResetLink, { params: { id: user.id } }))
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  const copy = async (link: string) => {
    await navigator.clipboard.writeText(link)
    await showToast({ title: t('reset.copied') })
  }
  const until =
    made && new Date(made.expiresAt).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <Dialog
      title={t('reset.title', { name: user.displayName })}
      onClose={onClose}
      footer={
        made ? (
          <Button onClick={onClose}>{t('reset.done')}</Button>
        ) : (
          <Button disabled={busy} onClick={make}>
            {t('reset.make')}
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-muted">{made ? t('reset.made', { until }) : t('reset.text')}</p>
        {made && (
          <div className="bg-accent-soft flex items-center gap-1 rounded-md p-3">
            <code className="min-w-0 flex-1 text-sm break-all">{made.link}</code>
            <IconButton label={t('reset.copy')} onClick={() => void copy(made.link)}>
              <Copy />
            </IconButton>
          </div>
        )}
        <FormError message={problem} />
      </div>
    </Dialog>
  )
}
