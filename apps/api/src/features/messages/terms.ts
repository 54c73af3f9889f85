/** Longer words are cut, in the index and in queries alike: InnoDB leaves out tokens of more than 84 bytes. */
const termLengthMax = 80
/** Different terms a message is found by. A 16,000-character paste has more; the first ones count. */
const termsMax = 4_000
/** Different terms a query is taken at. */
const queryTermsMax = 60

/** Scripts written without spaces between words. */
const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
const segments = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+|[\p{L}\p{N}]+/gu
const cjkCharacters = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu

/** Half-width, lower case, one form of each character: `ＡＢＣ` and `abc` are the same word. */
const normalise = (text: string): string => text.normalize('NFKC').toLowerCase()

/**
 * A term in ASCII, long enough and odd enough that no server setting interferes: stop words, the minimal length of a
 * token and the parser's idea of a letter all differ between installations, and none may decide what is found.
 */
const encodeWord = (word: string): string => {
  if (plainWord.test(word)) return `zz${word}`.slice(0, termLengthMax)
  const letters = Array.from(word, (character) => (/[a-z0-9]/.test(character) ? character : `_${encode(character)}_`))
  return `zz${letters.join('')}`.slice(0, termLengthMax)
}

/** What most words are: nothing in them has to be written otherwise. */
const plainWord = /^[a-z0-9]+$/

const encode = (character: string): string => character.codePointAt(0)?.toString(36) ?? ''

/** The terms of characters that stand side by side: each pair of neighbours. */
const pairTerms = (codes: string[]): string[] => codes.slice(1).map((code, index) => `yy${codes[index]}_${code}`)

/** The terms a text is indexed under: words, and for CJK each character and each pair of neighbours. */
export function indexTerms(text: string): string {
  const terms = new Set<string>()
  for (const [segment] of normalise(text).matchAll(segments)) {
    if (terms.size >= termsMax) break
    if (!cjk.test(segment)) terms.add(encodeWord(segment))
    else {
      const codes = (segment.match(cjkCharacters) ?? []).map(encode)
      for (const code of codes) terms.add(`yy${code}`)
      for (const term of pairTerms(codes)) terms.add(term)
    }
  }
  return [...terms].slice(0, termsMax).join(' ')
}

/** A term that a message must have been indexed under. */
export interface QueryTerm {
  term: string
  /** The person may not have typed the whole word yet: any term that begins so will do. */
  unfinished: boolean
}

/**
 * The terms of what a person typed: every word must occur, and the last one may be unfinished. None where there is
 * nothing to look for, such as punctuation alone.
 */
export function queryTerms(query: string): QueryTerm[] {
  const terms = new Map<string, QueryTerm>()
  const add = (term: string, unfinished = false): void => void terms.set(`${term}${unfinished}`, { term, unfinished })
  const found = [...normalise(query).matchAll(segments)].map(([segment]) => segment)
  found.forEach((segment, index) => {
    if (!cjk.test(segment)) add(encodeWord(segment), index === found.length - 1 && !/\s$/u.test(query))
    else {
      const codes = (segment.match(cjkCharacters) ?? []).map(encode)
      for (const term of codes.length === 1 ? codes.map((code) => `yy${code}`) : pairTerms(codes)) add(term)
    }
  })
  return [...terms.values()].slice(0, queryTermsMax)
}

/** The term as a boolean FULLTEXT query. */
export const booleanQuery = ({ term, unfinished }: QueryTerm): string => `+${term}${unfinished ? '*' : ''}`

/** What stands in ` ${terms} ` exactly where the term does. */
export const needle = ({ term, unfinished }: QueryTerm): string => ` ${term}${unfinished ? '' : ' '}`
