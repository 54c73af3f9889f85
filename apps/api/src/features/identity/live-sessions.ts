import { isOpen } from '@parley/protocol/workspaces'
import { createAnswerCache } from '../../platform/answer-cache.ts'
import type { Database } from '../../platform/database.ts'
import { createGather } from '../../platform/gather.ts'
import { AppError } from '../../platform/http/errors.ts'
import { findSessionStates, touchSession } from './store.ts'
import { workspaceClosed } from './workspace-state.ts'

interface LiveSessionsDependencies {
  db: Database
  onError: (error: unknown) => void
}

interface Known {
  state: 'live' | 'revoked' | 'disabled' | 'closed'
  lastUsedAtMs: number
}

/** A revocation is known at once, and after this long even where no event told of it. */
const keptMs = 3_000

const entriesMax = 100_000
const touchEveryMs = 60_000

/** Asked about together at most; more would hold up the first of them. */
const questionMax = 500

async function load(db: Database, sessionIds: string[]): Promise<Map<string, Known>> {
  const rows = await findSessionStates(db, sessionIds)
  return new Map(
    rows.map(({ id, revokedAt, disabledAt, workspaceStatus, lastUsedAt }) => {
      const inOpenWorkspace = isOpen(workspaceStatus) ? 'live' : 'closed'
      const state = disabledAt ? 'disabled' : revokedAt ? 'revoked' : inOpenWorkspace
      return [id, { state, lastUsedAtMs: lastUsedAt.getTime() }]
    }),
  )
}

/** Knows which sessions live, from memory for a few seconds at a time, so that a request costs no query. */
export function createLiveSessions({ db, onError }: LiveSessionsDependencies) {
  const cache = createAnswerCache<Known>({ name: 'sessions', keptMs, entriesMax })
  const find = createGather((sessionIds: string[]) => load(db, sessionIds), { keysMax: questionMax })
  const read = async (sessionId: string): Promise<Known> =>
    (await find(sessionId)) ?? { state: 'revoked', lastUsedAtMs: 0 }

  return {
    /**
     * Throws TOKEN_REVOKED, USER_DISABLED or PERMISSION_DENIED (a suspended workspace) unless the session lives; with an
     * address, notes its use to the minute.
     */
    async require(sessionId: string, address?: string): Promise<void> {
      const known = await cache.get(sessionId, () => read(sessionId))
      if (known.state === 'revoked') throw new AppError('TOKEN_REVOKED', 'This session was signed out.')
      if (known.state === 'disabled') throw new AppError('USER_DISABLED', 'This account is disabled.')
      if (known.state === 'closed') throw workspaceClosed()
      if (address === undefined || Date.now() - known.lastUsedAtMs < touchEveryMs) return
      known.lastUsedAtMs = Date.now()
      touchSession(db, sessionId, address).catch(onError)
    },
    /** Must be called after a revocation is committed: until then the database would be believed again. */
    revoked: (sessionId: string) => cache.drop(sessionId),
    /** Must be called after the standing of many sessions changed, as when their workspace was suspended. */
    forgetAll: () => cache.clear(),
  }
}

export type LiveSessions = ReturnType<typeof createLiveSessions>
