const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}`
/** One character of a script written without spaces, one word or number, or one other visible character. */
const token = String.raw`[${unspaced}]|(?:(?![${unspaced}])[\p{L}\p{N}_])+|[^\s\p{L}\p{N}_]`
const tokens = new RegExp(token, 'gu')
const tokensAndSpace = new RegExp(String.raw`\s+|${token}`, 'gu')

/** Text cut into tokens, each with the white space before it, so that they join to the text again. */
export function tokensOf(text: string): string[] {
  const cut: string[] = []
  let space = ''
  for (const piece of text.match(tokensAndSpace) ?? []) {
    if (piece.trim() === '') space = piece
    else {
      cut.push(space + piece)
      space = ''
    }
  }
  const last = cut.pop()
  return last === undefined ? [] : [...cut, last + space]
}

/** What a text costs here: words and marks, `You said: 你好!` being 6. Roles and framing of messages cost nothing. */
export function countTokens(text: string): number {
  return text.match(tokens)?.length ?? 0
}

/** What a picture costs in a prompt. */
export const imageTokens = 85
/** What a piece of sound costs, in a prompt and in an answer. */
export const audioTokens = 25
