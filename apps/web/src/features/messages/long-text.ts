const linesMax = 20
const charactersMax = 2_000
/** A little over the limit is shown whole: a button that reveals one line is a nuisance. */
const slack = 1.3

/** Whether a text is so long that its beginning is shown first. */
export function isLong(text: string): boolean {
  if (text.length > charactersMax * slack) return true
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1
  return lines > linesMax * slack
}

/** The beginning of a long text, cut at the end of a line where there is one. */
export function opening(text: string): string {
  const lines = text.slice(0, charactersMax).split('\n').slice(0, linesMax)
  return `${lines.join('\n').trimEnd()}\n…`
}
