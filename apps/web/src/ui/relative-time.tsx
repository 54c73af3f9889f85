import { useNow } from './clock.ts'
import { formatExact, formatRelative } from './format-time.ts'

interface RelativeTimeProps {
  /** ISO 8601. */
  at: string
  /** `short` fits a list: "2 h", "Thu". */
  length?: 'short' | 'long'
  className?: string
}

/** Relative up to a day, then dated; exact on hover. */
export function RelativeTime({ at, length = 'long', className }: RelativeTimeProps) {
  const { t, i18n } = useTranslation('ui')
  const nowMs = useNow()
  return (
    <time dateTime={at} data-tooltip={formatExact(at, i18n.language)} className={className}>
      {formatRelative(at, { nowMs, locale: i18n.language, length, justNow: t('justNow') })}
    </time>
  )
}
