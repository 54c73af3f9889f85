const scores = { whole: 4, start: 3, wordStart: 2, inside: 1, none: 0 }

const normalise = (text: string) => text.normalize('NFKC').toLowerCase()

/**
 * How well a name answers what was typed: the higher the better, 0 not at all. Chinese has no spaces between words, so
 * there any part of the name is found.
 */
const scoreOf = (name: string, query: string): number => {
  const [text, wanted] = [normalise(name), normalise(query.trim())]
  if (wanted === '') return scores.inside
  if (text === wanted) return scores.whole
  if (text.startsWith(wanted)) return scores.start
  if (text.split(/[\s\-_.]+/).some((word) => word.startsWith(wanted))) return scores.wordStart
  return text.includes(wanted) ? scores.inside : scores.none
}

interface Named {
  name: string
}

/** Those that answer the query, best first; equals stay in the order they came in, such as latest first. */
export const rank = <T extends Named>(items: readonly T[], query: string): T[] =>
  items
    .map((item) => ({ item, score: scoreOf(item.name, query) }))
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score)
    .map(({ item }) => item)
