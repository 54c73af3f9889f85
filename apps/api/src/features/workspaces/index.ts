import type { RoleKey } from '@parley/protocol/access'
import * as contracts from '@parley/protocol/workspaces'
import type { FastifyInstance } from 'fastify'
import type { Database, Transaction } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { route } from '../../platform/http/route.ts'
import type { Mailer } from '../../platform/mail.ts'
import type { WorkspaceEvents } from './events.ts'
import * as invites from './invites.ts'
import { createJoin } from './join.ts'
import { createManage } from './manage.ts'
import { findOwnWorkspaces } from './store.ts'

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

/** Tenants: who is in them, by which invitation, and within what limits. */
export function createWorkspaces(dependencies: WorkspaceDependencies) {
  const { db, requireRoleWithin } = dependencies
  const join = createJoin(dependencies)
  const manage = createManage(dependencies)

  return {
    routes(app: FastifyInstance): void {
      route(app, contracts.listOwnWorkspaces, async ({ actor }) => ({
        items: await findOwnWorkspaces(db, actor),
        nextCursor: null,
      }))
      route(app, contracts.previewWorkspaceInvite, ({ body }) => invites.previewInvite(db, body.token))
      route(app, contracts.joinWorkspace, ({ actor, body }) => join(actor, body.token))
      route(app, contracts.getWorkspace, async ({ actor }) => ({ workspace: await manage.read(actor.workspaceId) }))
      route(app, contracts.renameWorkspace, async ({ actor, body }) => ({
        workspace: await manage.change(actor, actor.workspaceId, body),
      }))
      route(app, contracts.createWorkspaceInvite, async ({ actor, body }) => {
        await requireRoleWithin(actor, body.role ?? 'member')
        return invites.createInvite(dependencies, actor, body)
      })
      route(app, contracts.listWorkspaceInvites, ({ actor, query }) => invites.listInvites(db, actor, query.cursor))
      route(app, contracts.withdrawWorkspaceInvite, ({ actor, params }) => invites.withdrawInvite(db, actor, params.id))
      route(app, contracts.listWorkspaces, ({ query }) => manage.list(query))
      route(app, contracts.createWorkspace, async ({ actor, body }) => ({
        workspace: await manage.create(actor, body),
      }))
      route(app, contracts.updateWorkspace, async ({ actor, params, body }) => ({
        workspace: await manage.change(actor, params.id, body),
      }))
    },
  }
}
