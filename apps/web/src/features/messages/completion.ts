/** What is being typed that a list could complete. */
export interface Completion {
  kind: 'mention' | 'emoji'
  /** What stands after the sign, up to the caret. */
  query: string
  /** Where the sign stands. */
  from: number
}

// A sign in the middle of a word is none: an address or the time of day.
const mention = /(?:^|[\s(（「])@([\p{L}\p{N}_.-]{0,30})$/u
const emoji = /(?:^|[\s(（]):([a-z0-9_+-]{2,30})$/i

/** The mention or emoji the caret stands in, if any. */
export function completionAt(text: string, caret: number): Completion | null {
  const before = text.slice(Math.max(0, caret - 40), caret)
  for (const [kind, pattern] of [
    ['mention', mention],
    ['emoji', emoji],
  ] as const) {
    const query = pattern.exec(before)?.[1]
    if (query !== undefined) return { kind, query, from: caret - query.length - 1 }
  }
  return null
}

/** The text with the completion replaced by what was chosen, and where the caret then stands. */
export function complete(text: string, { from, query }: Completion, chosen: string) {
  const head = `${text.slice(0, from)}${chosen} `
  return { text: head + text.slice(from + 1 + query.length).replace(/^ /, ''), caret: head.length }
}
