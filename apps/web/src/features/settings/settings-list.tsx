import { LogOut } from 'lucide-react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { SectionList } from '../../ui/frame/section-list.tsx'
import { showToast } from '../../ui/toast.tsx'
import { sectionIcons, sections, type Section } from './sections.ts'

/** The list column of the settings. */
export function SettingsList({ current }: { current: Section | undefined }) {
  const { t } = useTranslation('settings')
  const { session } = useClient()
  const errorText = useErrorText()
  const signOut = () => session.signOut().catch((error: unknown) => showToast({ title: errorText(error) }))
  return (
    <SectionList
      title={t('title')}
      sections={sections.map((section) => ({
        to: `/settings/${section}`,
        label: t(`section.${section}`),
        icon: sectionIcons[section],
        isCurrent: section === current,
      }))}
    >
      <div className="border-subtle mx-3 my-2 border-t" />
      <button
        type="button"
        onClick={signOut}
        className="hover:bg-hover flex min-h-11 items-center gap-3 rounded-md px-3 text-left"
      >
        <LogOut aria-hidden className="icon text-muted" />
        {t('signOut')}
      </button>
    </SectionList>
  )
}
