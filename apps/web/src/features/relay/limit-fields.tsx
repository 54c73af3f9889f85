import { TextField } from '../../ui/text-field.tsx'
import {
  parseCount,
  periods,
  rateNames,
  readOptional,
  type Period,
  type QuotaDraft,
  type RateName,
  type RatesDraft,
} from './limits.ts'
import { parseMicros } from './money.ts'

/** How fast something may be used. A field says what is wrong with it once it was left. */
export function RateFields({ draft, onChange }: { draft: RatesDraft; onChange: (draft: RatesDraft) => void }) {
  const { t } = useTranslation('relay')
  const [left, setLeft] = useState<ReadonlySet<RateName>>(new Set())
  const isWrong = (name: RateName) => left.has(name) && readOptional(draft[name], parseCount) === undefined
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 font-semibold">{t('rates.title')}</legend>
      <div className="grid gap-3 md:grid-cols-3">
        {rateNames.map((name) => (
          <TextField
            key={name}
            label={t(`rates.${name}`)}
            inputMode="numeric"
            autoComplete="off"
            maxLength={15}
            value={draft[name]}
            error={isWrong(name) ? t('field.count') : undefined}
            onChange={({ target }) => onChange({ ...draft, [name]: target.value })}
            onBlur={() => setLeft(new Set([...left, name]))}
          />
        ))}
      </div>
      <p className="text-muted text-sm">{t('rates.hint')}</p>
    </fieldset>
  )
}

/** What may be spent. */
export function QuotaFields({ draft, onChange }: { draft: QuotaDraft; onChange: (draft: QuotaDraft) => void }) {
  const { t } = useTranslation('relay')
  const [left, setLeft] = useState<ReadonlySet<Period>>(new Set())
  const isWrong = (period: Period) => left.has(period) && readOptional(draft[period], parseMicros) === undefined
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 font-semibold">{t('quota.title')}</legend>
      <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
        {periods.map((period) => (
          <TextField
            key={period}
            label={t(`quota.${period}`)}
            inputMode="decimal"
            autoComplete="off"
            maxLength={20}
            value={draft[period]}
            error={isWrong(period) ? t('field.amount') : undefined}
            onChange={({ target }) => onChange({ ...draft, [period]: target.value })}
            onBlur={() => setLeft(new Set([...left, period]))}
          />
        ))}
      </div>
      <p className="text-muted text-sm">{t('quota.hint')}</p>
    </fieldset>
  )
}
