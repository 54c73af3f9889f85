import { getOwnAccess } from '@parley/protocol/access-contracts'
import type { Permission, Requirement } from '@parley/protocol/access'
import type { FastifyInstance } from 'fastify'
import type { Database } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { permissionDenied } from '../../platform/http/errors.ts'
import { route } from '../../platform/http/route.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import { decide, type Target } from './decide.ts'
import type { AccessEvents } from './events.ts'
import { createHoldings } from './holdings.ts'
import { createOwnAccess } from './own-access.ts'
import { announceAccess } from './realtime.ts'

interface AccessDependencies {
  db: Database
  events: EventBus<AccessEvents>
}

/** Who may do what: the one place that decides. */
export function createAccess({ db, events }: AccessDependencies) {
  const holdingsOf = createHoldings({ db, events })
  const ownAccess = createOwnAccess({ db, holdingsOf })

  /** Whether the actor is permitted something, on `target` where it is about one thing. */
  const allows = async (actor: Actor, permission: Permission, target?: Target): Promise<boolean> =>
    decide(actor.userId, await holdingsOf(actor), permission, target) !== 'deny'

  return {
    allows,
    /** Throws PERMISSION_DENIED, naming what is missing, unless the actor is permitted what an endpoint or command takes. */
    async authorize(actor: Actor, requirement: Requirement): Promise<void> {
      if (requirement === 'self' || (await allows(actor, requirement))) return
      throw permissionDenied('You may not do this. Ask an administrator of the workspace.', requirement)
    },
    routes(app: FastifyInstance): void {
      route(app, getOwnAccess, ({ actor }) => ownAccess(actor))
    },
    realtime: (gateway: Gateway) => announceAccess(gateway, events),
  }
}
