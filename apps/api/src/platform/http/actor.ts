import type { Requirement } from '@parley/protocol/access'

/** Who makes a request or holds a socket: proven by the access token and a session that is not revoked. */
export interface Actor {
  userId: string
  sessionId: string
  workspaceId: string
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the handler of every route whose contract says `session`. */
    actor: Actor | null
  }
  interface FastifyInstance {
    /** Proves the actor of a request, or throws TOKEN_*. */
    authenticate(request: FastifyRequest): Promise<Actor>
    /** Throws PERMISSION_DENIED unless the actor is permitted what a contract takes. */
    authorize(actor: Actor, requirement: Requirement): Promise<void>
  }
}
