import { ArrowLeft, Lock } from 'lucide-react'
import { Suspense } from 'react'
import { useSelector } from 'react-redux'
import { EmptyState } from '../../ui/empty-state.tsx'
import { useGoBack } from '../../ui/frame/use-go-back.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { selectOwnAccess, useMay } from '../access/access-slice.ts'
import { sectionViews, useOwnSections, type Section } from './sections.ts'

/** One section of the console; without one, the first that one may see. */
export default function AdminPage({ section }: { section?: Section }) {
  const [first] = useOwnSections()
  const shown = section ?? first
  return shown ? <SectionPage section={shown} /> : <Denied />
}

function SectionPage({ section }: { section: Section }) {
  const { t } = useTranslation('admin')
  const goBack = useGoBack('/admin')
  const { permission, page: Page } = sectionViews[section]
  const may = useMay(permission)
  usePageTitle(t(`section.${section}`))
  if (!may) return <Denied />
  return (
    <div className="flex h-full flex-col">
      <header className="border-subtle flex h-14 flex-none items-center gap-1 border-b px-1 md:px-6">
        <div className="md:hidden">
          <IconButton label={t('back')} onClick={goBack}>
            <ArrowLeft />
          </IconButton>
        </div>
        <h2 className="font-semibold">{t(`section.${section}`)}</h2>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div key={section} className="mx-auto max-w-[1080px] px-4 py-6 md:px-6">
          <Suspense fallback={<SkeletonRows rows={6} avatar={false} />}>
            <Page />
          </Suspense>
        </div>
      </div>
    </div>
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
