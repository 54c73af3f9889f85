import type { Store } from '@reduxjs/toolkit'
import { savePreferences, selectPreferences, type Theme } from './preferences-slice.ts'

const darkScheme = matchMedia('(prefers-color-scheme: dark)')

const applyTheme = (theme: Theme) => {
  const scheme = theme === 'system' ? (darkScheme.matches ? 'dark' : 'light') : theme
  const { classList, style } = document.documentElement
  classList.remove('light', 'dark')
  classList.add(scheme)
  style.colorScheme = scheme
}

/** Stores every change of the preferences and shows the chosen theme; `public/theme.js` does so before the first paint. */
export const keepPreferences = (store: Store<Parameters<typeof selectPreferences>[0]>) => {
  let kept = selectPreferences(store.getState())
  applyTheme(kept.theme)
  darkScheme.addEventListener('change', () => applyTheme(kept.theme))
  store.subscribe(() => {
    const preferences = selectPreferences(store.getState())
    if (preferences === kept) return
    kept = preferences
    applyTheme(preferences.theme)
    savePreferences(preferences)
  })
}
