import type { FileEntity } from '@parley/protocol/files'
import type { PublicUser } from '@parley/protocol/people'
import type { RoomRole, RoomType } from '@parley/protocol/rooms'
import type { Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'

/** What the actor is in a room. */
export interface Membership {
  role: RoomRole
  type: RoomType
  /** The other person of a private room. */
  peerId: string | null
}

/** What messages need of the features built before them; `app.ts` hands it over. */
export interface MessageAccess {
  /** What somebody is in a room; null for who is not in it. */
  membership(userId: string, roomId: string): Promise<Membership | null>
  /** Throws NOT_FOUND for a room the actor is not in. */
  requireMember(actor: Actor, roomId: string): Promise<Membership>
  /** The same, and PERMISSION_DENIED where the actor may read but not write. */
  requirePost(actor: Actor, roomId: string): Promise<Membership>
  /** Which of these people are members. */
  membersAmong(roomId: string, userIds: string[]): Promise<string[]>
  /** The actor's own files that no message carries yet, in the order asked; throws where one is not. */
  describeFiles(actor: Actor, fileIds: string[]): Promise<FileEntity[]>
  /** Takes the files off a message, in its transaction; answers their ids. */
  detachFiles(tx: Queryable, roomId: string, seq: number): Promise<string[]>
  /** Removes files that were taken off, rows and bytes. */
  deleteFilesById(fileIds: string[]): Promise<void>
  publicUsers(userIds: string[]): Promise<Map<string, PublicUser>>
}
