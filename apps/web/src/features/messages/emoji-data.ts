import english from 'emojibase-data/en/compact.json'
import shortcodesByHexcode from 'emojibase-data/en/shortcodes/github.json'
import type { Locale } from '@parley/protocol/people'

export interface Emoji {
  unicode: string
  /** Its name in the person's language. */
  label: string
  /** Short names, without colons. */
  shortcodes: readonly string[]
  group: EmojiGroup
  /** Everything it is found by, in lower case. */
  words: string
}

/** In the order of the Unicode standard; 2 holds skin tones and the like, which are no emoji of their own. */
const groups = [
  'smileys',
  'people',
  null,
  'nature',
  'food',
  'travel',
  'activities',
  'objects',
  'symbols',
  'flags',
] as const
export type EmojiGroup = NonNullable<(typeof groups)[number]>

// The server takes what the standard recommends, and a browser draws no more than its own tables know.
const standard = /^\p{RGI_Emoji}$/v

const loadLabels = async (locale: Locale) => {
  if (locale === 'zh-CN') return (await import('emojibase-data/zh/compact.json')).default
  if (locale === 'zh-TW') return (await import('emojibase-data/zh-hant/compact.json')).default
  return english
}

/** Every emoji with names and search words in English and in the person's language. */
export async function loadEmoji(locale: Locale): Promise<Emoji[]> {
  const local = new Map((await loadLabels(locale)).map((emoji) => [emoji.hexcode, emoji]))
  const codes: Record<string, string | string[] | undefined> = shortcodesByHexcode
  return english.flatMap(({ unicode, hexcode, label, tags = [], group }) => {
    const name = group === undefined ? null : groups[group]
    if (!name || !standard.test(unicode)) return []
    const shortcodes = [codes[hexcode] ?? []].flat()
    const named = local.get(hexcode)
    const words = [...shortcodes, label, ...tags, named?.label ?? '', ...(named?.tags ?? [])].join(' ').toLowerCase()
    return [{ unicode, label: named?.label ?? label, shortcodes, group: name, words }]
  })
}

/** Those whose names begin with the words come before those that merely hold them. */
export function findEmoji(emoji: readonly Emoji[], query: string, countMax: number): Emoji[] {
  const wanted = query.trim().toLowerCase()
  if (wanted === '') return []
  const rank = ({ shortcodes, label, words }: Emoji) => {
    if (shortcodes.includes(wanted) || label.toLowerCase() === wanted) return 0
    if (shortcodes.some((code) => code.startsWith(wanted)) || label.toLowerCase().startsWith(wanted)) return 1
    return ` ${words}`.includes(` ${wanted}`) ? 2 : words.includes(wanted) ? 3 : 4
  }
  return emoji
    .map((candidate) => ({ candidate, rank: rank(candidate) }))
    .filter((found) => found.rank < 4)
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, countMax)
    .map(({ candidate }) => candidate)
}
