export interface AccessEvents {
  /** What these people hold changed; `all` where a role or a grant of many did. Told after the commit. */
  'access.changed': { userIds: string[] | 'all' }
}
