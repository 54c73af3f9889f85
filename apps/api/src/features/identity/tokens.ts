import { createHash } from 'node:crypto'
import jwt, { type JWT } from '@fastify/jwt'
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
    namespaces: 'current' | 'previous'
  }
}

/** What a verified token says. */
export interface Proof {
  actor: Actor
  expiresAt: Date
}

interface SigningKeys {
  /** Signs and verifies. */
  current: string
  /** Verifies what was signed before the key was changed. */
  previous: string | undefined
}

const lifetimeMs: Record<Audience, number> = { api: 60 * 60_000, files: 24 * 60 * 60_000 }

/** Names a key inside the tokens it signed, without telling it. */
const keyIdOf = (secret: string) => createHash('sha256').update(secret).digest('base64url').slice(0, 12)

const isExpired = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'FAST_JWT_EXPIRED'

/** The key a token says it was signed with; throws where that cannot be read. */
function keyIdIn(token: string): unknown {
  const head: unknown = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString())
  return typeof head === 'object' && head !== null && 'kid' in head ? head.kid : undefined
}

/** Signs and verifies the tokens of sessions. */
export async function createTokens(app: FastifyInstance, { current, previous }: SigningKeys) {
  const keys = new Map<unknown, JWT>()
  const secrets = { current, ...(previous !== undefined && previous !== current && { previous }) }
  for (const [namespace, secret] of Object.entries(secrets)) {
    const kid = keyIdOf(secret)
    await app.register(jwt, {
      namespace,
      secret,
      sign: { algorithm: 'HS256', kid },
      verify: { algorithms: ['HS256'], cache: 10_000, requiredClaims: ['sub', 'sid', 'ws', 'aud', 'exp'] },
    })
    keys.set(kid, namespace === 'current' ? app.jwt.current : app.jwt.previous)
  }

  function verified(token: string): Claims {
    try {
      const key = keys.get(keyIdIn(token))
      if (!key) throw new Error('no key of this name signs tokens here')
      return key.verify<Claims>(token)
    } catch (error) {
      if (isExpired(error)) throw new AppError('TOKEN_EXPIRED', 'The access token ran out.', { cause: error })
      throw new AppError('TOKEN_INVALID', 'The access token is not valid.', { cause: error })
    }
  }

  return {
    issue({ userId, sessionId, workspaceId }: Actor, audience: Audience): { token: string; expiresAt: Date } {
      const exp = Math.floor((Date.now() + lifetimeMs[audience]) / 1_000)
      const token = app.jwt.current.sign({ sub: userId, sid: sessionId, ws: workspaceId, aud: audience, exp })
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
