import type { ReactNode } from 'react'
import { useNow } from '../../ui/clock.ts'

/** The day the messages below were written on. */
export function DayLine({ at }: { at: string }) {
  const { i18n } = useTranslation()
  const nowMs = useNow()
  return (
    <Line className="text-faint" lineClassName="bg-subtle">
      <time dateTime={at}>{dayName(at, nowMs, i18n.language)}</time>
    </Line>
  )
}

/** What is below was not read before. */
export function NewLine() {
  const { t } = useTranslation('messages')
  return (
    <Line className="text-mark" lineClassName="bg-mark/40">
      {t('new.line')}
    </Line>
  )
}

interface LineProps {
  className: string
  lineClassName: string
  children: ReactNode
}

function Line({ className, lineClassName, children }: LineProps) {
  return (
    <div className={`flex items-center gap-3 px-3 pt-4 pb-2 text-xs font-semibold md:px-5 ${className}`}>
      <span aria-hidden className={`h-px flex-1 ${lineClassName}`} />
      {children}
      <span aria-hidden className={`h-px flex-1 ${lineClassName}`} />
    </div>
  )
}

const dayMs = 86_400_000

/** "Today", "Yesterday", a weekday within the week, else the date. */
function dayName(at: string, nowMs: number, locale: string): string {
  const date = new Date(at)
  const startOfDay = (day: Date) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime()
  // Rounded, since the days of a clock change have 23 and 25 hours.
  const daysAgo = Math.round((startOfDay(new Date(nowMs)) - startOfDay(date)) / dayMs)
  if (daysAgo === 0 || daysAgo === 1) {
    const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-daysAgo, 'day')
    return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1)
  }
  const sameYear = date.getFullYear() === new Date(nowMs).getFullYear()
  return date.toLocaleDateString(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' as const }),
  })
}
