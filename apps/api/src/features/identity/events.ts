/** What happened to accounts and sessions, said after the commit. */
export interface IdentityEvents {
  /** A session was signed out, by its owner or because a refresh token was used twice. */
  'session.revoked': { sessionId: string; userId: string }
}
