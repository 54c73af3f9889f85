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
      <p className="text-muted">{t('about.text')}</p>
    </div>
  )
}
