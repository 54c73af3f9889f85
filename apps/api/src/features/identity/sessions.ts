import type { Session, SignedIn } from '@parley/protocol/identity'
import { isOpen } from '@parley/protocol/workspaces'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database, Transaction } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError, notFound } from '../../platform/http/errors.ts'
import { hashToken } from '../../platform/secret-token.ts'
import { auditAccount } from './account-audit.ts'
import { chooseUser } from './accounts.ts'
import { refreshCookie, type Cookies } from './cookies.ts'
import { dropEmailTokens } from './email-tokens.ts'
import type { IdentityEvents } from './events.ts'
import type { Passwords } from './passwords.ts'
import type { SignIn } from './sign-in.ts'
import * as store from './store.ts'
import { workspaceClosed } from './workspace-state.ts'

interface SessionsDependencies {
  db: Database
  events: EventBus<IdentityEvents>
  signIn: SignIn
  cookies: Cookies
  passwords: Passwords
}

const revoked = () => new AppError('TOKEN_REVOKED', 'This session was signed out.')

const disabled = () => new AppError('USER_DISABLED', 'This account is disabled.')

const isDisabled = async (tx: Transaction, userId: string) => (await store.findUser(tx, userId))?.disabledAt !== null

interface Rotated {
  user: store.UserRecord
  sessionId: string
  refresh: Awaited<ReturnType<SignIn['nextRefreshToken']>>
}

type Outcome =
  | { failure?: undefined; rotated: Rotated; left?: { sessionId: string; userId: string } }
  | { failure: AppError; reused?: { sessionId: string; userId: string } }

/** What happens to a session after it was opened: refreshed, listed, revoked. */
export function createSessions({ db, events, signIn, cookies, passwords }: SessionsDependencies) {
  /**
   * Trades a refresh token for the next one, of its session or of one that `goOn` opens in its place; a token used before
   * ends the session, since somebody holds a copy.
   */
  async function rotate(
    token: string,
    goOn: (tx: Transaction, session: store.SessionRecord) => Promise<Outcome>,
  ): Promise<Outcome> {
    const tokenHash = hashToken(token)
    return db.transaction(async (tx) => {
      const row = await store.lockRefreshToken(tx, tokenHash)
      if (!row) return { failure: new AppError('TOKEN_INVALID', 'The refresh token is not valid.') }
      const { id: sessionId, userId, revokedAt } = row.session
      if (revokedAt) return { failure: (await isDisabled(tx, userId)) ? disabled() : revoked() }
      if (row.token.usedAt) {
        await store.revokeSession(tx, userId, sessionId)
        return { failure: revoked(), reused: { sessionId, userId } }
      }
      if (row.token.expiresAt <= new Date()) {
        return { failure: new AppError('TOKEN_EXPIRED', 'The session ran out. Sign in again.') }
      }
      const outcome = await goOn(tx, row.session)
      if (!outcome.failure) await store.markRefreshTokenUsed(tx, tokenHash)
      return outcome
    })
  }

  /** The same session goes on. */
  async function stay(tx: Transaction, { id: sessionId, userId, workspaceId }: store.SessionRecord): Promise<Outcome> {
    const user = await store.findUser(tx, userId)
    if (!user || user.disabledAt) return { failure: disabled() }
    const status = await store.findWorkspaceStatus(tx, workspaceId)
    if (status === undefined || !isOpen(status)) return { failure: workspaceClosed() }
    return { rotated: { user, sessionId, refresh: await signIn.nextRefreshToken(tx, { sessionId, workspaceId }) } }
  }

  /** A session of the account's user in another workspace takes its place. */
  const move =
    (request: FastifyRequest, wantedId: string | undefined) =>
    async (tx: Transaction, before: store.SessionRecord): Promise<Outcome> => {
      const account = await store.findAccountOf(tx, before.userId)
      if (!account) return { failure: revoked() }
      const user = await chooseUser(tx, account.id, wantedId)
      const opened = await signIn.insert(tx, user, request)
      await store.revokeSession(tx, before.userId, before.id)
      return { rotated: { user, ...opened }, left: { sessionId: before.id, userId: before.userId } }
    }

  /** Answers what became of the refresh cookie. */
  async function trade(
    request: FastifyRequest,
    reply: FastifyReply,
    goOn: (tx: Transaction, session: store.SessionRecord) => Promise<Outcome>,
  ): Promise<SignedIn> {
    cookies.requireOwnSite(request)
    const token = request.cookies[refreshCookie]
    if (token === undefined) throw new AppError('TOKEN_MISSING', 'Sign in first.')
    const outcome = await rotate(token, goOn)
    if (!outcome.failure) {
      const { user, sessionId, refresh } = outcome.rotated
      await store.touchSession(db, sessionId, request.ip)
      if (outcome.left) events.emit('session.revoked', { ...outcome.left, reason: 'switched' })
      return signIn.answer(user, sessionId, refresh, reply)
    }
    if (outcome.reused) {
      request.log.warn(outcome.reused, 'a refresh token was used twice; its session is revoked')
      events.emit('session.revoked', outcome.reused)
    }
    // A workspace that is opened again finds its people signed in.
    if (outcome.failure.code !== 'PERMISSION_DENIED') cookies.clear(reply)
    throw outcome.failure
  }

  return {
    refresh: (request: FastifyRequest, reply: FastifyReply) => trade(request, reply, stay),
    /** Goes on as the account's user in another workspace: the one named, or one that is open. */
    switchWorkspace: (workspaceId: string | undefined, request: FastifyRequest, reply: FastifyReply) =>
      trade(request, reply, move(request, workspaceId)),
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
    /** Signs the actor's other sessions out, in every workspace. */
    async revokeOthers({ userId, sessionId }: Actor): Promise<void> {
      const ended = await db.transaction((tx) => store.revokeOtherSessions(tx, userId, sessionId))
      for (const session of ended) events.emit('session.revoked', session)
    },
    async changePassword(
      { userId, sessionId }: Actor,
      { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
      address: string,
    ): Promise<void> {
      const account = await store.requireAccountOf(db, userId)
      await signIn.guarded(`id:${account.id}`, address, () => passwords.verify(account.passwordHash, currentPassword))
      const passwordHash = await passwords.hash(newPassword)
      const ended = await db.transaction(async (tx) => {
        await store.setPasswordHash(tx, account.id, passwordHash)
        await dropEmailTokens(tx, account.id, 'reset')
        await auditAccount(tx, account.id, 'password.changed')
        return store.revokeOtherSessions(tx, userId, sessionId)
      })
      for (const session of ended) events.emit('session.revoked', session)
    },
  }
}

export type Sessions = ReturnType<typeof createSessions>
