interface Bar {
  /** ISO 8601; when the span it stands for began. */
  at: string
  value: number
}

interface BarChartProps {
  title: string
  bars: readonly Bar[]
  /** Writes the beginning of a span. */
  labelOf: (at: string) => string
  valueLabel: string
}

const chartHeightPx = 120

/** Bars from zero with their highest value named; behind it, the same as a table for who cannot see it. */
export function BarChart({ title, bars, labelOf, valueLabel }: BarChartProps) {
  const { i18n } = useTranslation('admin')
  const most = Math.max(1, ...bars.map(({ value }) => value))
  const number = (value: number) => value.toLocaleString(i18n.language)
  const [first, last] = [bars[0], bars.at(-1)]
  return (
    <figure className="border-subtle flex min-w-0 flex-col gap-3 rounded-lg border p-4">
      <figcaption className="flex items-baseline justify-between gap-2">
        <span className="font-semibold">{title}</span>
        <span className="text-muted text-sm tabular-nums">
          {number(bars.reduce((sum, { value }) => sum + value, 0))} {valueLabel}
        </span>
      </figcaption>
      <div aria-hidden className="border-strong flex items-end gap-0.5 border-b" style={{ height: chartHeightPx }}>
        {bars.map(({ at, value }) => (
          <div
            key={at}
            data-tooltip={`${labelOf(at)}: ${number(value)}`}
            className="hover:bg-hover flex h-full min-w-0 flex-1 items-end"
          >
            <div
              className="bg-accent w-full rounded-t-xs"
              style={{ height: value === 0 ? 0 : Math.max(2, (value / most) * chartHeightPx) }}
            />
          </div>
        ))}
      </div>
      <div aria-hidden className="text-muted flex justify-between text-xs">
        <span>{first && labelOf(first.at)}</span>
        <span>{last && labelOf(last.at)}</span>
      </div>
      <table className="sr-only">
        <caption>{title}</caption>
        <tbody>
          {bars.map(({ at, value }) => (
            <tr key={at}>
              <th scope="row">{labelOf(at)}</th>
              <td>{number(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  )
}
