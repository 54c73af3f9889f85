import type { PublicUser } from '@parley/protocol/people'

type Mentionable = Pick<PublicUser, 'id' | 'username' | 'displayName'>

const mentionsMax = 50

const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** Finds `@name` of these people, by username or shown name, the longer name first. */
export function mentionPattern(people: readonly Mentionable[]): RegExp | null {
  const names = people.flatMap(({ username, displayName }) => [username, displayName])
  if (names.length === 0) return null
  const ordered = [...new Set(names)].toSorted((a, b) => b.length - a.length)
  // A Latin name ends where its letters end; a Chinese one may be followed by anything.
  const alternatives = ordered.map(
    (name) => escapePattern(name) + (/[A-Za-z0-9_]$/.test(name) ? '(?![A-Za-z0-9_])' : ''),
  )
  return new RegExp(`(?<![A-Za-z0-9_])@(${alternatives.join('|')})`, 'gi')
}

/** Who of these people `name` names. */
export const mentioned = <T extends Mentionable>(people: readonly T[], name: string): T | undefined => {
  const wanted = name.toLowerCase()
  return (
    people.find(({ username }) => username.toLowerCase() === wanted) ??
    people.find(({ displayName }) => displayName.toLowerCase() === wanted)
  )
}

/** The ids of those a text names, among the people who could be meant. */
export function mentionsIn(text: string, people: readonly Mentionable[]): string[] {
  const pattern = mentionPattern(people)
  if (!pattern) return []
  const ids = [...text.matchAll(pattern)].map(([, name = '']) => mentioned(people, name)?.id)
  return [...new Set(ids.filter((id) => id !== undefined))].slice(0, mentionsMax)
}
