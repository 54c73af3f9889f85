/** How long something took: "240 ms", "1.25 sec". */
export function formatSpan(ms: number, locale: string): string {
  const inSeconds = ms >= 1_000
  return (inSeconds ? ms / 1_000 : Math.round(ms)).toLocaleString(locale, {
    style: 'unit',
    unit: inSeconds ? 'second' : 'millisecond',
    unitDisplay: 'short',
    maximumFractionDigits: ms < 10_000 ? 2 : 0,
  })
}
