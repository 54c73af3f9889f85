import type { EventBus } from '../../platform/events.ts'
import { presenceChannel, userChannel } from '../../realtime/channels.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import type { PeopleEvents } from './events.ts'

/** Says which sockets hear of what happened between people. */
export function announcePeople(gateway: Gateway, events: EventBus<PeopleEvents>): void {
  events.on('user.updated', ({ user }) => {
    gateway.emit(userChannel(user.id), 'user.updated', { user })
    // Who watches somebody's presence is looking at them.
    gateway.emit(presenceChannel(user.id), 'user.updated', { user })
  })

  events.on('friend.changed', ({ userId, change, notice }) => {
    gateway.emit(userChannel(userId), 'friend.changed', change)
    if (!notice) return
    const { userId: otherId, roomId } = change
    gateway.emit(userChannel(userId), 'notification', {
      kind: notice,
      userId: otherId,
      ...(roomId !== undefined && { roomId }),
    })
  })
}
