/** A LIKE pattern for text as it is: `%` and `_` in it stand for themselves. */
export function likePattern(text: string, matches: 'start' | 'part'): string {
  const escaped = text.replace(/[\\%_]/g, '\\$&')
  return matches === 'start' ? `${escaped}%` : `%${escaped}%`
}
