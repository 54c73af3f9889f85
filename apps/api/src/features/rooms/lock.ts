import type { RoomInfo } from '@parley/protocol/rooms'
import type { Database } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { notFound, permissionDenied } from '../../platform/http/errors.ts'
import type { LogTransaction, RoomWriter } from '../messages/log.ts'
import { findRoom, type MemberRecord, type RoomRecord } from './store.ts'

/** A room inside a transaction: its head is locked, so what is read here stays true until the commit. */
export interface LockedRoom {
  tx: Database
  record: RoomRecord
  writer: RoomWriter
  /** The actor's membership. */
  own: MemberRecord | null
}

/** A locked room the actor is in. */
export interface LockedOwnRoom extends LockedRoom {
  own: MemberRecord
}

/**
 * Locks a room's head, then reads the room. In this order: two changes of the same membership wait for each other here,
 * and the second judges by what the first committed.
 */
export async function lockRoom({ tx, room }: LogTransaction, actor: Actor, roomId: string): Promise<LockedRoom> {
  const writer = await room(roomId)
  const found = await findRoom(tx, actor, roomId)
  if (!found) throw notFound('This room')
  return { tx, writer, ...found }
}

/** The same for a room the actor must be in. */
export async function lockOwnRoom(transaction: LogTransaction, actor: Actor, roomId: string): Promise<LockedOwnRoom> {
  const { own, ...rest } = await lockRoom(transaction, actor, roomId)
  if (!own) throw notFound('This room')
  return { ...rest, own }
}

/** Two people share a private room for good: nobody joins, leaves, renames or deletes it. */
export function refusePrivate({ type }: Pick<RoomInfo, 'type'>): void {
  if (type === 'PRIVATE') throw permissionDenied('A private conversation stays as it is.', 'private-room')
}
