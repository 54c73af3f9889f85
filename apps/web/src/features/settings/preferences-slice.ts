import { createSlice, type PayloadAction } from '@reduxjs/toolkit'

export type Theme = 'light' | 'dark' | 'system'

/** What belongs to this device rather than to the person. */
export interface Preferences {
  theme: Theme
  /** Whether a notification makes a sound. */
  sound: boolean
  /** Whether to show desktop notifications, where the browser was also allowed to. */
  desktop: boolean
}

const storageKey = 'parley.preferences'

const defaults: Preferences = { theme: 'system', sound: true, desktop: false }

const isTheme = (value: unknown): value is Theme => value === 'light' || value === 'dark' || value === 'system'

/** What this device remembers; anything unreadable counts as not set. */
export const readPreferences = (stored: string | null): Preferences => {
  let value: unknown = null
  try {
    value = stored === null ? null : JSON.parse(stored)
  } catch (error) {
    reportError(error)
  }
  if (typeof value !== 'object' || value === null) return defaults
  return {
    theme: 'theme' in value && isTheme(value.theme) ? value.theme : defaults.theme,
    sound: 'sound' in value && typeof value.sound === 'boolean' ? value.sound : defaults.sound,
    desktop: 'desktop' in value && typeof value.desktop === 'boolean' ? value.desktop : defaults.desktop,
  }
}

const loadPreferences = () => readPreferences(localStorage.getItem(storageKey))

export const savePreferences = (preferences: Preferences) =>
  localStorage.setItem(storageKey, JSON.stringify(preferences))

export const preferencesSlice = createSlice({
  name: 'preferences',
  initialState: loadPreferences,
  reducers: {
    themeChosen: (preferences, { payload }: PayloadAction<Theme>) => {
      preferences.theme = payload
    },
    soundSwitched: (preferences, { payload }: PayloadAction<boolean>) => {
      preferences.sound = payload
    },
    desktopSwitched: (preferences, { payload }: PayloadAction<boolean>) => {
      preferences.desktop = payload
    },
  },
  selectors: { selectPreferences: (preferences) => preferences },
})

export const { themeChosen, soundSwitched, desktopSwitched } = preferencesSlice.actions
export const { selectPreferences } = preferencesSlice.selectors
