import type { FastifyInstance } from 'fastify'
import type { Actor } from '../../platform/http/actor.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import { createRoom, openPrivateRoom } from './create.ts'
import type { RoomDependencies } from './dependencies.ts'
import { dropDirectory } from './directory.ts'
import { joinRoom } from './join.ts'
import { deleteAnyRoom, leaveRoom } from './leave.ts'
import { createHeadsOf, getRoom, readHeads } from './list.ts'
import { createMemberships } from './membership.ts'
import { createPurge } from './purge.ts'
import { createReading } from './read.ts'
import { announceRooms } from './realtime.ts'
import { roomRoutes } from './routes.ts'
import { membersAmong } from './store.ts'

/** Rooms: who is in them, what they may do there, and how far they have read. */
export function createRooms(deps: RoomDependencies) {
  const { db, events } = deps
  const memberships = createMemberships(deps)
  const headsOf = createHeadsOf(db)
  dropDirectory(events, deps.routeCache)
  const markRead = createReading({ db, events, memberships })
  const purge = createPurge(deps)
  events.on('room.removed', ({ reason }) => {
    if (reason === 'deleted') purge.start()
  })

  return {
    routes(app: FastifyInstance): void {
      roomRoutes(app, deps, memberships)
      app.addHook('onListen', async () => purge.start())
      app.addHook('preClose', () => purge.close())
    },
    realtime(gateway: Gateway): void {
      announceRooms(gateway, {
        events,
        memberships,
        onError: (error) => deps.logger.error({ err: error }, 'a membership could not be checked'),
      })
      gateway.command('room.create', async (input, { actor }) => ({
        room: await getRoom(deps, actor, await createRoom(deps, actor, input)),
      }))
      gateway.command('room.join', async (input, { actor }) => ({
        room: await getRoom(deps, actor, await joinRoom(deps, actor, input)),
      }))
      gateway.command('room.leave', async ({ id }, { actor }) => {
        await leaveRoom(deps, actor, id)
        return {}
      })
      gateway.command('room.read', async (input, { actor }) => {
        await markRead(actor, input)
        return {}
      })
      gateway.command('session.heads', async (_, { actor }) => ({ heads: await headsOf(actor) }))
    },
    ...memberships,
    /** Where every room of the actor stands. */
    headsOf,
    readHeads: (roomIds: string[]) => readHeads(db, roomIds),
    membersAmong: (roomId: string, userIds: string[]) => membersAmong(db, roomId, userIds),
    /** Deletes a group the actor need not be in. */
    deleteAny: (actor: Actor, roomId: string) => deleteAnyRoom(deps, actor, roomId),
    /** Answers the id of the one room two friends share, and makes it the first time. */
    openPrivateRoom: (actor: Actor, otherId: string) => openPrivateRoom(deps, actor, otherId),
  }
}
