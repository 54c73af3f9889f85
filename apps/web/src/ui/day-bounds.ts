/** The first moment of a day as a date field writes it, where the reader is, some days on; null for no day. */
export function startOfDay(date: string, daysOn = 0): Date | null {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  const start = new Date(year, month - 1, day + daysOn)
  return date === '' || Number.isNaN(start.getTime()) ? null : start
}

/** The day of a moment as a date field writes it, where the reader is. */
export function dayOf(at: Date): string {
  const padded = (value: number) => String(value).padStart(2, '0')
  return `${at.getFullYear()}-${padded(at.getMonth() + 1)}-${padded(at.getDate())}`
}
