import { login, logout, refresh as refreshContract, register, type SignedIn } from '@parley/protocol/identity'
import type { RequestOf } from '@parley/protocol/contract'
import type { Profile } from '@parley/protocol/people'
import { switchWorkspace as switchContract } from '@parley/protocol/workspaces'
import { ApiError, endReasonOf, isTokenFailure, toApiError, type EndReason } from './api-error.ts'
import { backoffMs } from './backoff.ts'
import type { Clock } from './clock.ts'
import { createListeners } from './listeners.ts'
import type { Rest } from './rest.ts'
import { exclusively, type Locks } from './tabs.ts'

/** A token is renewed this long before it runs out, so that no request has to wait for it. */
const refreshAheadMs = 5 * 60_000
/** However wrong the clocks are, the token is not renewed ahead of time more often than this. */
const refreshPauseMs = 60_000
/** Nor later than this; a timer cannot be set further ahead than some weeks, and would then go off at once. */
const refreshWaitMaxMs = 24 * 60 * 60_000
const restoreBackoff = { baseMs: 500, maxMs: 15_000 }

export type SessionState =
  | { status: 'restoring'; user: null }
  | { status: 'signedIn'; user: Profile }
  /** `reason` is there where it was not the person's own doing. */
  | { status: 'signedOut'; user: null; reason?: EndReason }

export interface Session {
  state: () => SessionState
  onChange: (listener: (state: SessionState) => void) => () => void
  /** The access token of the moment, held in memory only. */
  accessToken: () => string | null
  /** Tries the refresh cookie until the server says yes or no; an unreachable server is asked again. */
  restore: () => Promise<SessionState>
  signIn: (input: RequestOf<typeof login>['body']) => Promise<Profile>
  register: (input: RequestOf<typeof register>['body']) => Promise<Profile>
  /** Goes to another workspace of the same account: to the one named, or to one that is open. */
  switchWorkspace: (workspaceId?: string) => Promise<Profile>
  /** Renews the access token, once for all who ask meanwhile; null when the session is over. */
  refresh: () => Promise<string | null>
  /** Throws when the server cannot be told: the cookie would bring the session back on reload. */
  signOut: () => Promise<void>
  /** The server said that the session is over. */
  end: (reason?: EndReason) => void
  /** One's profile was changed elsewhere. */
  updateUser: (user: Profile) => void
  stop: () => void
}

export function createSession({ rest, clock, locks }: { rest: Rest; clock: Clock; locks?: Locks }): Session {
  const changes = createListeners<SessionState>()
  let state: SessionState = { status: 'restoring', user: null }
  let token: string | null = null
  let refreshing: Promise<string | null> | undefined
  let refreshTimer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  function set(next: SessionState) {
    state = next
    changes.emit(next)
  }

  function adopt(signedIn: SignedIn): Profile {
    token = signedIn.accessToken
    scheduleRefresh(Date.parse(signedIn.expiresAt) - clock.now() - refreshAheadMs)
    set({ status: 'signedIn', user: signedIn.user })
    return signedIn.user
  }

  function end(reason?: EndReason) {
    clearTimeout(refreshTimer)
    token = null
    if (state.status !== 'signedOut') set({ status: 'signedOut', user: null, ...(reason && { reason }) })
  }

  function scheduleRefresh(delayMs: number) {
    clearTimeout(refreshTimer)
    if (stopped) return
    refreshTimer = setTimeout(
      () => {
        // Out of reach for now: the next try comes soon, and a refused request renews the token as well.
        refresh().catch(() => scheduleRefresh(refreshPauseMs))
      },
      Math.min(Math.max(delayMs, refreshPauseMs), refreshWaitMaxMs),
    )
  }

  /** Refresh tokens rotate, and a reused one ends the whole family: neither two callers nor two tabs may race. */
  const trade = (ask: () => Promise<SignedIn>): Promise<Profile> =>
    exclusively(locks, 'parley.refresh', ask).then(adopt)

  function refresh(): Promise<string | null> {
    refreshing ??= trade(() => rest.call(refreshContract, {}))
      .then(() => token)
      .catch((error: unknown) => {
        if (!isOver(error)) throw error
        end(endReasonOf(error))
        return null
      })
      .finally(() => {
        refreshing = undefined
      })
    return refreshing
  }

  async function switchWorkspace(workspaceId?: string): Promise<Profile> {
    while (refreshing) await refreshing.catch(() => null)
    const switching = trade(() => rest.call(switchContract, { body: workspaceId === undefined ? {} : { workspaceId } }))
    // The server ends the session before its answer is here: whoever is told of that must wait for the new one.
    refreshing = switching.then(
      () => token,
      () => token,
    )
    try {
      return await switching
    } finally {
      refreshing = undefined
    }
  }

  async function restore(): Promise<SessionState> {
    for (let attempt = 0; state.status === 'restoring' && !stopped; attempt++) {
      try {
        await refresh()
      } catch (error) {
        const waitMs = toApiError(error).details.retryAfterMs ?? backoffMs(attempt, restoreBackoff)
        await new Promise((resolve) => setTimeout(resolve, waitMs))
      }
    }
    return state
  }

  return {
    state: () => state,
    onChange: changes.add,
    accessToken: () => token,
    restore,
    signIn: async (body) => adopt(await rest.call(login, { body })),
    register: async (body) => adopt(await rest.call(register, { body })),
    switchWorkspace,
    refresh,
    async signOut() {
      try {
        await rest.call(logout, {})
      } catch (error) {
        if (!isTokenFailure(error)) throw error
      }
      end()
    },
    end,
    updateUser(user) {
      if (state.status === 'signedIn' && state.user.id === user.id) set({ status: 'signedIn', user })
    },
    stop() {
      stopped = true
      clearTimeout(refreshTimer)
    },
  }
}

/** Whether the server said no, as against could not be asked. */
const isOver = (error: unknown) => error instanceof ApiError && (error.status === 401 || error.status === 403)
