import type { Database } from '../../platform/database.ts'
import { AppError } from '../../platform/http/errors.ts'
import { findSessionState, touchSession } from './store.ts'

type State = 'live' | 'revoked' | 'disabled'

interface Known {
  state: State
  checkedAtMs: number
  lastUsedAtMs: number
}

interface LiveSessionsDependencies {
  db: Database
  onError: (error: unknown) => void
}

/** How long another node's revocation may go unnoticed; this node's own is known at once. */
const trustedForMs = 3_000
const touchEveryMs = 60_000
const sessionsMax = 100_000

/** Knows which sessions live, from memory for a few seconds at a time, so that a request costs no query. */
export function createLiveSessions({ db, onError }: LiveSessionsDependencies) {
  const known = new Map<string, Known>()
  const loading = new Map<string, Promise<Known>>()

  async function load(sessionId: string): Promise<Known> {
    const row = await findSessionState(db, sessionId)
    const state: State = !row || row.revokedAt ? 'revoked' : row.disabledAt ? 'disabled' : 'live'
    const before = known.get(sessionId)
    // A revocation that came while this was read stands: revoked is for ever.
    if (before?.state === 'revoked') return before
    const lastUsedAtMs = Math.max(row?.lastUsedAt.getTime() ?? 0, before?.lastUsedAtMs ?? 0)
    const entry = { state, checkedAtMs: performance.now(), lastUsedAtMs }
    remember(sessionId, entry)
    return entry
  }

  function remember(sessionId: string, entry: Known): void {
    known.delete(sessionId)
    known.set(sessionId, entry)
    if (known.size <= sessionsMax) return
    const oldest = known.keys().next()
    if (!oldest.done) known.delete(oldest.value)
  }

  function find(sessionId: string): Known | Promise<Known> {
    const entry = known.get(sessionId)
    if (entry && (entry.state === 'revoked' || performance.now() - entry.checkedAtMs < trustedForMs)) return entry
    const pending = loading.get(sessionId) ?? load(sessionId).finally(() => loading.delete(sessionId))
    loading.set(sessionId, pending)
    return pending
  }

  return {
    /** Throws TOKEN_REVOKED or USER_DISABLED unless the session lives. */
    async require(sessionId: string, address?: string): Promise<void> {
      const entry = await find(sessionId)
      if (entry.state === 'revoked') throw new AppError('TOKEN_REVOKED', 'This session was signed out.')
      if (entry.state === 'disabled') throw new AppError('USER_DISABLED', 'This account is disabled.')
      if (address === undefined || Date.now() - entry.lastUsedAtMs < touchEveryMs) return
      entry.lastUsedAtMs = Date.now()
      touchSession(db, sessionId, address).catch(onError)
    },
    revoked: (sessionId: string) =>
      remember(sessionId, { state: 'revoked', checkedAtMs: performance.now(), lastUsedAtMs: Date.now() }),
  }
}

export type LiveSessions = ReturnType<typeof createLiveSessions>
