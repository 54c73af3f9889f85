import type { Session, SignedIn } from '@parley/protocol/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError, notFound } from '../../platform/http/errors.ts'
import { refreshCookie, type Cookies } from './cookies.ts'
import type { IdentityEvents } from './events.ts'
import type { Passwords } from './passwords.ts'
import { hashToken, type SignIn } from './sign-in.ts'
import * as store from './store.ts'

interface SessionsDependencies {
  db: Database
  events: EventBus<IdentityEvents>
  signIn: SignIn
  cookies: Cookies
  passwords: Passwords
}

const revoked = () => new AppError('TOKEN_REVOKED', 'This session was signed out.')

/** What happens to a session after it was opened: refreshed, listed, revoked. */
export function createSessions({ db, events, signIn, cookies, passwords }: SessionsDependencies) {
  /** Trades a refresh token for the next one; one used before ends the session, since somebody holds a copy. */
  async function rotate(token: string) {
    const tokenHash = hashToken(token)
    return db.transaction(async (tx) => {
      const row = await store.lockRefreshToken(tx, tokenHash)
      if (!row) return { failure: new AppError('TOKEN_INVALID', 'The refresh token is not valid.') }
      const { id: sessionId, userId, workspaceId, revokedAt } = row.session
      if (revokedAt) return { failure: revoked() }
      if (row.token.usedAt) {
        await store.revokeSession(tx, userId, sessionId)
        return { failure: revoked(), reused: { sessionId, userId } }
      }
      if (row.token.expiresAt <= new Date()) {
        return { failure: new AppError('TOKEN_EXPIRED', 'The session ran out. Sign in again.') }
      }
      const user = await store.findUser(tx, userId)
      if (!user || user.disabledAt) return { failure: new AppError('USER_DISABLED', 'This account is disabled.') }
      await store.markRefreshTokenUsed(tx, tokenHash)
      return { user, sessionId, refresh: await signIn.nextRefreshToken(tx, { sessionId, workspaceId }) }
    })
  }

  return {
    async refresh(request: FastifyRequest, reply: FastifyReply): Promise<SignedIn> {
      cookies.requireOwnSite(request)
      const token = request.cookies[refreshCookie]
      if (token === undefined) throw new AppError('TOKEN_MISSING', 'Sign in first.')
      const outcome = await rotate(token)
      if (!outcome.failure) {
        await store.touchSession(db, outcome.sessionId, request.ip)
        return signIn.answer(outcome.user, outcome.sessionId, outcome.refresh, reply)
      }
      if (outcome.reused) {
        request.log.warn(outcome.reused, 'a refresh token was used twice; its session is revoked')
        events.emit('session.revoked', outcome.reused)
      }
      cookies.clear(reply)
      throw outcome.failure
    },
    async list(actor: Actor): Promise<Session[]> {
      const rows = await store.findLiveSessions(db, actor.userId)
      return rows.map(({ id, device, address, createdAt, lastUsedAt }) => ({
        id,
        device,
        address,
        createdAt: createdAt.toISOString(),
        lastUsedAt: lastUsedAt.toISOString(),
        current: id === actor.sessionId,
      }))
    },
    /** Signs a session of the actor's out at once, wherever it is. */
    async revoke({ userId }: Actor, sessionId: string): Promise<void> {
      if (!(await store.revokeSession(db, userId, sessionId))) throw notFound('This session')
      events.emit('session.revoked', { sessionId, userId })
    },
    async changePassword(
      { userId, sessionId }: Actor,
      { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
      address: string,
    ): Promise<void> {
      const account = await store.findAccountOf(db, userId)
      if (!account) throw new AppError('USER_NOT_FOUND', 'This account does not exist.')
      await signIn.guarded(`id:${account.id}`, address, () => passwords.verify(account.passwordHash, currentPassword))
      const passwordHash = await passwords.hash(newPassword)
      const ended = await db.transaction(async (tx) => {
        await store.setPasswordHash(tx, account.id, passwordHash)
        return store.revokeOtherSessions(tx, userId, sessionId)
      })
      for (const id of ended) events.emit('session.revoked', { sessionId: id, userId })
    },
  }
}

export type Sessions = ReturnType<typeof createSessions>
