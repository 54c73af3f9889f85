import { Button } from '@chakra-ui/react'
import type { RelayDashboard, UsagePoint, UsageSums } from '@parley/protocol/relay-usage'
import { ChartColumn } from 'lucide-react'
import { Link } from 'wouter'
import { BarChart } from '../../ui/bar-chart.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FigureTile } from '../../ui/figure-tile.tsx'
import { formatSpan } from '../../ui/format-span.ts'
import { formatMicros } from './money.ts'
import { UsageShares } from './usage-shares.tsx'

/** Sums, what they were made of over time, and whose they are. */
export function UsageView({ usage }: { usage: RelayDashboard }) {
  const { t } = useTranslation('relay')
  if (usage.totals.requests === 0)
    return (
      <EmptyState
        icon={<ChartColumn />}
        title={t('usage.none')}
        action={
          <Button asChild variant="outline">
            <Link to="/relay/tokens">{t('usage.toTokens')}</Link>
          </Button>
        }
      >
        {t('usage.noneText')}
      </EmptyState>
    )
  return (
    <>
      <Totals totals={usage.totals} />
      <Charts usage={usage} />
      <UsageShares usage={usage} />
    </>
  )
}

/** Writes what is measured, in the reader's language. */
function useFigures() {
  const { i18n } = useTranslation('relay')
  return {
    number: (value: number) => value.toLocaleString(i18n.language),
    amount: (micros: number) => formatMicros(micros, i18n.language),
    span: (ms: number) => formatSpan(ms, i18n.language),
    share: (part: number, whole: number) =>
      (whole === 0 ? 0 : part / whole).toLocaleString(i18n.language, { style: 'percent', maximumFractionDigits: 1 }),
  }
}

function Totals({ totals }: { totals: UsageSums }) {
  const { t } = useTranslation('relay')
  const { number, amount, span, share } = useFigures()
  const { requests, errors, input_tokens: input, output_tokens: output, cost } = totals
  const { first_token_ms: firstTokenMs, duration_ms: durationMs } = totals
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <FigureTile
        label={t('usage.requests')}
        value={number(requests)}
        note={
          errors === 0 ? t('usage.noneFailed') : t('usage.failed', { count: errors, rate: share(errors, requests) })
        }
      />
      <FigureTile
        label={t('usage.tokens')}
        value={number(input + output)}
        note={t('usage.inOut', { input: number(input), output: number(output) })}
      />
      <FigureTile
        label={t('usage.cost')}
        value={amount(cost)}
        note={t('usage.perCall', { cost: amount(Math.round(cost / requests)) })}
      />
      <FigureTile
        label={t('usage.firstToken')}
        value={firstTokenMs === null ? '–' : span(firstTokenMs)}
        note={durationMs === null ? undefined : t('usage.duration', { duration: span(durationMs) })}
      />
    </dl>
  )
}

function Charts({ usage: { series, step, totals } }: { usage: RelayDashboard }) {
  const { t, i18n } = useTranslation('relay')
  const { number, amount, span } = useFigures()
  const format =
    step === 'hour'
      ? new Intl.DateTimeFormat(i18n.language, { hour: '2-digit', minute: '2-digit', hour12: false })
      : new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short', timeZone: 'UTC' })
  const labelOf = (at: string) => format.format(new Date(at))
  const bars = (valueOf: (point: UsagePoint) => number | null) =>
    series.map((point) => ({ at: new Date(point.at).toISOString(), value: valueOf(point) }))
  const { requests, input_tokens: input, output_tokens: output, cost, first_token_ms: firstTokenMs } = totals
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <BarChart
        title={t('usage.requests')}
        summary={number(requests)}
        bars={bars((point) => point.requests)}
        labelOf={labelOf}
        formatValue={number}
      />
      <BarChart
        title={t('usage.tokens')}
        summary={number(input + output)}
        bars={bars((point) => point.input_tokens + point.output_tokens)}
        labelOf={labelOf}
        formatValue={number}
      />
      <BarChart
        title={t('usage.cost')}
        summary={amount(cost)}
        bars={bars((point) => point.cost)}
        labelOf={labelOf}
        formatValue={amount}
      />
      <BarChart
        title={t('usage.firstToken')}
        summary={firstTokenMs === null ? '–' : `${t('usage.average')} ${span(firstTokenMs)}`}
        bars={bars((point) => point.first_token_ms)}
        labelOf={labelOf}
        formatValue={span}
      />
    </div>
  )
}
