/** Markdown as plain words on one line, for lists, quotes and notices. Ends early: a preview shows little. */
export const plainText = (markdown: string, lengthMax = 300) =>
  withoutTables(markdown.slice(0, lengthMax * 3))
    .replace(/```[\w-]*\n?/g, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+|\d+[.)]\s+)/gm, '')
    .replace(/(\*\*|__|~~|`)(?=\S)(.*?\S)\1/g, '$2')
    .replace(/(^|[\s(])([*_])(?=\S)([^*_\n]*\S)\2(?=$|[\s).,!?:;])/g, '$1$3')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, lengthMax)

/** The line of dashes below the head of a table, which is what makes it one. */
const isTableRule = (line = '') => /^[\s|:-]+$/.test(line) && line.includes('-') && line.includes('|')

/** The cells of tables as words side by side; any other `|` stays. */
function withoutTables(markdown: string) {
  const lines = markdown.split('\n')
  let inTable = false
  const plain = lines.map((line, index) => {
    inTable = line.includes('|') && (inTable || isTableRule(lines[index + 1]))
    if (!inTable) return line
    return isTableRule(line) ? '' : line.replace(/(?<!\\)\|/g, ' ').replaceAll('\\|', '|')
  })
  return plain.join('\n')
}
