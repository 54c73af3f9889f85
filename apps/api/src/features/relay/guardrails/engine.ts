import { RE2JS } from 're2js'
import type { relayGuardrails } from '../tables.ts'
import { foldText, foldWord, type FoldedText } from './fold.ts'
import { lengthOfPattern } from './pattern-length.ts'

/** What administrators wrote of a guardrail. */
export type GuardrailRule = Pick<
  typeof relayGuardrails.$inferSelect,
  'name' | 'kind' | 'matches' | 'action' | 'direction'
>

interface Match {
  start: number
  end: number
}

/** A guardrail ready to be used. */
export interface Guardrail {
  name: string
  action: GuardrailRule['action']
  /** What must be known of a text behind a place to say whether a match begins there. */
  reach: number
  /** Characters of the longest match; Infinity for a pattern without an end. */
  longest: number
  /** Finds the matches of a folded text one after the other, each from a place on. */
  search(text: string): (from: number) => Match | null
}

/** Text that a guardrail refuses, or that costs too much to look through. */
export class GuardrailStop extends Error {
  readonly guardrail: string
  readonly reason: 'match' | 'cost'

  constructor(guardrail: string, reason: 'match' | 'cost') {
    super(reason === 'match' ? 'a guardrail matched' : 'a guardrail took too long')
    this.name = 'GuardrailStop'
    this.guardrail = guardrail
    this.reason = reason
  }
}

export const redacted = '[redacted]'

const patternLengthMax = 1_000
/** Instructions of a compiled pattern: what it costs for each character at worst. */
const programSizeMax = 5_000

/** A pattern without an end is found in a stream if this much of it is enough to match. */
const endlessReach = 64
const reachMax = 1_024
/** A match at the end of a stream that may still grow is waited for so long. */
const growingMax = 4_096

/** Why a pattern cannot be used, for a person; null for one that can. RE2 has nothing that takes more than linear time. */
export function checkPattern(pattern: string): string | null {
  if (pattern.length > patternLengthMax) return `A pattern has at most ${patternLengthMax} characters.`
  try {
    const compiled = RE2JS.compile(pattern)
    if (compiled.programSize() > programSizeMax) return 'The pattern is too large: write fewer repetitions.'
    if (compiled.matcher('').find()) return 'The pattern matches an empty text.'
    return null
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : ''
    return `The pattern cannot be read (${reason}). Look-around and back-references are not supported.`
  }
}

function patternGuard(pattern: string): Pick<Guardrail, 'reach' | 'longest' | 'search'> {
  const refusal = checkPattern(pattern)
  if (refusal !== null) throw new Error(refusal)
  const compiled = RE2JS.compile(pattern)
  const { shortest, longest } = lengthOfPattern(pattern)
  return {
    reach: Math.min(Number.isFinite(longest) ? longest : Math.max(shortest, endlessReach), reachMax),
    longest,
    search(text) {
      const matcher = compiled.matcher(text)
      return (from) => {
        for (let at = from; at <= text.length && matcher.find(at); at = matcher.end() + 1)
          if (matcher.end() > matcher.start()) return { start: matcher.start(), end: matcher.end() }
        return null
      }
    },
  }
}

/** Letters of words; scripts without spaces have none, and their words are found anywhere. */
const spaceless = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar']
const wordLetter = String.raw`[[\p{L}\p{M}\p{N}_]--[${spaceless.map((script) => String.raw`\p{sc=${script}}`).join('')}]]`
const beginsWord = new RegExp(`^${wordLetter}`, 'v')
const endsWord = new RegExp(`${wordLetter}$`, 'v')

function keywordSource(word: string): string {
  const before = beginsWord.test(word) ? `(?<!${wordLetter})` : ''
  const after = endsWord.test(word) ? `(?!${wordLetter})` : ''
  return `${before}${word.replace(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`)}${after}`
}

function keywordGuard(keywords: string[]): Pick<Guardrail, 'reach' | 'longest' | 'search'> {
  const words = keywords.map(foldWord).filter((word) => word.trim() !== '')
  if (words.length === 0) throw new Error('A guardrail needs a keyword.')
  // Of two that begin at one place the longer one is meant.
  const sources = words.toSorted((one, other) => other.length - one.length).map(keywordSource)
  // Alternatives of plain words: nothing in it can be retried more often than there are words.
  const expression = new RegExp(sources.join('|'), 'giv')
  const longest = Math.max(...words.map((word) => word.length))
  return {
    reach: longest,
    longest,
    search: (text) => (from) => {
      expression.lastIndex = from
      const found = expression.exec(text)
      return found && { start: found.index, end: found.index + found[0].length }
    },
  }
}

/** Makes guardrails ready; throws for a pattern that `checkPattern` refuses. */
export function compileGuardrail({ name, kind, matches, action }: GuardrailRule): Guardrail[] {
  const guards = kind === 'keyword' ? [keywordGuard(matches)] : matches.map(patternGuard)
  return guards.map((guard) => ({ name, action, ...guard }))
}

/** A place a guardrail looks from, and what it found behind it. */
interface Look {
  guard: Guardrail
  cursor: number
  matches: Match[]
}

/** Nothing else goes on meanwhile, so looking through the texts of a request, or a piece of a stream, may take so long. */
const lookMaxMs = 200

/** How long this thread has worked: on a busy machine no text is refused for what others do. */
export function workedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

/** How long it will have worked when what begins now has taken too long. */
export const lookDeadlineMs = (): number => workedMs() + lookMaxMs

/**
 * Long texts are looked at in parts of so many characters, and the clock before each guardrail looks at one: the largest
 * pattern takes a tenth of a second for it.
 */
const partLength = 32_768

/** Finds all matches that begin before `horizon`, unless it takes too long; answers from where on a match may still be growing. */
function lookThrough(look: Look, folded: FoldedText, horizon: number, isLast: boolean, deadlineMs: number): number {
  const { guard } = look
  const next = guard.search(folded.text)
  look.matches = []
  let from = look.cursor
  while (from < folded.text.length) {
    if (workedMs() > deadlineMs) throw new GuardrailStop(guard.name, 'cost')
    const match = next(from)
    if (!match || match.start >= horizon) break
    if (guard.action === 'refuse') throw new GuardrailStop(guard.name, 'match')
    const mayGrow = !isLast && match.end >= folded.settled && folded.text.length - match.start < growingMax
    if (mayGrow) return match.start
    look.matches.push(match)
    from = folded.placeOf(folded.originalEndOf(match.end))
  }
  return horizon
}

/** Guards a text that comes in pieces. */
export interface TextScan {
  /** Takes a piece and answers what may go out by now; with `isLast` that is all the rest. Throws past `deadlineMs`. */
  push(piece: string, isLast: boolean, deadlineMs?: number): string
  /** Places redacted so far. */
  hits(): number
}

/**
 * Guards one text that comes in pieces, cut anywhere: what goes out is the same as if it had come whole. For that it holds
 * back the last characters, as many as the longest match has. A pattern without an end is found by its first 64
 * characters, and as long as it grows up to 4,096.
 */
export function createTextScan(
  guards: readonly Guardrail[],
  reachOf = ({ reach }: Guardrail): number => reach,
): TextScan {
  const reach = Math.max(0, ...guards.map(reachOf))
  const looks: Look[] = guards.map((guard) => ({ guard, cursor: 0, matches: [] }))
  /** What is not out yet, and one character before it, for patterns that ask what stands before. */
  let kept = ''
  let written = 0
  let hits = 0

  function horizonOf(folded: FoldedText, isLast: boolean): number {
    if (isLast) return folded.text.length
    return Math.max(0, folded.settled - reach - 1)
  }

  /** Writes what stands before `end`, each overlapping run of matches as one mark. */
  function write(matches: Match[], end: number): string {
    let out = ''
    for (const match of matches.toSorted((one, other) => one.start - other.start)) {
      if (match.start >= written) {
        out += kept.slice(written, match.start) + redacted
        hits += 1
      }
      written = Math.max(written, match.end)
    }
    if (written >= end) return out
    out += kept.slice(written, end)
    written = end
    return out
  }

  function pushPart(part: string, isLast: boolean, deadlineMs: number): string {
    kept += part
    const folded = foldText(kept)
    const first = horizonOf(folded, isLast)
    if (first === 0 && !isLast) return ''
    for (const look of looks) look.cursor = folded.placeOf(look.cursor)
    const horizons = looks.map((look) => lookThrough(look, folded, first, isLast, deadlineMs))
    // Never inside of a character.
    const end = folded.originalOf(Math.min(first, ...horizons))
    const horizon = folded.placeOf(end)
    const matches = looks.flatMap((look) => {
      const decided = look.matches.filter(({ start }) => start < horizon)
      const found = decided.map((match) => ({
        start: folded.originalOf(match.start),
        end: folded.originalEndOf(match.end),
      }))
      look.cursor = Math.max(folded.originalOf(look.cursor), end, found.at(-1)?.end ?? 0)
      return found
    })
    const out = write(matches, end)
    const cut = horizon === 0 ? 0 : folded.originalOf(horizon - 1)
    kept = kept.slice(cut)
    written -= cut
    for (const look of looks) look.cursor -= cut
    return out
  }

  return {
    hits: () => hits,
    push(piece, isLast, deadlineMs = lookDeadlineMs()) {
      let out = ''
      for (let from = 0; ; from += partLength) {
        const isEnd = from + partLength >= piece.length
        out += pushPart(piece.slice(from, from + partLength), isLast && isEnd, deadlineMs)
        if (isEnd) return out
      }
    },
  }
}

/** What guardrails say of a text. */
export type Verdict = { ok: true; text: string; hits: number } | { ok: false; guardrail: string }

/** Guards a whole text; throws GuardrailStop where it is refused, or takes longer than until `deadlineMs`. */
export function guardText(
  guards: readonly Guardrail[],
  text: string,
  deadlineMs = lookDeadlineMs(),
): { text: string; hits: number } {
  // Nobody waits for the first characters: a match without an end is waited for as long as one may grow.
  const scan = createTextScan(guards, ({ longest }) => Math.min(longest, growingMax))
  return { text: scan.push(text, true, deadlineMs), hits: scan.hits() }
}

/** Guards a whole text. */
export function checkText(guards: readonly Guardrail[], text: string): Verdict {
  try {
    return { ok: true, ...guardText(guards, text) }
  } catch (error) {
    if (error instanceof GuardrailStop) return { ok: false, guardrail: error.guardrail }
    throw error
  }
}
