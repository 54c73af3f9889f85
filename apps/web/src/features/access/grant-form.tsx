import { Button } from '@chakra-ui/react'
import { actions, type Action } from '@parley/protocol/access'
import type { FormEvent } from 'react'
import { FormError } from '../../ui/form-error.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { useMayGrant } from './access-slice.ts'
import { permissionOf, subjects, type Subject } from './permission-names.ts'
import { useAccessError } from './use-access-error.ts'

const hourMs = 3_600_000
const expiries = { never: null, hour: hourMs, day: 24 * hourMs, week: 168 * hourMs, month: 720 * hourMs }
type Expiry = keyof typeof expiries
const expiryNames: readonly Expiry[] = ['never', 'hour', 'day', 'week', 'month']

/** When something granted now ends; null for never. */
const endOf = (expiry: Expiry) => {
  const lastsMs = expiries[expiry]
  return lastsMs === null ? null : new Date(Date.now() + lastsMs).toISOString()
}

interface GrantFormProps {
  /** Whether it may be granted for a time. */
  hasExpiry?: boolean
  onGrant: (permission: string, expiresAt: string | null) => Promise<void>
}

/** Grants one more permission, of those one holds. */
export function GrantForm({ hasExpiry = false, onGrant }: GrantFormProps) {
  const { t } = useTranslation('access')
  const errorText = useAccessError()
  const mayGrant = useMayGrant()
  const allowed = (subject: Subject) => actions.filter((action) => mayGrant(permissionOf(subject, action)))
  const offered = subjects.filter((subject) => allowed(subject).length > 0)
  const [wantedSubject, setSubject] = useState<Subject>('rooms')
  const [wantedAction, setAction] = useState<Action>('read')
  const [expiry, setExpiry] = useState<Expiry>('never')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const subject = offered.find((each) => each === wantedSubject) ?? offered[0]
  if (!subject) return null
  const action = allowed(subject).find((each) => each === wantedAction) ?? allowed(subject)[0]
  if (!action) return null

  const grant = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    try {
      await onGrant(permissionOf(subject, action), endOf(expiry))
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={grant} aria-label={t('grant.add')} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-32 flex-1">
          <SelectField
            label={t('grant.what')}
            value={subject}
            options={offered.map((value) => ({ value, label: t(`resource.${value === '*' ? 'all' : value}`) }))}
            onChange={setSubject}
          />
        </div>
        <div className="min-w-32 flex-1">
          <SelectField
            label={t('grant.action')}
            value={action}
            options={allowed(subject).map((value) => ({ value, label: t(`action.${value}`) }))}
            onChange={setAction}
          />
        </div>
        {hasExpiry && (
          <div className="min-w-32 flex-1">
            <SelectField
              label={t('grant.expiry.label')}
              value={expiry}
              options={expiryNames.map((value) => ({ value, label: t(`grant.expiry.${value}`) }))}
              onChange={setExpiry}
            />
          </div>
        )}
        <Button type="submit" disabled={busy}>
          {t('grant.give')}
        </Button>
      </div>
      <FormError message={problem} />
    </form>
  )
}
