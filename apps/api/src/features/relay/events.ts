/** What is kept in memory of a workspace's relay. */
export type RelayKind = 'groups' | 'tokens' | 'channels' | 'models' | 'guardrails' | 'settings'

/** What the relay says happened, after the commit. */
export interface RelayEvents {
  /** Something that calls are judged by has changed: what is kept of it is read anew. */
  'relay.changed': {
    workspaceId: string
    kind: RelayKind
    /** The channel, where it is one that was changed or found well: what is known of its health no longer holds. */
    channelId?: string
  }
  /** A channel is left alone for a while because it fails. */
  'relay.banned': { workspaceId: string; channelId: string; untilMs: number }
  /** A budget crossed a mark: `percent` of `quotaMicros` is used. */
  'relay.budget': {
    workspaceId: string
    /** Whose budget: `w`, `g` or `t` and the id. */
    owner: string
    period: 'total' | 'day' | 'week' | 'month'
    percent: 80 | 100
    usedMicros: number
    quotaMicros: number
  }
}
