import { ArrowLeft } from 'lucide-react'
import type { ComponentType } from 'react'
import { useGoBack } from '../../ui/frame/use-go-back.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { WorkspaceSection } from '../workspaces/workspace-section.tsx'
import { AboutSection } from './about-section.tsx'
import { AppearanceSection } from './appearance-section.tsx'
import { NotificationsSection } from './notifications-section.tsx'
import { PasswordSection } from './password-section.tsx'
import { ProfileSection } from './profile-section.tsx'
import type { Section } from './sections.ts'
import { SecuritySection } from './security-section.tsx'
import { SessionsSection } from './sessions-section.tsx'

const pages: Record<Section, ComponentType> = {
  profile: ProfileSection,
  workspace: WorkspaceSection,
  appearance: AppearanceSection,
  notifications: NotificationsSection,
  sessions: SessionsSection,
  password: PasswordSection,
  security: SecuritySection,
  about: AboutSection,
}

/** One section of the settings. */
export default function SettingsPage({ section }: { section: Section }) {
  const { t } = useTranslation('settings')
  const goBack = useGoBack('/settings')
  const Page = pages[section]
  usePageTitle(t(`section.${section}`))
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
        <div key={section} className="mx-auto max-w-[560px] px-4 py-6 md:px-6">
          <Page />
        </div>
      </div>
    </div>
  )
}
