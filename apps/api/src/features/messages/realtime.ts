import type { MessageRow, MessagesEvent } from '@parley/protocol/messages'
import type { EventBus } from '../../platform/events.ts'
import { roomChannel, userChannel } from '../../realtime/channels.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import type { MessageAccess } from './access.ts'
import type { MessageEvents } from './events.ts'
import type { MessagePlace } from './rows-at.ts'
import type { Messages } from './service.ts'

interface RealtimeDependencies {
  messages: Messages
  access: MessageAccess
  events: EventBus<MessageEvents>
  announceHead: (packet: MessagesEvent) => void
  /** Messages of many rooms; places without one are left out. */
  messagesAt: (places: MessagePlace[]) => Promise<MessageRow[]>
  onError: (error: unknown, what: string) => void
}

/** Above so many sockets in a room, members are told of the new head and fetch what they look at. */
const bodySocketsMax = 5_000
/** A packet larger than this is split, so that one burst does not hold up everything behind it on a slow line. */
const packetCharactersMax = 96 * 1024
const excerptLengthMax = 140

const sizeOf = ({ body }: MessageRow): number =>
  400 + (body.kind === 'text' ? body.text.length : body.kind === 'media' ? 400 * body.files.length : 0)

/** Splits a packet by size. The pieces join without a hole: each begins at the change where the one before ended. */
export function splitPacket(packet: MessagesEvent): MessagesEvent[] {
  const pieces: MessagesEvent[] = []
  let rows: MessageRow[] = []
  let size = 0
  let { after } = packet
  for (const row of packet.rows) {
    if (rows.length > 0 && size + sizeOf(row) > packetCharactersMax) {
      const change = rows.at(-1)?.change ?? after
      pieces.push({ ...packet, after, change, rows })
      after = change
      rows = []
      size = 0
    }
    rows.push(row)
    size += sizeOf(row)
  }
  pieces.push({ ...packet, after, rows })
  return pieces
}

const excerptOf = ({ body }: MessageRow): string =>
  (body.kind === 'text' ? body.text : body.kind === 'media' ? (body.caption ?? '') : '').slice(0, excerptLengthMax)

/** Declares the commands of messages and sends what was committed to whoever is in the room. */
export function registerRealtime(
  gateway: Gateway,
  { messages, access, events, announceHead, messagesAt, onError }: RealtimeDependencies,
): void {
  gateway.command('room.sendMessage', (input, { actor }) => messages.send(actor, input))
  gateway.command('room.editMessage', (input, { actor }) => messages.edit(actor, input))
  gateway.command('room.recallMessage', (input, { actor }) => messages.recall(actor, input))
  gateway.command('room.react', ({ on, ...target }, { actor }) => messages.react(actor, target, on))
  gateway.command('room.pin', ({ on, ...target }, { actor }) => messages.pin(actor, target, on))
  gateway.command('room.sync', async (input, { actor }) => {
    await access.requireMember(actor, input.roomId)
    return messages.sync(input)
  })
  gateway.command('room.typing', async ({ roomId }, { id, actor }) => {
    await access.requirePost(actor, roomId)
    const event = { roomId, userId: actor.userId }
    gateway.emit(roomChannel(roomId), 'typing', event, { volatile: true, exceptSocketId: id })
    return {}
  })

  events.on('messages.committed', (packet) => {
    const channel = roomChannel(packet.roomId)
    announceHead(packet)
    if (gateway.size(channel) > bodySocketsMax) return
    for (const piece of splitPacket(packet)) gateway.emit(channel, 'messages', piece)
  })

  events.on('message.sent', ({ row, mentionIds, peerId }) => {
    const { senderId, roomId, seq } = row
    const tell = (kind: 'mention' | 'reply' | 'direct', userId: string) => {
      if (userId === senderId) return
      gateway.emit(userChannel(userId), 'notification', {
        kind,
        userId: senderId,
        roomId,
        seq,
        excerpt: excerptOf(row),
      })
    }
    for (const userId of mentionIds) tell('mention', userId)
    if (peerId !== null && !mentionIds.includes(peerId)) tell('direct', peerId)
    if (peerId === null && row.replyTo !== undefined) {
      authorOf(roomId, row.replyTo).then(
        (userId) => {
          // A mention has told them already.
          if (userId !== undefined && !mentionIds.includes(userId)) tell('reply', userId)
        },
        (error: unknown) => onError(error, 'notice of a reply'),
      )
    }
  })

  /** Who wrote a message, if they still are in its room. */
  async function authorOf(roomId: string, seq: number): Promise<string | undefined> {
    const [row] = await messagesAt([{ roomId, seq }])
    return row && (await access.membersAmong(roomId, [row.senderId]))[0]
  }
}
