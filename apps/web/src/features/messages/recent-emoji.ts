const storageKey = 'parley.emoji'
const keptMax = 16

/** What this device's person used last, latest first. */
export const recentEmoji = (): string[] => (localStorage.getItem(storageKey) ?? '').split(' ').filter(Boolean)

export const rememberEmoji = (emoji: string) =>
  localStorage.setItem(storageKey, [...new Set([emoji, ...recentEmoji()])].slice(0, keptMax).join(' '))
