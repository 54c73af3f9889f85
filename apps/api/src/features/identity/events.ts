import type { SessionEnding } from '@parley/protocol/identity'

/** What happened to accounts and sessions, said after the commit. */
export interface IdentityEvents {
  /** A session was ended: `revoked`, by its owner or because a refresh token was used twice, unless it says otherwise. */
  'session.revoked': { sessionId: string; userId: string; reason?: SessionEnding['reason'] }
  /** Somebody was shut out of their workspace; their sessions there are revoked, each told of by itself. */
  'user.disabled': { userId: string }
}
