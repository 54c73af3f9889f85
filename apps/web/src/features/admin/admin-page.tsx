import { SectionPage } from '../../ui/frame/section-page.tsx'
import { useMay } from '../access/access-slice.ts'
import { Denied } from '../access/denied.tsx'
import { sectionViews, useOwnSections, type Section } from './sections.ts'

/** One section of the console; without one, the first that one may see. */
export default function AdminPage({ section }: { section?: Section }) {
  const [first] = useOwnSections()
  const shown = section ?? first
  const { t } = useTranslation('admin')
  return shown ? <Permitted section={shown} /> : <Denied title={t('denied')} text={t('deniedText')} />
}

function Permitted({ section }: { section: Section }) {
  const { t } = useTranslation('admin')
  const { permission, page: Page } = sectionViews[section]
  if (!useMay(permission)) return <Denied title={t('denied')} text={t('deniedText')} />
  return (
    <SectionPage title={t(`section.${section}`)} parent="/admin" backLabel={t('back')}>
      <Page />
    </SectionPage>
  )
}
