import { Lock } from 'lucide-react'
import { useSelector } from 'react-redux'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SectionPage } from '../../ui/frame/section-page.tsx'
import { selectOwnAccess, useMay } from '../access/access-slice.ts'
import { sectionViews, type Section } from './sections.ts'

/** One section of the relay. */
export default function RelayPage({ section }: { section: Section }) {
  const { t } = useTranslation('relay')
  const { permission, page: Page } = sectionViews[section]
  if (!useMay(permission)) return <Denied />
  return (
    <SectionPage title={t(`section.${section}`)} parent="/relay" backLabel={t('back')}>
      <Page />
    </SectionPage>
  )
}

/** Said once it is known what one may do, and not before. */
function Denied() {
  const { t } = useTranslation('relay')
  const isKnown = useSelector(selectOwnAccess) !== null
  if (!isKnown) return null
  return (
    <EmptyState icon={<Lock />} title={t('denied')}>
      {t('deniedText')}
    </EmptyState>
  )
}
