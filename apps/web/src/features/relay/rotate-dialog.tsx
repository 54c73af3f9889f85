import { rotateToken, type RelayToken } from '@parley/protocol/relay'
import { useClient } from '../../realtime/client-context.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { FormDialog } from './form-dialog.tsx'

const overlapSeconds = { none: 0, hour: 3_600, day: 86_400, week: 604_800 }
type Overlap = keyof typeof overlapSeconds
const overlaps: readonly Overlap[] = ['none', 'hour', 'day', 'week']

interface RotateDialogProps {
  token: RelayToken
  onRotated: (token: RelayToken) => void
  onClose: () => void
}

/** Gives a token a new key, while the old one may go on for a time. */
export function RotateDialog({ token, onRotated, onClose }: RotateDialogProps) {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const [overlap, setOverlap] = useState<Overlap>('day')
  const rotate = async () => {
    const { group, id } = token
    const body = { overlap_seconds: overlapSeconds[overlap] }
    const { data } = await rest.call(rotateToken, { params: { group, id }, body })
    onRotated(data)
  }
  return (
    <FormDialog
      title={t('tokens.rotateTitle', { name: token.name })}
      submitLabel={t('tokens.rotate')}
      isReady
      size="sm"
      onSubmit={rotate}
      onClose={onClose}
    >
      <p className="text-muted">{t('tokens.rotateText')}</p>
      <SelectField
        inForm
        label={t('tokens.overlapLabel')}
        value={overlap}
        options={overlaps.map((value) => ({ value, label: t(`tokens.overlapFor.${value}`) }))}
        onChange={setOverlap}
      />
    </FormDialog>
  )
}
