import { createAction, type ActionCreatorWithPayload } from '@reduxjs/toolkit'
import type { EventName, EventPayload } from '@parley/protocol/realtime'

const event = <N extends EventName>(name: N) => createAction<EventPayload<N>>(`realtime/${name}`)

/**
 * What the socket said, as Redux actions: any reducer may answer one. `messages` and `heads` are missing on purpose: the
 * sync engine answers those, and says what became of them.
 */
const sessionReady = event('session.ready')
const sessionEnding = event('session.ending')
export const roomUpdated = event('room.updated')
export const roomRemoved = event('room.removed')
export const memberChanged = event('member.changed')
export const membershipUpdated = event('membership.updated')
export const readMoved = event('read')
const typingHeard = event('typing')
export const presenceChanged = event('presence')
export const friendChanged = event('friend.changed')
export const userUpdated = event('user.updated')
const notified = event('notification')
const accessChanged = event('access.changed')
export const muteChanged = event('mute.changed')

type EventActions = { [N in Exclude<EventName, 'messages' | 'heads'>]: ActionCreatorWithPayload<EventPayload<N>> }

/** By the names of the wire, for whoever listens to the socket. */
export const eventActions: EventActions = {
  'session.ready': sessionReady,
  'session.ending': sessionEnding,
  'room.updated': roomUpdated,
  'room.removed': roomRemoved,
  'member.changed': memberChanged,
  'membership.updated': membershipUpdated,
  read: readMoved,
  typing: typingHeard,
  presence: presenceChanged,
  'friend.changed': friendChanged,
  'user.updated': userUpdated,
  notification: notified,
  'access.changed': accessChanged,
  'mute.changed': muteChanged,
}
