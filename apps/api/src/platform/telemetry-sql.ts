const lengthMax = 2_000

/**
 * An SQL statement, or a message that quotes one, without its values: fit for a log or a trace. A literal that the cut
 * leaves open is a value to its end.
 */
export const withoutValues = (sql: string): string =>
  sql
    .slice(0, lengthMax)
    .replace(/'(?:[^'\\]|\\[^]?|'')*(?:'|$)|"(?:[^"\\]|\\[^]?|"")*(?:"|$)/g, '?')
    .replace(/\nparams: [^]*$/, '')
    .replace(/\b(?:0x[\da-f]+|\d+(?:\.\d+)?)\b/gi, '?')
    .replace(/\?(?:, ?\?)+/g, '?')
    .replace(/\(\?\)(?:, ?\(\?\))+/g, '(?)')
