import type { RoleKey } from '@parley/protocol/access'
import { and, asc, desc, eq, exists, gt, inArray, isNull, lt, ne, sql, type SQL } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import type { Queryable } from '../../platform/database.ts'
import { AppError } from '../../platform/http/errors.ts'
import { workspaces } from '../workspaces/tables.ts'
import { accounts, refreshTokens, sessions, users } from './tables.ts'

export type UserRecord = typeof users.$inferSelect
export type AccountRecord = typeof accounts.$inferSelect
export type SessionRecord = typeof sessions.$inferSelect

/** The workspace of who registers without an invitation; made by the first migration. */
export const defaultWorkspaceId = '1'

interface NewAccount {
  email: string
  username: string
  passwordHash: string
  superAdmin: boolean
}

/** Inserts an account and answers its id; a taken e-mail or username is a duplicate key. */
export async function insertAccount(db: Queryable, account: NewAccount): Promise<string> {
  const [result] = await db.insert(accounts).values({ ...account, createdAt: new Date() })
  return String(result.insertId)
}

interface NewUser {
  workspaceId: string
  accountId: string
  email: string
  username: string
  role: RoleKey
}

/** Puts an account into a workspace and answers the id of its user there; one that is in it already is a duplicate key. */
export async function insertUser(db: Queryable, user: NewUser): Promise<string> {
  const [result] = await db.insert(users).values({ ...user, displayName: user.username, createdAt: new Date() })
  return String(result.insertId)
}

export async function isWithoutAccounts(db: Queryable): Promise<boolean> {
  const found = await db.select({ id: accounts.id }).from(accounts).limit(1)
  return found.length === 0
}

/** Reads a workspace and locks it, so that two who join at once are counted one after the other. */
export async function lockWorkspace(db: Queryable, workspaceId: string) {
  const [workspace] = await db.select().from(workspaces).where(eq(workspaces.id, workspaceId)).for('update')
  return workspace
}

/** How many may enter a workspace: its people who are not disabled. */
export async function countMembers(db: Queryable, workspaceId: string): Promise<number> {
  return db.$count(users, and(eq(users.workspaceId, workspaceId), isNull(users.disabledAt)))
}

export async function findUser(db: Queryable, userId: string): Promise<UserRecord | undefined> {
  const [user] = await db.select().from(users).where(eq(users.id, userId))
  return user
}

/** The account of a user. */
export async function findAccountOf(db: Queryable, userId: string): Promise<AccountRecord | undefined> {
  const [row] = await db
    .select({ account: accounts })
    .from(users)
    .innerJoin(accounts, eq(accounts.id, users.accountId))
    .where(eq(users.id, userId))
  return row?.account
}

/** The account of a user, or USER_NOT_FOUND. */
export async function requireAccountOf(db: Queryable, userId: string): Promise<AccountRecord> {
  const account = await findAccountOf(db, userId)
  if (!account) throw new AppError('USER_NOT_FOUND', 'This account does not exist.')
  return account
}

/** Reads a user of a workspace and locks it until the transaction ends. */
export async function lockUser(db: Queryable, userId: string, workspaceId: string): Promise<UserRecord | undefined> {
  const [user] = await db
    .select()
    .from(users)
    .where(and(eq(users.id, userId), eq(users.workspaceId, workspaceId)))
    .for('update')
  return user
}

export async function setDisabledAt(db: Queryable, userId: string, disabledAt: Date | null): Promise<void> {
  await db.update(users).set({ disabledAt }).where(eq(users.id, userId))
}

/** Finds an account by e-mail or username: usernames hold no `@`, so one login names one account. */
export async function findAccountByLogin(db: Queryable, login: string): Promise<AccountRecord | undefined> {
  const [account] = await db
    .select()
    .from(accounts)
    .where(eq(login.includes('@') ? accounts.email : accounts.username, login))
  return account
}

/** An account's users, one a workspace, the last one seen first. */
export const findUsersOf = (db: Queryable, accountId: string) =>
  db
    .select({ user: users, status: workspaces.status })
    .from(users)
    .innerJoin(workspaces, eq(workspaces.id, users.workspaceId))
    .where(eq(users.accountId, accountId))
    .orderBy(desc(users.lastSeenAt), asc(users.id))

export async function setPasswordHash(db: Queryable, accountId: string, passwordHash: string): Promise<void> {
  await db.update(accounts).set({ passwordHash }).where(eq(accounts.id, accountId))
}

interface NewSession {
  workspaceId: string
  userId: string
  device: string
  address: string
}

export async function insertSession(db: Queryable, session: NewSession): Promise<string> {
  const now = new Date()
  const [result] = await db.insert(sessions).values({ ...session, createdAt: now, lastUsedAt: now })
  return String(result.insertId)
}

interface NewRefreshToken {
  tokenHash: string
  workspaceId: string
  sessionId: string
  expiresAt: Date
}

export async function insertRefreshToken(db: Queryable, token: NewRefreshToken): Promise<void> {
  await db.insert(refreshTokens).values({ ...token, createdAt: new Date() })
}

/** Reads a refresh token with its session and locks both: of two requests with one token, the second sees it used. */
export async function lockRefreshToken(db: Queryable, tokenHash: string) {
  const [row] = await db
    .select({ token: refreshTokens, session: sessions })
    .from(refreshTokens)
    .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
    .where(eq(refreshTokens.tokenHash, tokenHash))
    .for('update')
  return row
}

export async function findWorkspaceStatus(db: Queryable, workspaceId: string) {
  const [workspace] = await db
    .select({ status: workspaces.status })
    .from(workspaces)
    .where(eq(workspaces.id, workspaceId))
  return workspace?.status
}

export async function markRefreshTokenUsed(db: Queryable, tokenHash: string): Promise<void> {
  await db.update(refreshTokens).set({ usedAt: new Date() }).where(eq(refreshTokens.tokenHash, tokenHash))
}

/** Whether sessions are revoked, their users disabled, their workspaces closed; a session that was swept is left out. */
export async function findSessionStates(db: Queryable, sessionIds: string[]) {
  return db
    .select({
      id: sessions.id,
      revokedAt: sessions.revokedAt,
      lastUsedAt: sessions.lastUsedAt,
      disabledAt: users.disabledAt,
      workspaceStatus: workspaces.status,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(workspaces, eq(workspaces.id, sessions.workspaceId))
    .where(inArray(sessions.id, sessionIds))
}

export async function touchSession(db: Queryable, sessionId: string, address: string): Promise<void> {
  await db.update(sessions).set({ lastUsedAt: new Date(), address }).where(eq(sessions.id, sessionId))
}

/** Whether the user of the row is of the same account as `userId`: a person is the same in all their workspaces. */
function isOfSameAccount(db: Queryable, userId: string) {
  const own = alias(users, 'own')
  const other = alias(users, 'other')
  return exists(
    db
      .select({ one: sql`1` })
      .from(own)
      .innerJoin(other, eq(other.accountId, own.accountId))
      .where(and(eq(own.id, userId), eq(other.id, sessions.userId))),
  )
}

/** Sessions of a person that can still be refreshed, the latest used first. */
export async function findLiveSessions(db: Queryable, userId: string) {
  const open = db
    .select({ one: sql`1` })
    .from(refreshTokens)
    .where(and(eq(refreshTokens.sessionId, sessions.id), gt(refreshTokens.expiresAt, new Date())))
  return db
    .select()
    .from(sessions)
    .where(and(isOfSameAccount(db, userId), isNull(sessions.revokedAt), exists(open)))
    .orderBy(desc(sessions.lastUsedAt), desc(sessions.id))
    .limit(100)
}

/** Revokes one session of a person; answers whether there was one to revoke. */
export async function revokeSession(db: Queryable, userId: string, sessionId: string): Promise<boolean> {
  const [result] = await db
    .update(sessions)
    .set({ revokedAt: new Date() })
    .where(and(eq(sessions.id, sessionId), isOfSameAccount(db, userId), isNull(sessions.revokedAt)))
  return result.affectedRows > 0
}

interface RevokedSession {
  sessionId: string
  userId: string
}

async function revokeWhere(db: Queryable, which: SQL | undefined): Promise<RevokedSession[]> {
  const found = await db
    .select({ sessionId: sessions.id, userId: sessions.userId })
    .from(sessions)
    .where(and(which, isNull(sessions.revokedAt)))
    .for('update')
  const ids = found.map(({ sessionId }) => sessionId)
  if (ids.length > 0) await db.update(sessions).set({ revokedAt: new Date() }).where(inArray(sessions.id, ids))
  return found
}

/** Revokes all sessions of a person but one, in every workspace; answers which. */
export const revokeOtherSessions = (db: Queryable, userId: string, keptId: string) =>
  revokeWhere(db, and(isOfSameAccount(db, userId), ne(sessions.id, keptId)))

/** Revokes all sessions of an account, in every workspace; answers which. */
export const revokeSessionsOfAccount = (db: Queryable, accountId: string) =>
  revokeWhere(
    db,
    inArray(sessions.userId, db.select({ id: users.id }).from(users).where(eq(users.accountId, accountId))),
  )

/** Revokes all sessions of a user, which are in one workspace; answers which. */
export const revokeSessionsOfUser = (db: Queryable, userId: string) => revokeWhere(db, eq(sessions.userId, userId))

const sweepBatch = 1_000

/** Removes refresh tokens that ran out, and sessions that have none left. */
export async function sweepSessions(db: Queryable): Promise<void> {
  const now = new Date()
  for (let removed = sweepBatch; removed === sweepBatch;) {
    const [result] = await db.delete(refreshTokens).where(lt(refreshTokens.expiresAt, now)).limit(sweepBatch)
    removed = result.affectedRows
  }
  // A day's grace: a session is inserted a moment before its first token.
  const yesterday = new Date(now.getTime() - 24 * 60 * 60_000)
  await db.execute(sql`
    DELETE ${sessions} FROM ${sessions} LEFT JOIN ${refreshTokens} ON ${refreshTokens.sessionId} = ${sessions.id}
    WHERE ${refreshTokens.sessionId} IS NULL AND ${sessions.lastUsedAt} < ${yesterday}`)
}
