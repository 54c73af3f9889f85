import { and, eq, exists, gt, isNull, sql } from 'drizzle-orm'
import type { Queryable } from '../../platform/database.ts'
import { refreshTokens, sessions } from '../identity/tables.ts'

/** Whether a session lives: nobody ended it, and it can still be refreshed. */
export function isLive(db: Queryable) {
  const open = db
    .select({ one: sql`1` })
    .from(refreshTokens)
    .where(and(eq(refreshTokens.sessionId, sessions.id), gt(refreshTokens.expiresAt, new Date())))
  return and(isNull(sessions.revokedAt), exists(open))
}
