import { ChevronRight, LogOut } from 'lucide-react'
import { Link } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { showToast } from '../../ui/toast.tsx'
import { sectionIcons, sections, type Section } from './sections.ts'

/** The list column of the settings. */
export function SettingsList({ current }: { current: Section | undefined }) {
  const { t } = useTranslation('settings')
  const { session } = useClient()
  const errorText = useErrorText()
  const signOut = () => session.signOut().catch((error: unknown) => showToast({ title: errorText(error) }))
  return (
    <nav aria-label={t('title')} className="flex h-full flex-col overflow-y-auto px-1.5 py-3">
      <h2 className="px-3 pt-1 pb-3 text-lg font-semibold">{t('title')}</h2>
      {sections.map((section) => {
        const Icon = sectionIcons[section]
        return (
          <Link
            key={section}
            to={`/settings/${section}`}
            aria-current={section === current ? 'page' : undefined}
            className="hover:bg-hover aria-[current]:bg-accent-soft flex min-h-11 items-center gap-3 rounded-md px-3"
          >
            <Icon aria-hidden className="icon text-muted" />
            {t(`section.${section}`)}
            <ChevronRight aria-hidden className="icon text-faint ml-auto md:hidden" />
          </Link>
        )
      })}
      <div className="border-subtle mx-3 my-2 border-t" />
      <button
        type="button"
        onClick={signOut}
        className="hover:bg-hover flex min-h-11 items-center gap-3 rounded-md px-3 text-left"
      >
        <LogOut aria-hidden className="icon text-muted" />
        {t('signOut')}
      </button>
    </nav>
  )
}
