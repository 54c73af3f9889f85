import { Button } from '@chakra-ui/react'
import { Copy, Download } from 'lucide-react'
import { Dialog } from '../../ui/dialog.tsx'

/** The recovery codes, the one time they can be seen. */
export function RecoveryCodesDialog({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const [told, setTold] = useState<string>()
  const text = `${codes.join('\n')}\n`

  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setTold(t('security.copied'))
  }
  const download = () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
    link.download = 'parley-recovery-codes.txt'
    link.click()
    URL.revokeObjectURL(link.href)
  }

  return (
    <Dialog
      title={t('security.recoveryCodes')}
      onClose={onClose}
      footer={<Button onClick={onClose}>{t('security.kept')}</Button>}
    >
      <div className="flex flex-col gap-4">
        <p className="text-muted">{t('security.recoveryWhat')}</p>
        <ol
          aria-label={t('security.recoveryCodes')}
          className="bg-canvas border-subtle grid grid-cols-2 gap-x-4 gap-y-2 rounded-lg border p-4 text-center text-sm tabular-nums select-all max-[360px]:grid-cols-1"
        >
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ol>
        <div className="flex flex-wrap items-center gap-2">
          <Button variant="outline" onClick={() => copy().catch(() => setTold(t('security.copyFailed')))}>
            <Copy aria-hidden className="icon" />
            {t('security.copy')}
          </Button>
          <Button variant="outline" onClick={download}>
            <Download aria-hidden className="icon" />
            {t('security.download')}
          </Button>
          <span role="status" className="text-muted text-sm">
            {told}
          </span>
        </div>
      </div>
    </Dialog>
  )
}
