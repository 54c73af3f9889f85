interface Part {
  text: string
  marked: boolean
}

const cjk = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}`
const segments = new RegExp(`[${cjk}]+|[\\p{L}\\p{N}]+`, 'gu')
const isCjk = new RegExp(`^[${cjk}]`, 'u')

/** Where a long text is cut, so that the first word found is in sight. */
const lengthBefore = 60

/** A pair of neighbours is what the server looks for; a run of characters found whole is marked whole. */
const cjkPattern = (segment: string) => {
  const characters = [...segment]
  const pairs = characters.slice(1).map((character, index) => `${characters[index]}${character}`)
  return [segment, ...(characters.length > 2 ? pairs : [])].join('|')
}

/** Matches what a query finds; null where there is nothing to look for. */
function patternOf(query: string): RegExp | null {
  const words = [...query.normalize('NFKC').matchAll(segments)].map(([segment]) =>
    isCjk.test(segment) ? cjkPattern(segment) : `(?<![\\p{L}\\p{N}])${segment}`,
  )
  return words.length === 0 ? null : new RegExp(words.join('|'), 'giu')
}

/** The words of a hit in parts, those that were searched for marked, beginning near the first of them. */
export function markedParts(text: string, query: string): Part[] {
  const matches = [...text.matchAll(patternOf(query) ?? /(?!)/g)]
  const first = matches[0]?.index ?? 0
  const start = first > lengthBefore * 2 ? first - lengthBefore : 0
  const parts: Part[] = start > 0 ? [{ text: '…', marked: false }] : []
  let from = start
  for (const { index, 0: found } of matches) {
    if (index > from) parts.push({ text: text.slice(from, index), marked: false })
    parts.push({ text: found, marked: true })
    from = index + found.length
  }
  if (from < text.length) parts.push({ text: text.slice(from), marked: false })
  return parts
}
