import type { RelayDashboard, UsageShare } from '@parley/protocol/relay-usage'
import { formatSpan } from '../../ui/format-span.ts'
import { SelectField } from '../../ui/select-field.tsx'
import { oneOf, useTableState } from '../../ui/use-table-state.ts'
import { formatMicros } from './money.ts'

const kinds = ['model', 'token', 'channel', 'group'] as const

/** Who or what used how much, what cost most first. */
export function UsageShares({ usage }: { usage: RelayDashboard }) {
  const { t } = useTranslation('relay')
  const { valueOf, set } = useTableState<'by'>({ sort: '', order: 'desc' })
  const kind = oneOf(kinds, valueOf('by')) ?? 'model'
  const shares = { model: usage.by_model, token: usage.by_token, channel: usage.by_channel, group: usage.by_group }
  return (
    <section className="flex flex-col gap-3">
      <div className="self-start">
        <SelectField
          label={t('usage.by.label')}
          value={kind}
          options={kinds.map((value) => ({ value, label: t(`usage.by.${value}`) }))}
          onChange={(value) => set('by', value)}
        />
      </div>
      <ShareTable label={t(`usage.by.${kind}`)} shares={shares[kind]} />
    </section>
  )
}

const numberCell = 'py-2 pl-4 text-right tabular-nums whitespace-nowrap'
const onDesktop = 'hidden md:table-cell'

function ShareTable({ label, shares }: { label: string; shares: readonly UsageShare[] }) {
  const { t, i18n } = useTranslation('relay')
  const number = (value: number) => value.toLocaleString(i18n.language)
  const most = Math.max(1, ...shares.map(({ requests }) => requests))
  return (
    <table aria-label={label} className="w-full border-collapse text-left">
      <thead className="text-muted border-subtle border-b text-sm">
        <tr>
          <th scope="col" className="py-2 font-semibold">
            {label}
          </th>
          <th scope="col" className={`${numberCell} font-semibold`}>
            {t('usage.requests')}
          </th>
          <th scope="col" className={`${numberCell} ${onDesktop} font-semibold`}>
            {t('usage.errors')}
          </th>
          <th scope="col" className={`${numberCell} ${onDesktop} font-semibold`}>
            {t('usage.tokens')}
          </th>
          <th scope="col" className={`${numberCell} ${onDesktop} font-semibold`}>
            {t('usage.firstToken')}
          </th>
          <th scope="col" className={`${numberCell} font-semibold`}>
            {t('usage.cost')}
          </th>
        </tr>
      </thead>
      <tbody>
        {shares.map((share) => (
          <tr key={`${share.id ?? ''} ${share.name}`} className="border-subtle border-b">
            <th scope="row" className="w-full max-w-0 py-2 font-normal">
              <span className="block truncate">{share.name || t('usage.noChannel')}</span>
              <span
                aria-hidden
                className="bg-accent mt-1 block h-1 rounded-full"
                style={{ width: `${(share.requests / most) * 100}%` }}
              />
            </th>
            <td className={numberCell}>{number(share.requests)}</td>
            <td className={`${numberCell} ${onDesktop}`}>{number(share.errors)}</td>
            <td className={`${numberCell} ${onDesktop}`}>{number(share.input_tokens + share.output_tokens)}</td>
            <td className={`${numberCell} ${onDesktop}`}>
              {share.first_token_ms === null ? '–' : formatSpan(share.first_token_ms, i18n.language)}
            </td>
            <td className={numberCell}>{formatMicros(share.cost, i18n.language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
