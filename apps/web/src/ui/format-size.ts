const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** "412 KB", as the locale writes numbers. */
export function formatSize(bytes: number, locale: string): string {
  let value = bytes
  let unit = 0
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  const format = { style: 'unit', unit: units[unit] ?? 'byte', unitDisplay: unit === 0 ? 'long' : 'short' } as const
  const maximumFractionDigits = value >= 10 || unit === 0 ? 0 : 1
  // The short form writes "kB" in English; a file manager writes "KB".
  return value.toLocaleString(locale, { ...format, maximumFractionDigits }).replace('kB', 'KB')
}

/** "0:14", "1:02:30". */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1_000)
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  const [hours = 0, minutes = 0, rest = 0] = parts
  const padded = (value: number) => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${padded(minutes)}:${padded(rest)}` : `${minutes}:${padded(rest)}`
}

/** What a file is, in a word: its ending, or what its media type says. */
export const fileType = (name: string, mime: string) =>
  (/\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? mime.split('/')[1]?.split(/[;+.]/)[0] ?? '').toUpperCase()
