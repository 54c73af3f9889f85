import { SectionList } from '../../ui/frame/section-list.tsx'
import { sectionViews, useOwnSections, type Section } from './sections.ts'

/** The list column of the console: what one may see of it. */
export function AdminList({ current }: { current: Section | undefined }) {
  const { t } = useTranslation('admin')
  const sections = useOwnSections().map((section) => ({
    to: `/admin/${section}`,
    label: t(`section.${section}`),
    icon: sectionViews[section].icon,
    isCurrent: section === current,
  }))
  return <SectionList title={t('title')} sections={sections} />
}
