import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Locale } from '@parley/protocol/people'

export const locales = ['en', 'zh-CN', 'zh-TW'] as const satisfies readonly Locale[]

/** Each language by its own name. */
export const languageNames: Record<Locale, string> = { en: 'English', 'zh-CN': '简体中文', 'zh-TW': '繁體中文' }

type Catalogue = Record<string, unknown>

/** All the catalogues of one language in one request, however many features speak it. */
const languages: Record<Locale, () => Promise<{ catalogues: Record<string, Catalogue> }>> = {
  en: () => import('./en.ts'),
  'zh-CN': () => import('./zh-cn.ts'),
  'zh-TW': () => import('./zh-tw.ts'),
}

const isLocale = (value: string): value is Locale => Object.hasOwn(languages, value)

/** A catalogue's namespace is the folder it belongs to. */
export const namespaceOf = (path: string) => path.split('/').at(-3) ?? ''

const namespaces = ['app', 'errors', 'files', 'identity', 'messages', 'people', 'rooms', 'settings', 'ui'] as const

/** The product's locale nearest to a language tag: `zh-HK` reads traditional characters, `zh-SG` simplified ones. */
export const nearestLocale = (tag: string): Locale | null => {
  const language = tag.toLowerCase()
  if (language.startsWith('en')) return 'en'
  if (!language.startsWith('zh')) return null
  return /hant|-tw|-hk|-mo/.test(language) ? 'zh-TW' : 'zh-CN'
}

const browserLocale = (): Locale => navigator.languages.map(nearestLocale).find((locale) => locale !== null) ?? 'en'

const storageKey = 'parley.locale'

/** What was last spoken on this device, so that a reload starts in it; else the browser's. */
export const rememberedLocale = (): Locale => {
  const remembered = localStorage.getItem(storageKey)
  return remembered !== null && isLocale(remembered) ? remembered : browserLocale()
}

let spoken: Locale | undefined

/** Changes the language; the page keeps the old one until the new texts are there. */
export const speak = async (locale: Locale) => {
  // Asked of what was wanted last, not of what shows: another language may still be on its way.
  if (spoken === locale) return
  spoken = locale
  await i18next.changeLanguage(locale)
}

const loadCatalogue = async (language: string, namespace: string) => {
  if (!isLocale(language)) throw new Error(`Parley does not speak ${language}.`)
  const { catalogues } = await languages[language]()
  const path = Object.keys(catalogues).find((candidate) => namespaceOf(candidate) === namespace)
  const catalogue = path === undefined ? undefined : catalogues[path]
  if (!catalogue) throw new Error(`There is no catalogue ${namespace} in ${language}.`)
  return catalogue
}

/** Loads the texts of `locale` and starts translating. Another language is loaded when it is chosen. */
export const startTranslation = async (locale: Locale) => {
  spoken = locale
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language
    localStorage.setItem(storageKey, language)
  })
  await i18next
    .use({
      type: 'backend',
      read: (language: string, namespace: string, done: (error: unknown, catalogue: Catalogue | null) => void) => {
        loadCatalogue(language, namespace).then(
          (catalogue) => done(null, catalogue),
          (error: unknown) => done(error, null),
        )
      },
    })
    .use(initReactI18next)
    .init({
      lng: locale,
      // Every catalogue holds every key (a test says so), so no second language is loaded to fall back on.
      fallbackLng: false,
      ns: namespaces,
      defaultNS: 'ui',
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
    })
}
