import type { ReactNode } from 'react'
import { languageNames, locales, speak } from '../../i18n/i18n.ts'
import { usePageTitle } from '../../ui/page-title.ts'

interface AccountPageProps {
  title: string
  children: ReactNode
  /** The way to the other page. */
  footer: ReactNode
}

/** What signing in and registering share: one quiet column and the language below it. */
export function AccountPage({ title, children, footer }: AccountPageProps) {
  const { i18n, t } = useTranslation('identity')
  usePageTitle(title)
  return (
    <div className="bg-canvas flex min-h-dvh flex-col items-center px-4 pt-[max(48px,14vh)] pb-8">
      <main className="w-full max-w-[380px]">
        <div
          aria-hidden
          className="bg-accent text-accent-contrast mb-6 grid size-12 place-items-center rounded-lg text-lg font-semibold"
        >
          P
        </div>
        <h1 className="mb-6 text-xl font-semibold">{title}</h1>
        {children}
        <p className="text-muted [&_a]:text-accent mt-6 [&_a]:font-semibold [&_a]:hover:underline">{footer}</p>
      </main>
      <div className="flex-1" />
      <footer aria-label={t('language')} className="mt-10 flex gap-1 text-sm">
        {locales.map((locale) => (
          <button
            key={locale}
            type="button"
            lang={locale}
            aria-pressed={i18n.language === locale}
            onClick={() => void speak(locale)}
            className="text-muted hover:text-fg aria-pressed:text-fg min-h-9 rounded-md px-2 aria-pressed:font-semibold"
          >
            {languageNames[locale]}
          </button>
        ))}
      </footer>
    </div>
  )
}
