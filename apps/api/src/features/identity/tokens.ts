import jwt from '@fastify/jwt'
import type { FastifyInstance } from 'fastify'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError } from '../../platform/http/errors.ts'

/** `api`: everything. `files`: only reads files, as the cookie that images and videos load with. */
export type Audience = 'api' | 'files'

interface Claims {
  sub: string
  sid: string
  ws: string
  aud: Audience
  exp: number
}

declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: Claims
    user: Claims
  }
}

/** What a verified token says. */
export interface Proof {
  actor: Actor
  expiresAt: Date
}

const lifetimeMs: Record<Audience, number> = { api: 60 * 60_000, files: 24 * 60 * 60_000 }

/** Names the signing key inside every token, so that a second key can one day be told from the first. */
const keyId = '1'

const isExpired = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'FAST_JWT_EXPIRED'

/** Signs and verifies the tokens of sessions. */
export async function createTokens(app: FastifyInstance, secret: string) {
  await app.register(jwt, {
    secret,
    sign: { algorithm: 'HS256', kid: keyId },
    verify: { algorithms: ['HS256'], cache: 10_000, requiredClaims: ['sub', 'sid', 'ws', 'aud', 'exp'] },
  })

  function verified(token: string): Claims {
    try {
      return app.jwt.verify<Claims>(token)
    } catch (error) {
      if (isExpired(error)) throw new AppError('TOKEN_EXPIRED', 'The access token ran out.', { cause: error })
      throw new AppError('TOKEN_INVALID', 'The access token is not valid.', { cause: error })
    }
  }

  return {
    issue({ userId, sessionId, workspaceId }: Actor, audience: Audience): { token: string; expiresAt: Date } {
      const exp = Math.floor((Date.now() + lifetimeMs[audience]) / 1_000)
      const token = app.jwt.sign({ sub: userId, sid: sessionId, ws: workspaceId, aud: audience, exp })
      return { token, expiresAt: new Date(exp * 1_000) }
    },
    /** Throws TOKEN_INVALID or TOKEN_EXPIRED; whether the session still lives is not in the token. */
    verify(token: string, audience: Audience): Proof {
      const { sub, sid, ws, aud, exp } = verified(token)
      if (aud !== audience) throw new AppError('TOKEN_INVALID', 'This token is for something else.')
      return { actor: { userId: sub, sessionId: sid, workspaceId: ws }, expiresAt: new Date(exp * 1_000) }
    },
  }
}

export type Tokens = Awaited<ReturnType<typeof createTokens>>
