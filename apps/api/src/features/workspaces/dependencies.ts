import type { RoleKey } from '@parley/protocol/access'
import type { Database, Transaction } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import type { Mailer } from '../../platform/mail.ts'
import type { WorkspaceEvents } from './events.ts'

export interface WorkspaceDependencies {
  db: Database
  events: EventBus<WorkspaceEvents>
  /** Sends mail, where that is set up. */
  mailer: Mailer
  /** Address of a page of the web app. */
  linkTo: (path: string) => string
  onError: (error: unknown, what: string) => void
  /** Throws PERMISSION_DENIED unless the actor holds all that a role grants. */
  requireRoleWithin: (actor: Actor, role: RoleKey) => Promise<void>
  /** Puts an account into a workspace, if that has room; answers its user there. */
  enterWorkspace: (
    tx: Transaction,
    account: { id: string; email: string; username: string },
    seat: { workspaceId: string; role: RoleKey },
  ) => Promise<{ id: string }>
}
