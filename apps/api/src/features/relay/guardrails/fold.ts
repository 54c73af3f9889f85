/** A text as it is compared, and where each part of it stands in the original. */
export interface FoldedText {
  text: string
  /** Length of what more text behind it cannot change. */
  settled: number
  /** The place in the original of what stands at a place of `text`: the beginning of its character. */
  originalOf(place: number): number
  /** The first place in the original behind what ends at a place of `text`. */
  originalEndOf(place: number): number
  /** The place in `text` of the first character that begins at a place of the original, or behind it. */
  placeOf(original: number): number
}

/** What belongs to the character before it: marks, signs nobody sees, and the later parts of Korean and Japanese syllables. */
const continuation = String.raw`[\p{M}\p{Default_Ignorable_Code_Point}\u1160-\u11ff\uff9e\uff9f]`
/** Bounded as in https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format, so that a stream can always go on. */
const character = new RegExp(String.raw`[\s\S]${continuation}{0,30}`, 'gu')
const anyContinuation = new RegExp(continuation, 'u')
const unseen = /(?<=[\s\S])\p{Default_Ignorable_Code_Point}/gu

/** Whether every character stands for itself. */
const isPlain = (text: string): boolean =>
  /^\p{ASCII}*$/u.test(text) || (!anyContinuation.test(text) && text.normalize('NFKC') === text)

const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff

function foldPlain(text: string): FoldedText {
  const whole = (place: number) => (isLowSurrogate(text.charCodeAt(place)) ? place - 1 : place)
  return {
    text,
    settled: Math.max(0, whole(text.length - 1)),
    originalOf: whole,
    originalEndOf: (place) => place,
    placeOf: (original) => original,
  }
}

/** One form for what looks or means the same, such as full-width letters: NFKC, without what cannot be seen. */
export const foldWord = (text: string): string => text.normalize('NFKC').replace(unseen, '')

/** The text in the form that is compared. */
export function foldText(text: string): FoldedText {
  if (isPlain(text)) return foldPlain(text)
  /** For each place of the folded text where its character begins in the original. */
  const origins: number[] = []
  let folded = ''
  let settled = 0
  for (const { 0: whole, index } of text.matchAll(character)) {
    settled = folded.length
    folded += foldWord(whole)
    while (origins.length < folded.length) origins.push(index)
  }
  const at = (place: number) => origins[place] ?? text.length
  return {
    text: folded,
    settled,
    originalOf: at,
    originalEndOf(place) {
      let behind = place
      while (behind < folded.length && at(behind) === at(place - 1)) behind += 1
      return at(behind)
    },
    placeOf(original) {
      let [low, high] = [0, origins.length]
      while (low < high) {
        const middle = (low + high) >>> 1
        if (at(middle) < original) low = middle + 1
        else high = middle
      }
      return low
    },
  }
}
