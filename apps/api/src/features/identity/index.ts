import type { SessionEnding } from '@parley/protocol/identity'
import type { Profile } from '@parley/protocol/people'
import { isOpen } from '@parley/protocol/workspaces'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../../config.ts'
import type { Database, Transaction } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import { createEncryption } from '../../platform/encryption.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError } from '../../platform/http/errors.ts'
import { list } from '../../platform/http/server.ts'
import type { Mailer } from '../../platform/mail.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import type { Connection } from '../../realtime/sockets.ts'
import type { TakeInvite } from './accounts.ts'
import { createAuthenticate } from './authenticate.ts'
import { createCookies } from './cookies.ts'
import type { WorkspaceEvents } from '../workspaces/events.ts'
import { createEmailLinks } from './email-links.ts'
import { sweepEmailTokens } from './email-tokens.ts'
import type { IdentityEvents } from './events.ts'
import { createFactorCodes } from './factor-codes.ts'
import { createLiveSessions } from './live-sessions.ts'
import { createPasswords } from './passwords.ts'
import { toProfile } from './profile.ts'
import { identityRoutes } from './routes.ts'
import { createSecondFactor } from './second-factor.ts'
import { createSecurity } from './security.ts'
import { createSessions } from './sessions.ts'
import { createSignIn } from './sign-in.ts'
import { createStanding } from './standing.ts'
import { findUser, sweepSessions } from './store.ts'
import { createTokens } from './tokens.ts'

interface IdentityDependencies {
  app: FastifyInstance
  db: Database
  events: EventBus<IdentityEvents & WorkspaceEvents>
  config: Config
  mailer: Mailer
  linkTo: (path: string) => string
  takeInvite: TakeInvite
  isRegistrationOpen: () => boolean
  /** Throws unless a person of the actor's workspace holds no more than the actor. */
  requireNotAbove: (actor: Actor, userId: string) => Promise<void>
  /** The same for who is to be shut out, when it is the actor's turn; the last administrator is refused too. */
  requireRemovable: (tx: Transaction, actor: Actor, userId: string) => Promise<void>
}

/** What the sockets of a session that does not live are told. */
const endingOf = (error: AppError): SessionEnding['reason'] => {
  if (error.code === 'USER_DISABLED') return 'disabled'
  return error.code === 'PERMISSION_DENIED' ? 'suspended' : 'revoked'
}

const sweepEveryMs = 60 * 60_000

/** Accounts and sessions: who somebody is, and on which devices. */
export async function createIdentity(dependencies: IdentityDependencies) {
  const { app, db, events, config, mailer, linkTo, takeInvite, isRegistrationOpen, requireNotAbove } = dependencies
  const tokens = await createTokens(app, { current: config.JWT_SECRET, previous: config.JWT_SECRET_PREVIOUS })
  const cookies = createCookies({ secure: config.COOKIE_SECURE, origins: list(config.WEB_ORIGINS) })
  const passwords = createPasswords()
  const liveSessions = createLiveSessions({
    db,
    onError: (error) => app.log.error({ err: error }, 'the last use of a session could not be noted'),
  })
  const authenticating = createAuthenticate({ tokens, liveSessions, requireOwnSite: cookies.requireOwnSite })
  const codes = createFactorCodes(createEncryption(config.ENCRYPTION_KEY))
  const attempts = config.SIGN_IN_ATTEMPTS
  const links = createEmailLinks({
    db,
    events,
    passwords,
    mailer,
    linkTo,
    attempts,
    requireNotAbove,
    onError: (error) => app.log.error({ err: error }, 'a mail could not be sent'),
  })
  const signIn = createSignIn({
    db,
    tokens,
    cookies,
    passwords,
    codes,
    signInAttempts: attempts,
    takeInvite,
    isRegistrationOpen,
    welcome: links.welcome,
  })
  const secondFactor = createSecondFactor({ db, codes, passwords, signIn })
  const standing = createStanding({ db, events, requireNotAbove, requireRemovable: dependencies.requireRemovable })
  const sessions = createSessions({ db, events, signIn, cookies, passwords })

  app.decorate('authenticate', authenticating.authenticate)
  events.onEveryNode('session.revoked', ({ sessionId }) => liveSessions.revoked(sessionId))
  events.onEveryNode('workspace.changed', () => liveSessions.forgetAll())
  // One they opened at that very moment is not among those that were revoked.
  events.onEveryNode('user.disabled', () => liveSessions.forgetAll())
  events.onMissed(() => liveSessions.forgetAll())

  return {
    authenticateSocket: authenticating.authenticateSocket,
    authenticateFiles: authenticating.authenticateFiles,
    disableUser: standing.disableUser,
    enableUser: standing.enableUser,
    /** One's own profile, or USER_NOT_FOUND. */
    async profileOf(userId: string): Promise<Profile> {
      const user = await findUser(db, userId)
      if (!user) throw new AppError('USER_NOT_FOUND', 'This account does not exist.')
      return toProfile(user)
    },
    routes(server: FastifyInstance): void {
      authenticating.announceExpiry(server)
      identityRoutes(server, {
        signIn,
        sessions,
        cookies,
        links,
        secondFactor,
        securityOf: createSecurity({ db, codes, mailer }),
      })
      let timer: NodeJS.Timeout | undefined
      server.addHook('onListen', async () => {
        timer = setInterval(() => {
          sweepSessions(db).catch((error: unknown) => server.log.error({ err: error }, 'sessions could not be swept'))
          sweepEmailTokens(db).catch((error: unknown) => server.log.error({ err: error }, 'links could not be swept'))
        }, sweepEveryMs)
      })
      server.addHook('preClose', async () => {
        clearInterval(timer)
        await links.settle()
      })
    },
    realtime(gateway: Gateway): void {
      events.onEveryNode('session.revoked', ({ sessionId, reason }) => gateway.endSession(sessionId, reason))
      events.onEveryNode('workspace.changed', ({ workspaceId, status }) => {
        if (!isOpen(status)) gateway.endWorkspace(workspaceId, 'suspended')
      })
      // Revoked between its handshake and its joining the session's channel, a socket would hear of nothing.
      const requireLive = ({ actor }: Connection) => {
        liveSessions.require(actor.sessionId).catch((error: unknown) => {
          if (error instanceof AppError) gateway.endSession(actor.sessionId, endingOf(error))
          else app.log.error({ err: error }, 'the session of a socket could not be checked')
        })
      }
      gateway.onConnect(requireLive)
      gateway.onRevisit(requireLive)
    },
  }
}
