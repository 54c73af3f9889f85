import { createHash } from 'node:crypto'

/** White text on each of these has a contrast of at least 4.5. */
const colours = [
  '#b3261e',
  '#a8380f',
  '#8a5300',
  '#5c6300',
  '#2e6b1f',
  '#00695c',
  '#00658a',
  '#1f5fbf',
  '#4a4fc4',
  '#7440b8',
  '#9b2f93',
  '#ad2b5f',
] as const

/** First letters of the first two words; of a name in Chinese, Japanese or Korean its last two characters. */
function initialsOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? []
  const joined = words.join('')
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(joined)) {
    return [...joined].slice(-2).join('')
  }
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase()
}

/** Draws the avatar of a username, the same whether anybody has it: display names would tell who exists. */
export function generateAvatar(username: string): { svg: string; etag: string } {
  const digest = createHash('sha256').update(username.toLowerCase()).digest()
  const colour = colours[digest.readUInt16BE(0) % colours.length] ?? colours[0]
  const initials = initialsOf(username)
  const size = [...initials].length > 1 ? 40 : 48
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">` +
    `<rect width="96" height="96" fill="${colour}"/>` +
    `<text x="48" y="50" fill="#fff" font-family="system-ui,sans-serif" font-size="${size}" font-weight="600" ` +
    `text-anchor="middle" dominant-baseline="central">${initials}</text></svg>`
  return { svg, etag: `"g1-${digest.toString('base64url', 0, 12)}"` }
}
