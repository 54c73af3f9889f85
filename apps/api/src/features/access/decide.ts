import { actions, permits, type Action, type Ground, type Permission } from '@parley/protocol/access'

/** What somebody was granted, by way of each ground. */
export interface Holdings {
  superAdmin: boolean
  direct: ReadonlySet<string>
  role: ReadonlySet<string>
  tenant: ReadonlySet<string>
}

/** The thing a permission is wanted on, where it is one thing. */
export interface Target {
  /** Whose it is. */
  ownerId?: string
  /** What of it was shared with the actor. */
  shared?: ReadonlySet<Action>
}

const owned: ReadonlySet<Action> = new Set(actions)

/** Whether what was given on one thing includes the action of `permission`. */
function includesAction(given: ReadonlySet<Action>, permission: Permission): boolean {
  const resource = permission.slice(0, permission.indexOf(':'))
  return permits(new Set([...given].map((action) => `${resource}:${action}`)), permission)
}

/** Why `permission` is given, or `deny`: the first ground that gives it, in the order of `grounds`. */
export function decide(userId: string, holdings: Holdings, permission: Permission, target: Target = {}): Ground {
  if (holdings.superAdmin) return 'super_admin'
  if (permits(holdings.direct, permission)) return 'direct'
  if (permits(holdings.role, permission)) return 'role'
  if (target.ownerId === userId && includesAction(owned, permission)) return 'owner'
  if (target.shared && includesAction(target.shared, permission)) return 'shared'
  if (permits(holdings.tenant, permission)) return 'tenant'
  return 'deny'
}
