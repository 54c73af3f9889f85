import { SectionList } from '../../ui/frame/section-list.tsx'
import { sectionViews, useOwnSections, type Section } from './sections.ts'

/** The list column of the relay: what one may see of it. */
export function RelayList({ current }: { current: Section | undefined }) {
  const { t } = useTranslation('relay')
  const sections = useOwnSections().map((section) => ({
    to: `/relay/${section}`,
    label: t(`section.${section}`),
    icon: sectionViews[section].icon,
    isCurrent: section === current,
  }))
  return <SectionList title={t('title')} sections={sections} />
}
