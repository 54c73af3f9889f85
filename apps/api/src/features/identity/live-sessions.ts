import { createAnswerCache } from '../../platform/answer-cache.ts'
import type { Database } from '../../platform/database.ts'
import { AppError } from '../../platform/http/errors.ts'
import { findSessionState, touchSession } from './store.ts'

interface LiveSessionsDependencies {
  db: Database
  onError: (error: unknown) => void
}

interface Known {
  state: 'live' | 'revoked' | 'disabled'
  lastUsedAtMs: number
}

/** How long another node's revocation may go unnoticed; this node's own is known at once. */
const keptMs = 3_000

const entriesMax = 100_000
const touchEveryMs = 60_000

async function load(db: Database, sessionId: string): Promise<Known> {
  const row = await findSessionState(db, sessionId)
  const state = !row || row.revokedAt ? 'revoked' : row.disabledAt ? 'disabled' : 'live'
  return { state, lastUsedAtMs: row?.lastUsedAt.getTime() ?? 0 }
}

/** Knows which sessions live, from memory for a few seconds at a time, so that a request costs no query. */
export function createLiveSessions({ db, onError }: LiveSessionsDependencies) {
  const cache = createAnswerCache<Known>({ keptMs, entriesMax })

  return {
    /** Throws TOKEN_REVOKED or USER_DISABLED unless the session lives; with an address, notes its use to the minute. */
    async require(sessionId: string, address?: string): Promise<void> {
      const known = await cache.get(sessionId, () => load(db, sessionId))
      if (known.state === 'revoked') throw new AppError('TOKEN_REVOKED', 'This session was signed out.')
      if (known.state === 'disabled') throw new AppError('USER_DISABLED', 'This account is disabled.')
      if (address === undefined || Date.now() - known.lastUsedAtMs < touchEveryMs) return
      known.lastUsedAtMs = Date.now()
      touchSession(db, sessionId, address).catch(onError)
    },
    /** Must be called after a revocation is committed: until then the database would be believed again. */
    revoked: (sessionId: string) => cache.drop(sessionId),
  }
}

export type LiveSessions = ReturnType<typeof createLiveSessions>
