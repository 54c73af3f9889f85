import type { ReactNode } from 'react'

interface EmptyStateProps {
  icon?: ReactNode
  title: string
  /** One sentence: what would be here. */
  children?: ReactNode
  /** The one action that fills it. */
  action?: ReactNode
}

/** Nothing here yet, and what to do about it. */
export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="flex min-h-full flex-col items-center justify-center gap-1 px-6 py-12 text-center">
      {icon && <div className="text-faint mb-3 [&_svg]:size-8 [&_svg]:stroke-[1.5]">{icon}</div>}
      <p className="font-semibold">{title}</p>
      {children && <p className="text-muted max-w-80 text-balance">{children}</p>}
      {action && <div className="mt-4 flex gap-2">{action}</div>}
    </div>
  )
}
