/** How long a match of a pattern can be, in UTF-16 units. */
export interface PatternLength {
  shortest: number
  /** Infinity for a pattern that repeats without end. */
  longest: number
}

const nothing: PatternLength = { shortest: 0, longest: 0 }
const one: PatternLength = { shortest: 1, longest: 1 }
/** A character that may be outside of the basic plane. */
const anyCharacter: PatternLength = { shortest: 1, longest: 2 }

/** Escapes that match no character but a place. */
const places = new Set(['b', 'B', 'A', 'z'])
const astralEscape = /\\[pPDWSC]|\[:\^/

const times = (length: number, count: number): number => (length === 0 ? 0 : length * count)

/**
 * Reads how long a match can be from the source of a pattern that RE2 has compiled, and so knows to be well-formed. A
 * stream is held back by as much.
 */
export function lengthOfPattern(source: string): PatternLength {
  let at = 0

  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at
    const found = expression.exec(source)
    if (found) at += found[0].length
    return found
  }

  function readAlternatives(): PatternLength {
    let length = readSequence()
    while (source[at] === '|') {
      at += 1
      const other = readSequence()
      length = {
        shortest: Math.min(length.shortest, other.shortest),
        longest: Math.max(length.longest, other.longest),
      }
    }
    return length
  }

  function readSequence(): PatternLength {
    let { shortest, longest } = nothing
    while (at < source.length && source[at] !== '|' && source[at] !== ')') {
      const item = readRepeats(readAtom())
      shortest += item.shortest
      longest += item.longest
    }
    return { shortest, longest }
  }

  function readRepeats(item: PatternLength): PatternLength {
    const found = take(/(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/gy)
    if (!found) return item
    const [, sign, least, comma, most] = found
    const from = sign === undefined ? Number(least) : sign === '+' ? 1 : 0
    const isEndless = sign === '*' || sign === '+' || (comma === ',' && most === '')
    const to = isEndless ? Infinity : sign === '?' ? 1 : comma === ',' ? Number(most) : from
    return { shortest: times(item.shortest, from), longest: times(item.longest, to) }
  }

  function readAtom(): PatternLength {
    if (source[at] === '(') return readGroup()
    if (source[at] === '[') return readClass()
    if (source[at] === '\\') return readEscape()
    const [character = ''] = take(/[\s\S]/guy) ?? []
    if (character === '^' || character === '$') return nothing
    if (character === '.') return anyCharacter
    return { shortest: character.length, longest: character.length }
  }

  function readGroup(): PatternLength {
    // Flags for what follows are no group.
    if (take(/\(\?[a-zA-Z-]+\)/gy)) return nothing
    take(/\((?:\?(?:P?<[^>]*>|[a-zA-Z-]*:))?/gy)
    const length = readAlternatives()
    at += 1
    return length
  }

  function readClass(): PatternLength {
    const [whole = ''] = take(/\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]])*\]/gy) ?? []
    const isNarrow = !whole.startsWith('[^') && !astralEscape.test(whole) && !/\P{ASCII}|\\x\{/u.test(whole)
    return isNarrow ? one : anyCharacter
  }

  function readEscape(): PatternLength {
    const quoted = take(/\\Q([\s\S]*?)(?:\\E|$)/gy)
    if (quoted) return { shortest: quoted[1]?.length ?? 0, longest: quoted[1]?.length ?? 0 }
    const [whole = ''] = take(/\\(?:[pP](?:\{[^}]*\}|.)|x\{[^}]*\}|x[\da-fA-F]{2}|[0-7]{1,3}|[\s\S])/guy) ?? []
    if (places.has(whole.slice(1))) return nothing
    return astralEscape.test(whole) || whole.startsWith('\\x{') ? anyCharacter : one
  }

  return readAlternatives()
}
