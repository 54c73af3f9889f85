import { covers, type Permission, type Requirement, type RoleKey } from '@parley/protocol/access'
import type { FastifyInstance } from 'fastify'
import type { Database } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { permissionDenied } from '../../platform/http/errors.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import { requireNotAbove, requireRemovable } from './change.ts'
import { decide, type Target } from './decide.ts'
import type { AccessEvents } from './events.ts'
import { createHoldings, loadHeld } from './holdings.ts'
import { announceAccess } from './realtime.ts'
import { permissionsOfRole } from './roles.ts'
import { accessRoutes, type RouteDependencies } from './routes.ts'
import { findShared } from './shares.ts'

interface AccessDependencies {
  db: Database
  events: EventBus<AccessEvents>
}

/** Who may do what: the one place that decides. */
export function createAccess({ db, events }: AccessDependencies) {
  const heldBy = createHoldings({ db, events })

  /** Whether the actor is permitted something, on `target` where it is about one thing. */
  const allows = async (actor: Actor, permission: Permission, target?: Target): Promise<boolean> =>
    decide(actor.userId, await heldBy(actor), permission, target) !== 'deny'

  return {
    allows,
    /** Throws PERMISSION_DENIED, naming what is missing, unless the actor is permitted what an endpoint or command takes. */
    async authorize(actor: Actor, requirement: Requirement): Promise<void> {
      if (requirement === 'self' || (await allows(actor, requirement))) return
      throw permissionDenied('You may not do this. Ask an administrator of the workspace.', requirement)
    },
    /** Throws unless the workspace has this role and the actor holds all that it grants. */
    async requireRoleWithin(actor: Actor, role: RoleKey): Promise<void> {
      const granted = await permissionsOfRole(db, actor.workspaceId, role)
      const { superAdmin, lasting } = await heldBy(actor)
      if (superAdmin || [...granted].every((permission) => covers(lasting, permission))) return
      throw permissionDenied('This role may do more than you may.', 'above-self')
    },
    /** Throws unless a person of the workspace holds no more than the actor, who could do through them all that they may. */
    async requireNotAbove(actor: Actor, userId: string): Promise<void> {
      await requireNotAbove(db, { ...actor, held: await loadHeld(db, actor) }, userId)
    },
    requireRemovable,
    /** Whether a file was shared with the actor, by whoever may. */
    isFileShared: async (actor: Actor, fileId: string): Promise<boolean> =>
      (await findShared(db, actor, { resource: 'files', resourceId: fileId })).size > 0,
    routes(app: FastifyInstance, others: Pick<RouteDependencies, 'publicUsers' | 'ownerOfReadableFile'>): void {
      accessRoutes(app, { db, events, ...others })
    },
    realtime: (gateway: Gateway) => announceAccess(gateway, events),
  }
}
