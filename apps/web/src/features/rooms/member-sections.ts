import type { RoomMember } from '@parley/protocol/rooms'

/** So many are loaded and watched, so that one sees who is there; the rest of a larger room is listed as one scrolls. */
export const watchedMax = 300

export type MemberItem = { heading: 'online' | 'offline' | 'others'; count: number } | { member: RoomMember }

interface MemberSections {
  members: readonly RoomMember[]
  /** Those of the watched who are there. */
  there: ReadonlySet<string>
  /** How many there are, loaded or not. */
  total: number
}

/** Those who are there first. Where not everybody is watched, nobody is said to be away. */
export function memberSections({ members, there, total }: MemberSections): MemberItem[] {
  const online = members.filter(({ user }) => there.has(user.id))
  const rest = members.filter(({ user }) => !there.has(user.id))
  const section = (heading: 'online' | 'offline' | 'others', part: readonly RoomMember[], count: number) =>
    part.length === 0 ? [] : [{ heading, count }, ...part.map((member) => ({ member }))]
  return [
    ...section('online', online, online.length),
    ...section(total > watchedMax ? 'others' : 'offline', rest, total - online.length),
  ]
}
