import { ChevronRight, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'

interface SectionListProps {
  title: string
  sections: readonly { to: string; label: string; icon: LucideIcon; isCurrent: boolean }[]
  /** What stands below them. */
  children?: ReactNode
}

/** The list column of a part of the product that consists of sections. */
export function SectionList({ title, sections, children }: SectionListProps) {
  return (
    <nav aria-label={title} className="flex h-full flex-col overflow-y-auto px-1.5 py-3">
      <h2 className="px-3 pt-1 pb-3 text-lg font-semibold">{title}</h2>
      {sections.map(({ to, label, icon: Icon, isCurrent }) => (
        <Link
          key={to}
          to={to}
          aria-current={isCurrent ? 'page' : undefined}
          className="hover:bg-hover aria-[current]:bg-accent-soft flex min-h-11 items-center gap-3 rounded-md px-3"
        >
          <Icon aria-hidden className="icon text-muted" />
          {label}
          <ChevronRight aria-hidden className="icon text-faint ml-auto md:hidden" />
        </Link>
      ))}
      {children}
    </nav>
  )
}
