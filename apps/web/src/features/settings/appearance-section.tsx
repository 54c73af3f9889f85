import { Monitor, Moon, Sun } from 'lucide-react'
import type { Locale } from '@parley/protocol/people'
import { useDispatch, useSelector } from 'react-redux'
import { useErrorText } from '../../errors/error-text.ts'
import { languageNames, locales, speak } from '../../i18n/i18n.ts'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { Choice } from '../../ui/choice.tsx'
import { showToast } from '../../ui/toast.tsx'
import { selectProfile } from '../identity/identity-slice.ts'
import { selectPreferences, themeChosen } from './preferences-slice.ts'
import { saveProfile } from './save-profile.ts'

/** How it looks on this device, and the language one speaks everywhere. */
export function AppearanceSection() {
  const { t, i18n } = useTranslation('settings')
  const dispatch = useDispatch()
  const dispatchThunk = useAppDispatch()
  const errorText = useErrorText()
  const { theme } = useSelector(selectPreferences)
  const locale = useSelector(selectProfile)?.locale

  const chooseLocale = async (next: Locale) => {
    try {
      await speak(next)
      await dispatchThunk(saveProfile({ locale: next }))
    } catch (error) {
      if (locale) await speak(locale)
      await showToast({ title: errorText(error) })
    }
  }

  return (
    <div className="flex flex-col gap-8">
      <Choice
        label={t('appearance.theme')}
        value={theme}
        onChange={(chosen) => dispatch(themeChosen(chosen))}
        options={[
          { value: 'light', label: t('appearance.light'), icon: <Sun className="icon" /> },
          { value: 'dark', label: t('appearance.dark'), icon: <Moon className="icon" /> },
          { value: 'system', label: t('appearance.system'), icon: <Monitor className="icon" /> },
        ]}
      />
      <Choice
        label={t('appearance.language')}
        value={i18n.language}
        onChange={(chosen) => {
          const next = locales.find((each) => each === chosen)
          if (next) void chooseLocale(next)
        }}
        options={locales.map((value) => ({ value, label: languageNames[value], lang: value }))}
      />
    </div>
  )
}
