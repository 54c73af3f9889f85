import type { ReadEvent } from '@parley/protocol/messages'
import type { MemberChanged, MembershipUpdated, RoomInfo, RoomRemoved } from '@parley/protocol/rooms'

/** What happened to rooms and who is in them, said after the commit. */
export interface RoomEvents {
  /** A room changed or is new; `joinedIds` are in it since this commit. */
  'room.updated': { room: RoomInfo; joinedIds: string[] }
  /** These people are no longer in the room. */
  'room.removed': { roomId: string; userIds: string[]; reason: RoomRemoved['reason'] }
  'member.changed': MemberChanged
  /** Somebody changed how they keep the room, which concerns only their own devices. */
  'membership.updated': MembershipUpdated & { userId: string }
  'room.read': ReadEvent & { memberCount: number }
}
