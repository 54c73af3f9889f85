import * as contracts from '@parley/protocol/workspaces'
import type { FastifyInstance } from 'fastify'
import { route } from '../../platform/http/route.ts'
import type { WorkspaceDependencies } from './dependencies.ts'
import * as invites from './invites.ts'
import { createJoin } from './join.ts'
import { createManage } from './manage.ts'
import { findOwnWorkspaces } from './store.ts'

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
