/** What moderators did to people, said after the commit. */
export interface ModerationEvents {
  /** Somebody only reads until a time, or may write again: null. */
  'mute.changed': { userId: string; mutedUntil: string | null }
  'user.warned': { userId: string; moderatorId: string; roomId: string | null; seq: number | null; note?: string }
}
