import type { EventBus } from '../../platform/events.ts'
import { roomChannel, userChannel } from '../../realtime/channels.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import type { RoomEvents } from './events.ts'
import type { Memberships } from './membership.ts'

/** Past this many members, read marks would be more traffic than talk: only the reader's own devices hear of them. */
const readAudienceMax = 200

/** Longer than a new socket takes from reading its rooms to entering their channels. */
const welcomeMaxMs = 30_000

interface AnnouncingDependencies {
  events: EventBus<RoomEvents>
  memberships: Pick<Memberships, 'membership'>
  onError: (error: unknown) => void
}

/** Says which sockets hear of what happened to rooms. */
export function announceRooms(gateway: Gateway, { events, memberships, onError }: AnnouncingDependencies): void {
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

  events.on('membership.updated', ({ userId, ...kept }) =>
    gateway.emit(userChannel(userId), 'membership.updated', kept),
  )

  events.on('room.read', ({ memberCount, ...read }) => {
    const channel = memberCount > readAudienceMax ? userChannel(read.userId) : roomChannel(read.roomId)
    gateway.emit(channel, 'read', read)
  })

  keepOutRemoved(gateway, { events, memberships, onError })
}

/**
 * A socket that read its rooms just before its person was removed from one enters that room's channel just after, and
 * would overhear the room for as long as it stays open. So who was removed lately is looked at once more on connecting.
 */
function keepOutRemoved(gateway: Gateway, { events, memberships, onError }: AnnouncingDependencies): void {
  const lately = new Set<{ userId: string; roomId: string }>()

  events.onEveryNode('room.removed', ({ roomId, userIds, reason }) => {
    if (reason === 'deleted') return
    for (const userId of userIds) {
      const removal = { userId, roomId }
      lately.add(removal)
      setTimeout(() => lately.delete(removal), welcomeMaxMs).unref()
    }
  })

  async function check(userId: string, roomId: string): Promise<void> {
    if (!(await memberships.membership(userId, roomId))) gateway.unsubscribe(userChannel(userId), roomChannel(roomId))
  }

  gateway.onConnect(({ actor }) => {
    for (const { userId, roomId } of lately) if (userId === actor.userId) check(userId, roomId).catch(onError)
  })
}
