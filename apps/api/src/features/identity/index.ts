import type { SessionEnding } from '@parley/protocol/identity'
import type { Profile } from '@parley/protocol/people'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../../config.ts'
import type { Database } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import { AppError } from '../../platform/http/errors.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import type { Connection } from '../../realtime/sockets.ts'
import type { TakeInvite } from './accounts.ts'
import { createAuthenticate } from './authenticate.ts'
import { createCookies } from './cookies.ts'
import type { WorkspaceEvents } from '../workspaces/events.ts'
import type { IdentityEvents } from './events.ts'
import { createLiveSessions } from './live-sessions.ts'
import { createPasswords } from './passwords.ts'
import { toProfile } from './profile.ts'
import { identityRoutes } from './routes.ts'
import { createSessions } from './sessions.ts'
import { createSignIn } from './sign-in.ts'
import { findUser, sweepSessions } from './store.ts'
import { createTokens } from './tokens.ts'
import { isOpen } from './workspace-state.ts'

interface IdentityDependencies {
  app: FastifyInstance
  db: Database
  events: EventBus<IdentityEvents & WorkspaceEvents>
  config: Config
  takeInvite: TakeInvite
}

/** What the sockets of a session that does not live are told. */
const endingOf = (error: AppError): SessionEnding['reason'] => {
  if (error.code === 'USER_DISABLED') return 'disabled'
  return error.code === 'PERMISSION_DENIED' ? 'suspended' : 'revoked'
}

const sweepEveryMs = 60 * 60_000

/** Accounts and sessions: who somebody is, and on which devices. */
export async function createIdentity({ app, db, events, config, takeInvite }: IdentityDependencies) {
  const tokens = await createTokens(app, config.JWT_SECRET)
  const origins = config.WEB_ORIGINS.split(',').map((origin) => origin.trim())
  const cookies = createCookies({ secure: config.COOKIE_SECURE, origins })
  const passwords = createPasswords()
  const liveSessions = createLiveSessions({
    db,
    onError: (error) => app.log.error({ err: error }, 'the last use of a session could not be noted'),
  })
  const authenticating = createAuthenticate({ tokens, liveSessions })
  const signIn = createSignIn({ db, tokens, cookies, passwords, signInAttempts: config.SIGN_IN_ATTEMPTS, takeInvite })
  const sessions = createSessions({ db, events, signIn, cookies, passwords })

  app.decorate('authenticate', authenticating.authenticate)
  events.onEveryNode('session.revoked', ({ sessionId }) => liveSessions.revoked(sessionId))
  events.onEveryNode('workspace.changed', () => liveSessions.forgetAll())
  events.onMissed(() => liveSessions.forgetAll())

  return {
    authenticateSocket: authenticating.authenticateSocket,
    authenticateFiles: authenticating.authenticateFiles,
    /** One's own profile, or USER_NOT_FOUND. */
    async profileOf(userId: string): Promise<Profile> {
      const user = await findUser(db, userId)
      if (!user) throw new AppError('USER_NOT_FOUND', 'This account does not exist.')
      return toProfile(user)
    },
    routes(server: FastifyInstance): void {
      authenticating.announceExpiry(server)
      identityRoutes(server, { signIn, sessions, cookies })
      let timer: NodeJS.Timeout | undefined
      server.addHook('onListen', async () => {
        timer = setInterval(() => {
          sweepSessions(db).catch((error: unknown) => server.log.error({ err: error }, 'sessions could not be swept'))
        }, sweepEveryMs)
      })
      server.addHook('preClose', async () => clearInterval(timer))
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
