import { and, desc, eq, exists, gt, inArray, isNull, lt, ne, sql } from 'drizzle-orm'
import type { Queryable } from '../../platform/database.ts'
import { refreshTokens, sessions, users } from './tables.ts'

export type UserRecord = typeof users.$inferSelect

/** The workspace everybody is in until workspaces have screens of their own; made by the first migration. */
const defaultWorkspaceId = '1'

interface NewUser {
  email: string
  username: string
  passwordHash: string
}

/** Inserts an account and answers its id; a taken e-mail or username is a duplicate key. */
export async function insertUser(db: Queryable, { email, username, passwordHash }: NewUser): Promise<string> {
  const [result] = await db.insert(users).values({
    workspaceId: defaultWorkspaceId,
    email,
    username,
    passwordHash,
    displayName: username,
    createdAt: new Date(),
  })
  return String(result.insertId)
}

export async function findUser(db: Queryable, userId: string): Promise<UserRecord | undefined> {
  const [user] = await db.select().from(users).where(eq(users.id, userId))
  return user
}

/** Finds an account by e-mail or username: usernames hold no `@`, so one login names one account. */
export async function findUserByLogin(db: Queryable, login: string): Promise<UserRecord | undefined> {
  const [user] = await db
    .select()
    .from(users)
    .where(eq(login.includes('@') ? users.email : users.username, login))
  return user
}

export async function setPasswordHash(db: Queryable, userId: string, passwordHash: string): Promise<void> {
  await db.update(users).set({ passwordHash }).where(eq(users.id, userId))
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

export async function markRefreshTokenUsed(db: Queryable, tokenHash: string): Promise<void> {
  await db.update(refreshTokens).set({ usedAt: new Date() }).where(eq(refreshTokens.tokenHash, tokenHash))
}

/** Whether sessions are revoked and their accounts disabled; a session that was swept is left out. */
export async function findSessionStates(db: Queryable, sessionIds: string[]) {
  return db
    .select({
      id: sessions.id,
      revokedAt: sessions.revokedAt,
      lastUsedAt: sessions.lastUsedAt,
      disabledAt: users.disabledAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(inArray(sessions.id, sessionIds))
}

export async function touchSession(db: Queryable, sessionId: string, address: string): Promise<void> {
  await db.update(sessions).set({ lastUsedAt: new Date(), address }).where(eq(sessions.id, sessionId))
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
    .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt), exists(open)))
    .orderBy(desc(sessions.lastUsedAt), desc(sessions.id))
    .limit(100)
}

/** Revokes one session of a person; answers whether there was one to revoke. */
export async function revokeSession(db: Queryable, userId: string, sessionId: string): Promise<boolean> {
  const [result] = await db
    .update(sessions)
    .set({ revokedAt: new Date() })
    .where(and(eq(sessions.id, sessionId), eq(sessions.userId, userId), isNull(sessions.revokedAt)))
  return result.affectedRows > 0
}

/** Revokes all sessions of a person but one; answers which. */
export async function revokeOtherSessions(db: Queryable, userId: string, keptId: string): Promise<string[]> {
  const others = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), ne(sessions.id, keptId), isNull(sessions.revokedAt)))
    .for('update')
  const ids = others.map(({ id }) => id)
  if (ids.length > 0) await db.update(sessions).set({ revokedAt: new Date() }).where(inArray(sessions.id, ids))
  return ids
}

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
