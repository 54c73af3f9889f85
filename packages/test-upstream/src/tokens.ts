/** One character of a script written without spaces, one word or number, or one other visible character. */
const token =
  /\s*(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])[\p{L}\p{N}_])+|[^\s\p{L}\p{N}_])/gu

/** Text cut into tokens, each with the white space before it, so that they join to the text again. */
export function tokensOf(text: string): string[] {
  const tokens = text.match(token) ?? []
  const rest = text.slice(tokens.reduce((length, each) => length + each.length, 0))
  const last = tokens.pop()
  return last === undefined ? [] : [...tokens, last + rest]
}

/** What a text costs here: words and marks, `You said: 你好!` being 6. Roles and framing of messages cost nothing. */
export function countTokens(text: string): number {
  return text.match(token)?.length ?? 0
}

/** What a picture costs in a prompt. */
export const imageTokens = 85
/** What a piece of sound costs, in a prompt and in an answer. */
export const audioTokens = 25
