export interface AccessEvents {
  /** What these people hold changed; `all` where a role or a grant of everybody in the workspace did. Told after the commit. */
  'access.changed': { workspaceId: string; userIds: string[] | 'all' }
}
