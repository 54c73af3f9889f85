interface BadgeProps {
  /** 100 and more show as "99+". */
  count: number
  /** `mention` stands out. */
  tone?: 'accent' | 'mention' | 'quiet'
  /** What the number counts, for assistive technology. */
  label: string
  className?: string
}

const tones = {
  accent: 'bg-accent text-accent-contrast',
  mention: 'bg-mark text-mark-contrast',
  quiet: 'bg-hover text-muted',
}

/** A count; nothing at zero. */
export function Badge({ count, tone = 'accent', label, className = '' }: BadgeProps) {
  if (count <= 0) return null
  return (
    <span
      className={`inline-block h-[18px] min-w-[18px] rounded-full px-[5px] text-center text-[11px] leading-[18px] font-semibold tabular-nums ${tones[tone]} ${className}`}
    >
      <span aria-hidden>
        {tone === 'mention' && '@ '}
        {count > 99 ? '99+' : count}
      </span>
      <span className="sr-only">{label}</span>
    </span>
  )
}
