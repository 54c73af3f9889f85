import { ArrowLeft } from 'lucide-react'
import { Suspense, type ReactNode } from 'react'
import { IconButton } from '../icon-button.tsx'
import { usePageTitle } from '../page-title.ts'
import { SkeletonRows } from '../skeleton.tsx'
import { useGoBack } from './use-go-back.ts'

interface SectionPageProps {
  title: string
  /** Where the list of the sections is, and what leads back to it on a phone. */
  parent: string
  backLabel: string
  children: ReactNode
}

/** The main column of one section: its name above what scrolls. */
export function SectionPage({ title, parent, backLabel, children }: SectionPageProps) {
  const goBack = useGoBack(parent)
  usePageTitle(title)
  return (
    <div className="flex h-full flex-col">
      <header className="border-subtle flex h-14 flex-none items-center gap-1 border-b px-1 md:px-6">
        <div className="md:hidden">
          <IconButton label={backLabel} onClick={goBack}>
            <ArrowLeft />
          </IconButton>
        </div>
        <h2 className="font-semibold">{title}</h2>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div key={title} className="mx-auto max-w-[1080px] px-4 py-6 md:px-6">
          <Suspense fallback={<SkeletonRows rows={6} avatar={false} />}>{children}</Suspense>
        </div>
      </div>
    </div>
  )
}
