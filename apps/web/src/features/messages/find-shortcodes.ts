import type { Emoji } from './emoji-data.ts'

/** Emoji by the short names people type between colons, the shortest name first. */
export function findShortcodes(emoji: readonly Emoji[], query: string, countMax: number) {
  const wanted = query.toLowerCase()
  const found = emoji.flatMap(({ unicode, shortcodes }) => {
    const code =
      shortcodes.find((candidate) => candidate.startsWith(wanted)) ?? shortcodes.find((c) => c.includes(wanted))
    return code ? [{ unicode, code, begins: code.startsWith(wanted) }] : []
  })
  return found
    .toSorted((a, b) => Number(b.begins) - Number(a.begins) || a.code.length - b.code.length)
    .slice(0, countMax)
}
