import { Lock } from 'lucide-react'
import { useSelector } from 'react-redux'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SectionPage } from '../../ui/frame/section-page.tsx'
import { selectOwnAccess, useMay } from '../access/access-slice.ts'
import { sectionViews, useOwnSections, type Section } from './sections.ts'

/** One section of the console; without one, the first that one may see. */
export default function AdminPage({ section }: { section?: Section }) {
  const [first] = useOwnSections()
  const shown = section ?? first
  return shown ? <Permitted section={shown} /> : <Denied />
}

function Permitted({ section }: { section: Section }) {
  const { t } = useTranslation('admin')
  const { permission, page: Page } = sectionViews[section]
  if (!useMay(permission)) return <Denied />
  return (
    <SectionPage title={t(`section.${section}`)} parent="/admin" backLabel={t('back')}>
      <Page />
    </SectionPage>
  )
}

/** Said once it is known what one may do, and not before. */
function Denied() {
  const { t } = useTranslation('admin')
  const isKnown = useSelector(selectOwnAccess) !== null
  if (!isKnown) return null
  return (
    <EmptyState icon={<Lock />} title={t('denied')}>
      {t('deniedText')}
    </EmptyState>
  )
}
