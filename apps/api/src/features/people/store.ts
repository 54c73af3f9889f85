import type { ProfilePatch } from '@parley/protocol/people'
import { and, asc, eq, exists, gt, inArray, isNull, like, or, sql } from 'drizzle-orm'
import { union } from 'drizzle-orm/mysql-core'
import type { Database, Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { likePattern } from '../../platform/like.ts'
import { accounts, users } from '../identity/tables.ts'
import { pairKeyOf, rooms } from '../rooms/tables.ts'
import { userBlocks, userFriends } from './tables.ts'

export type UserRecord = typeof users.$inferSelect

/** People of the actor's workspace among these ids. */
export const findUsers = (db: Queryable, { workspaceId }: Actor, userIds: string[]): Promise<UserRecord[]> =>
  db
    .select()
    .from(users)
    .where(and(inArray(users.id, userIds), eq(users.workspaceId, workspaceId)))

/** The avatar of a username. In several workspaces it may have several; `wanted` says which, if it is one of them. */
export async function findImage(db: Queryable, username: string, wanted: string | undefined): Promise<string | null> {
  const found = await db.select({ image: users.imageFileId }).from(users).where(eq(users.username, username))
  const images = found.flatMap(({ image }) => image ?? [])
  return images.find((image) => image === wanted) ?? images[0] ?? null
}

/** Changes a profile. A username is the account's: it changes in all of its workspaces, or, taken, in none. */
export async function updateUser(db: Database, userId: string, { image, ...patch }: ProfilePatch): Promise<void> {
  const changes = { ...patch, ...(image !== undefined && { imageFileId: image }) }
  const { username } = patch
  await db.transaction(async (tx) => {
    if (username !== undefined) {
      const [own] = await tx.select({ id: users.accountId }).from(users).where(eq(users.id, userId))
      if (!own) return
      await tx.update(accounts).set({ username }).where(eq(accounts.id, own.id))
      await tx.update(users).set({ username }).where(eq(users.accountId, own.id))
    }
    if (Object.keys(changes).length > 0) await tx.update(users).set(changes).where(eq(users.id, userId))
  })
}

/** Scripts written without spaces: their names are found by any part, others by the start of a word. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u

/** People whose username or name starts with `text`, by username. */
export function searchUsers(
  db: Queryable,
  { workspaceId }: Actor,
  text: string,
  page: { after: string | null; limit: number },
): Promise<UserRecord[]> {
  const start = likePattern(text, 'start')
  const inName = unspaced.test(text) ? likePattern(text, 'part') : `% ${start}`
  return db
    .select()
    .from(users)
    .where(
      and(
        eq(users.workspaceId, workspaceId),
        isNull(users.disabledAt),
        or(like(users.username, start), like(users.displayName, start), like(users.displayName, inName)),
        page.after === null ? undefined : gt(users.username, page.after),
      ),
    )
    .orderBy(asc(users.username))
    .limit(page.limit)
}

/** Friends and those with an open request either way, by username. */
export function findFriends(
  db: Queryable,
  { userId }: Actor,
  page: { after: string | null; limit: number },
): Promise<UserRecord[]> {
  const known = union(
    db.select({ id: userFriends.friendId }).from(userFriends).where(eq(userFriends.userId, userId)),
    db.select({ id: userFriends.userId }).from(userFriends).where(eq(userFriends.friendId, userId)),
  )
  return db
    .select()
    .from(users)
    .where(and(inArray(users.id, known), page.after === null ? undefined : gt(users.username, page.after)))
    .orderBy(asc(users.username))
    .limit(page.limit)
}

/** Whom the actor has blocked, by username. */
export function findBlocked(
  db: Queryable,
  { userId }: Actor,
  page: { after: string | null; limit: number },
): Promise<UserRecord[]> {
  const block = db
    .select({ one: sql`1` })
    .from(userBlocks)
    .where(and(eq(userBlocks.userId, userId), eq(userBlocks.blockedId, users.id)))
  return db
    .select()
    .from(users)
    .where(and(exists(block), page.after === null ? undefined : gt(users.username, page.after)))
    .orderBy(asc(users.username))
    .limit(page.limit)
}

/** Which of these people the actor has blocked. */
export async function blockedBy(db: Queryable, { userId }: Actor, otherIds: string[]): Promise<Set<string>> {
  const rows = await db
    .select({ id: userBlocks.blockedId })
    .from(userBlocks)
    .where(and(eq(userBlocks.userId, userId), inArray(userBlocks.blockedId, otherIds)))
  return new Set(rows.map(({ id }) => id))
}

/** The private room the actor shares with each of these people, where there is one. */
export async function privateRoomsWith(
  db: Queryable,
  { userId }: Actor,
  otherIds: string[],
): Promise<Map<string, string>> {
  const otherOf = new Map(otherIds.map((otherId) => [pairKeyOf(userId, otherId), otherId]))
  const rows = await db
    .select({ id: rooms.id, pairKey: rooms.pairKey })
    .from(rooms)
    .where(and(inArray(rooms.pairKey, [...otherOf.keys()]), isNull(rooms.deletedAt)))
  return new Map(rows.map(({ id, pairKey }) => [otherOf.get(pairKey ?? '') ?? '', id]))
}

export async function setLastSeen(db: Queryable, userIds: string[], lastSeenAt: Date): Promise<void> {
  await db.update(users).set({ lastSeenAt }).where(inArray(users.id, userIds))
}
