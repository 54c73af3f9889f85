import type { Locale } from '@parley/protocol/people'
import { nearestLocale } from '../../i18n/i18n.ts'
import type { Emoji } from './emoji-data.ts'

const loaded = new Map<Locale, Promise<Emoji[]>>()

const load = (locale: Locale) => {
  const known = loaded.get(locale)
  if (known) return known
  const loading = import('./emoji-data.ts').then(({ loadEmoji }) => loadEmoji(locale))
  // A load that failed is tried again the next time somebody asks.
  loading.catch(() => loaded.delete(locale))
  loaded.set(locale, loading)
  return loading
}

/** Every emoji, once `wanted`; null until they are loaded. */
export function useEmoji(wanted = true): Emoji[] | null {
  const { i18n } = useTranslation()
  const locale = nearestLocale(i18n.language) ?? 'en'
  const [emoji, setEmoji] = useState<Emoji[] | null>(null)
  useEffect(() => {
    if (!wanted) return undefined
    let gone = false
    load(locale).then((all) => !gone && setEmoji(all), reportError)
    return () => {
      gone = true
    }
  }, [wanted, locale])
  return emoji
}
