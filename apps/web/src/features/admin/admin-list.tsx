import { ChevronRight } from 'lucide-react'
import { Link } from 'wouter'
import { sectionViews, useOwnSections, type Section } from './sections.ts'

/** The list column of the console: what one may see of it. */
export function AdminList({ current }: { current: Section | undefined }) {
  const { t } = useTranslation('admin')
  const sections = useOwnSections()
  return (
    <nav aria-label={t('title')} className="flex h-full flex-col overflow-y-auto px-1.5 py-3">
      <h2 className="px-3 pt-1 pb-3 text-lg font-semibold">{t('title')}</h2>
      {sections.map((section) => {
        const Icon = sectionViews[section].icon
        return (
          <Link
            key={section}
            to={`/admin/${section}`}
            aria-current={section === current ? 'page' : undefined}
            className="hover:bg-hover aria-[current]:bg-accent-soft flex min-h-11 items-center gap-3 rounded-md px-3"
          >
            <Icon aria-hidden className="icon text-muted" />
            {t(`section.${section}`)}
            <ChevronRight aria-hidden className="icon text-faint ml-auto md:hidden" />
          </Link>
        )
      })}
    </nav>
  )
}
