import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError } from '../../platform/http/errors.ts'
import { filesCookie } from './cookies.ts'
import type { LiveSessions } from './live-sessions.ts'
import type { Audience, Tokens } from './tokens.ts'

const refreshAheadMs = 15 * 60_000

const bearerOf = (request: FastifyRequest): string | undefined =>
  /^Bearer ([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1]

interface AuthenticateDependencies {
  tokens: Tokens
  liveSessions: LiveSessions
  /** Refuses a request another site made the browser send. */
  requireOwnSite: (request: FastifyRequest) => void
}

/** Proves who makes a request or opens a socket. */
export function createAuthenticate({ tokens, liveSessions, requireOwnSite }: AuthenticateDependencies) {
  const expiries = new WeakMap<FastifyRequest, Date>()

  async function prove(request: FastifyRequest, token: string, audience: Audience): Promise<Actor> {
    const { actor, expiresAt } = tokens.verify(token, audience)
    await liveSessions.require(actor.sessionId, request.ip)
    if (audience === 'api') expiries.set(request, expiresAt)
    return actor
  }

  async function authenticate(request: FastifyRequest): Promise<Actor> {
    const token = bearerOf(request)
    if (token === undefined) throw new AppError('TOKEN_MISSING', 'Sign in first.')
    return prove(request, token, 'api')
  }

  return {
    authenticate,
    async authenticateSocket(token: string): Promise<Actor> {
      const { actor } = tokens.verify(token, 'api')
      await liveSessions.require(actor.sessionId)
      return actor
    },
    /** The same for `<img>` and `<video>`, which send no header but the files cookie. */
    async authenticateFiles(request: FastifyRequest): Promise<Actor> {
      const cookie = request.cookies[filesCookie]
      if (bearerOf(request) !== undefined || cookie === undefined) return authenticate(request)
      // A browser that keeps no cookies apart by site sends that of a listed page for anybody's.
      if (request.headers['sec-fetch-site'] === 'cross-site') requireOwnSite(request)
      return prove(request, cookie, 'files')
    },
    /** Tells clients when it is time to refresh, while the token still works. */
    announceExpiry(app: FastifyInstance): void {
      app.addHook('onSend', async (request, reply) => {
        const expiresAt = expiries.get(request)
        if (!expiresAt || expiresAt.getTime() - Date.now() >= refreshAheadMs) return
        void reply.header('x-token-refresh-required', 'true').header('x-token-expires-at', expiresAt.toISOString())
      })
    },
  }
}
