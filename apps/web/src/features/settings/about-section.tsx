import { ShortcutList } from '../../ui/shortcut-list.tsx'

/** The shortcuts, and what this is. */
export function AboutSection() {
  const { t } = useTranslation('settings')
  return (
    <div className="flex flex-col gap-8">
      <section>
        <h3 className="mb-2 text-sm font-semibold">{t('about.shortcuts')}</h3>
        <ShortcutList />
      </section>
      <section className="text-muted">
        <p>{t('about.text')}</p>
        <p className="mt-2">
          <a href="/docs" className="text-accent underline underline-offset-3">
            {t('about.api')}
          </a>
        </p>
      </section>
    </div>
  )
}
