/** Money travels in whole micro-units: a million of them are one unit of the installation's currency. */
const decimals = 6
const microsPerUnit = 10 ** decimals

/** Below it every sum of micro-units is exact. */
const microsMax = Number.MAX_SAFE_INTEGER

/** What somebody typed as an amount, in micro-units; null where it is none. Digit by digit, so nothing is rounded. */
export function parseMicros(text: string): number | null {
  const match = /^(\d+)?(?:\.(\d{1,6})?)?$/.exec(text.trim())
  const [, whole = '', fraction = ''] = match ?? []
  if (whole === '' && fraction === '') return null
  const micros = Number(`${whole}${fraction.padEnd(decimals, '0')}`)
  return micros <= microsMax ? micros : null
}

const partsOf = (micros: number) => {
  const size = Math.abs(micros)
  return { whole: Math.floor(size / microsPerUnit), fraction: String(size % microsPerUnit).padStart(decimals, '0') }
}

/** An amount as it is written for people: two decimals, and as many more as it has. All our languages write a point. */
export function formatMicros(micros: number, locale: string): string {
  const { whole, fraction } = partsOf(micros)
  return `${micros < 0 ? '−' : ''}${whole.toLocaleString(locale)}.${fraction.replace(/0{1,4}$/, '')}`
}

/** An amount as it stands in a field to be changed; empty for none. */
export function microsInput(micros: number | null | undefined): string {
  if (micros === null || micros === undefined) return ''
  const { whole, fraction } = partsOf(micros)
  const shown = fraction.replace(/0+$/, '')
  return shown === '' ? String(whole) : `${whole}.${shown}`
}
