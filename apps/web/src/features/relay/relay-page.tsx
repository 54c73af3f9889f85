import { SectionPage } from '../../ui/frame/section-page.tsx'
import { useMay } from '../access/access-slice.ts'
import { Denied } from '../access/denied.tsx'
import { sectionViews, type Section } from './sections.ts'

/** One section of the relay. */
export default function RelayPage({ section }: { section: Section }) {
  const { t } = useTranslation('relay')
  const { permission, page: Page } = sectionViews[section]
  if (!useMay(permission)) return <Denied title={t('denied')} text={t('deniedText')} />
  return (
    <SectionPage title={t(`section.${section}`)} parent="/relay" backLabel={t('back')}>
      <Page />
    </SectionPage>
  )
}
