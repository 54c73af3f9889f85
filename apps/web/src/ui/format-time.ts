const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

interface RelativeOptions {
  nowMs: number
  locale: string
  length: 'short' | 'long'
  /** What is said of less than a minute ago; `Intl` would say "now", which reads wrong after "last seen". */
  justNow: string
}

/** "in a moment" would be a clock that is off, so the future reads as just now. */
export const formatRelative = (at: string, { nowMs, locale, length, justNow }: RelativeOptions) => {
  const date = new Date(at)
  const agoMs = Math.max(0, nowMs - date.getTime())
  const relative = new Intl.RelativeTimeFormat(locale, {
    numeric: 'auto',
    style: length === 'short' ? 'narrow' : 'long',
  })
  if (agoMs < minuteMs) return justNow
  if (agoMs < hourMs) return relative.format(-Math.floor(agoMs / minuteMs), 'minute')
  if (agoMs < dayMs) return relative.format(-Math.floor(agoMs / hourMs), 'hour')
  return formatDate(at, { nowMs, locale })
}

/** A weekday within the week, a day within the year, a whole date before. */
const formatDate = (at: string, { nowMs, locale }: Pick<RelativeOptions, 'nowMs' | 'locale'>) => {
  const date = new Date(at)
  if (nowMs - date.getTime() < 6 * dayMs) return date.toLocaleDateString(locale, { weekday: 'short' })
  const sameYear = date.getFullYear() === new Date(nowMs).getFullYear()
  return date.toLocaleDateString(locale, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' as const }),
  })
}

/** Hours and minutes, as the locale writes them. */
export const formatClock = (at: string, locale: string) =>
  new Date(at).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', hour12: false })

/** Day and time to the second. */
export const formatExact = (at: string, locale: string) =>
  new Date(at).toLocaleString(locale, { dateStyle: 'full', timeStyle: 'medium' })
