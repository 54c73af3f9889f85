import type { AttachmentName } from './attachments.ts'
import { seeded } from './random.ts'
import type { Username } from './people.ts'

const minuteMs = 60_000

export interface Line {
  from: Username
  text: string
  /** Minutes since the line before; a few when absent. */
  afterMinutes?: number
  /** A name for others to reply to. */
  key?: string
  replyTo?: string
  attach?: AttachmentName[]
  reactions?: Record<string, Username[]>
  pinnedBy?: Username
  /** What the sender later made of the text. */
  edited?: string
  isRecalled?: boolean
}

/** Lines said in one sitting. */
export interface Episode {
  /** When it began, before the demo was made. */
  hoursAgo: number
  lines: Line[]
}

interface Conversation {
  /** Names the room in every run; never shown. */
  key: string
  episodes: Episode[]
  /** When the room was made; an hour before the first word when absent. */
  madeHoursAgo?: number
  /** The last lines these people have not seen yet. */
  unread?: Partial<Record<Username, number>>
}

export interface GroupConversation extends Conversation {
  name: string
  topic: string
  visibility: 'listed' | 'invite'
  creator: Username
  admins?: Username[]
  members: Username[]
  picture?: [sky: string, hill: string]
}

export interface PrivateConversation extends Conversation {
  /** Two friends. */
  between: [Username, Username]
}

export const say = (from: Username, text: string, more: Omit<Line, 'from' | 'text'> = {}): Line => ({
  from,
  text,
  ...more,
})

export type ScriptedLine = Line & { clientId: string; createdAt: Date }

/** The lines of a conversation in order, each named and dated; the same in every run of one demo. */
export function scriptOf({ key, episodes }: Conversation, madeAt: Date): ScriptedLine[] {
  const random = seeded(key)
  let number = 0
  return episodes.flatMap(({ hoursAgo, lines }) => {
    let atMs = madeAt.getTime() - hoursAgo * 60 * minuteMs
    return lines.map((line) => {
      number += 1
      atMs += (line.afterMinutes ?? 0.4 + random() * 3) * minuteMs
      return { ...line, clientId: clientIdOf(key, number), createdAt: new Date(Math.round(atMs)) }
    })
  })
}

/** When a room was made. */
export function roomCreatedAt({ episodes, madeHoursAgo }: Conversation, madeAt: Date): Date {
  const hoursAgo = madeHoursAgo ?? (episodes[0]?.hoursAgo ?? 0) + 1
  return new Date(madeAt.getTime() - hoursAgo * 60 * minuteMs)
}

/** A repeat of a send is answered like the first, so a name that never changes makes every run safe to repeat. */
export function clientIdOf(key: string, number: number): string {
  const random = seeded(`${key}:${number}`)
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
  return `${hex(8)}-${hex(4)}-7${hex(3)}-8${hex(3)}-${hex(12)}`
}
