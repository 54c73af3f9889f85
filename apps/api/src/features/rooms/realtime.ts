import type { EventBus } from '../../platform/events.ts'
import { roomChannel, userChannel } from '../../realtime/channels.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import type { RoomEvents } from './events.ts'

/** Past this many members, read marks would be more traffic than talk: only the reader's own devices hear of them. */
const readAudienceMax = 200

/** Says which sockets hear of what happened to rooms. */
export function announceRooms(gateway: Gateway, events: EventBus<RoomEvents>): void {
  events.on('room.updated', ({ room, joinedIds }) => {
    for (const userId of joinedIds) gateway.subscribe(userChannel(userId), roomChannel(room.id))
    gateway.emit(roomChannel(room.id), 'room.updated', { room })
  })

  events.on('room.removed', ({ roomId, userIds, reason }) => {
    if (reason === 'deleted') {
      gateway.emit(roomChannel(roomId), 'room.removed', { roomId, reason })
      gateway.unsubscribe(roomChannel(roomId), roomChannel(roomId))
      return
    }
    for (const userId of userIds) {
      gateway.unsubscribe(userChannel(userId), roomChannel(roomId))
      gateway.emit(userChannel(userId), 'room.removed', { roomId, reason })
    }
  })

  events.on('member.changed', (change) => gateway.emit(roomChannel(change.roomId), 'member.changed', change))

  events.on('membership.updated', ({ userId, room }) => gateway.emit(userChannel(userId), 'room.updated', { room }))

  events.on('room.read', ({ memberCount, ...read }) => {
    const channel = memberCount > readAudienceMax ? userChannel(read.userId) : roomChannel(read.roomId)
    gateway.emit(channel, 'read', read)
  })
}
