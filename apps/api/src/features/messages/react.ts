import {
  reactionEmojiMax,
  reactionPeopleMax,
  type MessageTarget,
  type Reaction,
  type ReactionTarget,
  type Written,
} from '@parley/protocol/messages'
import { and, count, eq } from 'drizzle-orm'
import type { Actor } from '../../platform/http/actor.ts'
import { conflict, invalidField } from '../../platform/http/errors.ts'
import type { MessageAccess } from './access.ts'
import type { MessageLog } from './log.ts'
import { roomPins } from './tables.ts'

interface ReactDependencies {
  access: MessageAccess
  log: MessageLog
}

const emojiPattern = /^\p{RGI_Emoji}$/v
const pinsMax = 100

function add(reactions: Reaction[], emoji: string, userId: string): Reaction[] {
  const existing = reactions.find((reaction) => reaction.emoji === emoji)
  if (!existing) {
    if (reactions.length >= reactionEmojiMax) throw conflict('This message has all the different reactions it takes.')
    return [...reactions, { emoji, userIds: [userId] }]
  }
  if (existing.userIds.length >= reactionPeopleMax) throw conflict('This reaction has all the people it takes.')
  return reactions.map((reaction) =>
    reaction === existing ? { emoji, userIds: [...reaction.userIds, userId] } : reaction,
  )
}

const remove = (reactions: Reaction[], emoji: string, userId: string): Reaction[] =>
  reactions
    .map((reaction) =>
      reaction.emoji === emoji ? { emoji, userIds: reaction.userIds.filter((id) => id !== userId) } : reaction,
    )
    .filter(({ userIds }) => userIds.length > 0)

/** Sets or takes back one's reaction. Doing it twice changes nothing and answers the same. */
export function createReact({ access, log }: ReactDependencies) {
  return async (actor: Actor, { roomId, seq, emoji }: ReactionTarget, on: boolean): Promise<Written> => {
    await access.requirePost(actor, roomId)
    if (!emojiPattern.test(emoji)) throw invalidField('emoji', 'This is not an emoji.')
    return log.transaction(async ({ room }) => {
      const writer = await room(roomId)
      const row = await writer.read(seq)
      if (row.body.kind === 'recall') throw conflict('This message was recalled.', 'recalled')
      const reactions = row.reactions ?? []
      const has = reactions.some((reaction) => reaction.emoji === emoji && reaction.userIds.includes(actor.userId))
      if (has === on) return { roomId, seq, change: row.change }
      const next = on ? add(reactions, emoji, actor.userId) : remove(reactions, emoji, actor.userId)
      const change = await writer.update(seq, { reactions: next.length > 0 ? JSON.stringify(next) : null })
      return { roomId, seq, change }
    })
  }
}

/** Pins or unpins a message. Doing it twice changes nothing and answers the same. */
export function createPin({ access, log }: ReactDependencies) {
  return async (actor: Actor, { roomId, seq }: MessageTarget, on: boolean): Promise<Written> => {
    await access.requirePost(actor, roomId)
    return log.transaction(async ({ tx, room }) => {
      const writer = await room(roomId)
      const row = await writer.read(seq)
      if (row.body.kind === 'recall') throw conflict('This message was recalled.', 'recalled')
      if (Boolean(row.pinnedAt) === on) return { roomId, seq, change: row.change }
      const pinnedAt = new Date()
      if (on) {
        const [pins] = await tx.select({ total: count() }).from(roomPins).where(eq(roomPins.roomId, roomId))
        if ((pins?.total ?? 0) >= pinsMax) throw conflict(`A room takes ${pinsMax} pinned messages. Unpin one first.`)
        await tx.insert(roomPins).values({ roomId, seq, workspaceId: actor.workspaceId, pinnedAt })
      } else {
        await tx.delete(roomPins).where(and(eq(roomPins.roomId, roomId), eq(roomPins.seq, seq)))
      }
      const set = on ? { pinnedAt, pinnedBy: actor.userId } : { pinnedAt: null, pinnedBy: null }
      return { roomId, seq, change: await writer.update(seq, set) }
    })
  }
}
