import type { RoomRole } from './rooms.ts'

/*
 * Who may do what in a group, for the API to hold and for clients to show only what will be allowed. In a private room
 * nobody manages anything.
 */

/** Creator and admins rename the room, change its looks, invite and add people. */
export const mayManage = (role: RoomRole): boolean => role !== 'member'

/** The creator removes anybody else; an admin removes members, not other admins. */
export const mayRemove = (role: RoomRole, target: RoomRole): boolean =>
  role === 'creator' ? target !== 'creator' : role === 'admin' && target === 'member'

/** Only the creator makes admins, unmakes them, or hands the room over. */
export const mayAppoint = (role: RoomRole): boolean => role === 'creator'

/** Only the creator deletes the room. */
export const mayDelete = (role: RoomRole): boolean => role === 'creator'

/** A creator leaves only as the last one; else the room would have nobody to answer for it. */
export const mayLeave = (role: RoomRole, memberCount: number): boolean => role !== 'creator' || memberCount === 1
