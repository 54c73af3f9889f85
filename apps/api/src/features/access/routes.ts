import * as contracts from '@parley/protocol/access-contracts'
import type { FastifyInstance } from 'fastify'
import { route } from '../../platform/http/route.ts'
import * as grants from './grants.ts'
import { giveRole, listHolders, type HolderDependencies } from './holders.ts'
import { readOwnAccess } from './own-access.ts'
import * as roles from './roles.ts'
import * as shares from './shares.ts'

export type RouteDependencies = HolderDependencies & shares.ShareDependencies

/** A list that is always short enough for one page. */
const whole = <T>(items: T[]) => ({ items, nextCursor: null })

export function accessRoutes(app: FastifyInstance, deps: RouteDependencies): void {
  const { db } = deps
  route(app, contracts.getOwnAccess, ({ actor }) => readOwnAccess(db, actor))

  route(app, contracts.listRoles, async ({ actor }) => whole(await roles.listRoles(db, actor.workspaceId)))
  route(app, contracts.createRole, async ({ actor, body }) => ({ role: await roles.makeRole(deps, actor, body) }))
  route(app, contracts.updateRole, async ({ actor, params, body }) => ({
    role: await roles.editRole(deps, actor, params.id, body),
  }))
  route(app, contracts.deleteRole, ({ actor, params }) => roles.removeRole(deps, actor, params.id))

  route(app, contracts.listRoleHolders, ({ actor, query }) => listHolders(deps, actor, query))
  route(app, contracts.setRole, ({ actor, params, body }) => giveRole(deps, actor, params.id, body.role))

  route(app, contracts.listPersonGrants, async ({ actor, params }) =>
    whole(await grants.listPersonGrants(db, actor, params.id)),
  )
  route(app, contracts.grantToPerson, async ({ actor, params, body }) => ({
    grant: await grants.givePersonGrant(deps, actor, params.id, body),
  }))
  route(app, contracts.withdrawFromPerson, ({ actor, params, fields }) =>
    grants.withdrawPersonGrant(deps, actor, params.id, fields.permission),
  )
  route(app, contracts.listTenantGrants, async ({ actor }) => whole(await grants.listTenantGrants(db, actor)))
  route(app, contracts.grantToTenant, async ({ actor, body }) => ({
    grant: await grants.giveTenantGrant(deps, actor, body.permission),
  }))
  route(app, contracts.withdrawFromTenant, ({ actor, fields }) =>
    grants.withdrawTenantGrant(deps, actor, fields.permission),
  )

  route(app, contracts.listShares, async ({ actor, query }) => whole(await shares.listShares(deps, actor, query)))
  route(app, contracts.share, async ({ actor, body }) => ({ share: await shares.giveShare(deps, actor, body) }))
  route(app, contracts.withdrawShare, ({ actor, fields }) => shares.withdrawShare(deps, actor, fields))
}
