import type { Quota, Used } from '@parley/protocol/relay-fields'
import { rateNames, periods, type Rates } from './limits.ts'
import { formatMicros } from './money.ts'

/** Models in a table: the first few by name. */
export function ModelsCell({ models }: { models: readonly string[] | null }) {
  const { t } = useTranslation('relay')
  if (models === null) return <span className="text-muted">{t('all')}</span>
  const names = models.slice(0, 2).join(', ')
  const rest = models.length - 2
  return (
    <span title={models.join(', ')}>{rest > 0 ? t('models.more', { names, count: rest }) : names || t('none')}</span>
  )
}

export function RatesCell({ rates }: { rates: Rates }) {
  const { t, i18n } = useTranslation('relay')
  const set = rateNames.flatMap((name) => {
    const count = rates[name]
    return count === null ? [] : [t(`rates.short.${name}`, { count: count.toLocaleString(i18n.language) })]
  })
  if (set.length === 0) return <span className="text-muted">–</span>
  return set.map((text) => (
    <span key={text} className="block text-sm">
      {text}
    </span>
  ))
}

/** The budget of which most is spent, and how much; without one, what was spent ever. */
export function SpentCell({ quota, used }: { quota: Quota; used: Used }) {
  const { t, i18n } = useTranslation('relay')
  const amount = (micros: number) => formatMicros(micros, i18n.language)
  const tightest = periods
    .flatMap((period) => {
      const limit = quota[period]
      return limit === null ? [] : [{ period, limit, share: limit === 0 ? 1 : used[period] / limit }]
    })
    .toSorted((one, other) => other.share - one.share)[0]
  if (!tightest) return amount(used.total)
  const { period, limit, share } = tightest
  const tone = share >= 1 ? 'bg-danger' : share >= 0.8 ? 'bg-warning' : 'bg-accent'
  return (
    <span className="inline-flex max-w-full flex-col gap-1">
      <span>{t(`quota.of.${period}`, { used: amount(used[period]), limit: amount(limit) })}</span>
      <span aria-hidden className="bg-subtle block h-1.5 w-full overflow-hidden rounded-full">
        <span className={`block h-full rounded-full ${tone}`} style={{ width: `${Math.min(1, share) * 100}%` }} />
      </span>
    </span>
  )
}
