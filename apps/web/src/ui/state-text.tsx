import type { ReactNode } from 'react'

interface StateTextProps {
  tone: 'good' | 'warning' | 'bad' | 'off'
  children: ReactNode
}

/** A ring for what is off, so that it differs by more than its colour. */
const dots = {
  good: 'bg-success',
  warning: 'bg-warning',
  bad: 'bg-danger',
  off: 'inset-ring-2 inset-ring-current text-faint',
}

/** The state of something, in a word with a dot before it. */
export function StateText({ tone, children }: StateTextProps) {
  return (
    <span className="inline-flex max-w-full items-center gap-2">
      <i aria-hidden className={`size-2 flex-none rounded-full ${dots[tone]}`} />
      <span className="min-w-0 truncate">{children}</span>
    </span>
  )
}
