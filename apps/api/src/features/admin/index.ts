import * as contracts from '@parley/protocol/admin'
import type { FastifyInstance } from 'fastify'
import { route } from '../../platform/http/route.ts'
import type { AdminDependencies } from './dependencies.ts'
import { createNodes } from './nodes.ts'
import { createOverview } from './overview.ts'
import { listPeople, readPerson } from './people.ts'
import { listRooms } from './rooms.ts'
import { endSession, listSessions, signOut } from './sessions.ts'
import { readStorage } from './storage.ts'
import { readSystem } from './system.ts'

/** What the administrators of a workspace, and of the installation, see and do. */
export function createAdmin(deps: AdminDependencies) {
  const { database } = deps
  const overviewOf = createOverview(deps)
  const nodes = createNodes(deps)
  return {
    routes(app: FastifyInstance): void {
      route(app, contracts.getOverview, ({ actor }) => overviewOf(actor))
      route(app, contracts.listPeople, ({ actor, query }) => listPeople(deps, actor, query))
      route(app, contracts.setPersonDisabled, async ({ actor, params, body }) => {
        if (body.disabled) await deps.disableUser(actor, params.id, body.reason)
        else await deps.enableUser(actor, params.id)
        return readPerson(deps, actor, params.id)
      })
      route(app, contracts.setPersonMuted, async ({ actor, params, body }) => {
        await deps.muteUser(actor, params.id, body.until === null ? null : new Date(body.until))
        return readPerson(deps, actor, params.id)
      })
      route(app, contracts.signOutPerson, ({ actor, params }) => signOut(deps, actor, params.id))
      route(app, contracts.listAllSessions, ({ actor, query }) => listSessions(deps, actor, query))
      route(app, contracts.endSession, ({ actor, params }) => endSession(deps, actor, params.id))
      route(app, contracts.listAllRooms, ({ actor, query }) => listRooms(database.db, actor, query))
      route(app, contracts.deleteAnyRoom, ({ actor, params }) => deps.deleteRoom(actor, params.id))
      route(app, contracts.getStorage, ({ actor }) => readStorage(deps, actor))
      route(app, contracts.getSystem, () => readSystem(deps, nodes))
      app.addHook('onListen', async () => nodes.start())
      app.addHook('preClose', () => nodes.close())
    },
  }
}
