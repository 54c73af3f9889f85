interface Bar {
  /** ISO 8601; when the span it stands for began. */
  at: string
  /** Null where there was nothing to measure. */
  value: number | null
}

interface BarChartProps {
  title: string
  /** What all of it comes to. */
  summary: string
  bars: readonly Bar[]
  /** Writes the beginning of a span. */
  labelOf: (at: string) => string
  formatValue: (value: number) => string
}

const chartHeightPx = 120
/** Of a bar that stands for little, next to none. */
const barHeightPxMin = 2

/** Bars from zero with their highest value named; behind it, the same as a table for who cannot see it. */
export function BarChart({ title, summary, bars, labelOf, formatValue }: BarChartProps) {
  const highest = Math.max(0, ...bars.map(({ value }) => value ?? 0))
  const written = (value: number | null) => (value === null ? '–' : formatValue(value))
  const [first, last] = [bars[0], bars.at(-1)]
  return (
    <figure className="border-subtle flex min-w-0 flex-col gap-3 rounded-lg border p-4">
      <figcaption className="flex items-baseline justify-between gap-2">
        <span className="font-semibold">{title}</span>
        <span className="text-muted text-sm tabular-nums">{summary}</span>
      </figcaption>
      <div aria-hidden className="text-muted border-subtle border-b text-xs tabular-nums">
        {highest > 0 ? formatValue(highest) : '\u00A0'}
      </div>
      <div
        aria-hidden
        className="border-strong -mt-3 flex items-end gap-0.5 border-b"
        style={{ height: chartHeightPx }}
      >
        {bars.map(({ at, value }) => (
          <div
            key={at}
            data-tooltip={`${labelOf(at)}: ${written(value)}`}
            className="hover:bg-hover flex h-full min-w-0 flex-1 items-end"
          >
            <div className="bg-accent w-full rounded-t-xs" style={{ height: barHeightPx(value ?? 0, highest) }} />
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
              <td>{written(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  )
}

const barHeightPx = (value: number, highest: number) =>
  value === 0 ? 0 : Math.max(barHeightPxMin, (value / highest) * chartHeightPx)
