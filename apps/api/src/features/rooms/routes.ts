import * as contracts from '@parley/protocol/rooms'
import type { FastifyInstance } from 'fastify'
import { route } from '../../platform/http/route.ts'
import { createRoom } from './create.ts'
import type { RoomDependencies } from './dependencies.ts'
import { listDirectory } from './directory.ts'
import { createInvite, deleteInvite, listInvites, previewInvite } from './invites.ts'
import { joinRoom } from './join.ts'
import { deleteRoom, leaveRoom } from './leave.ts'
import { listMembers } from './list-members.ts'
import { getRoom, listRooms } from './list.ts'
import { addMembers, removeMember, updateMember } from './members.ts'
import type { Memberships } from './membership.ts'
import { updateMembership, updateRoom } from './update.ts'

/** Registers every endpoint of rooms. */
export function roomRoutes(app: FastifyInstance, deps: RoomDependencies, memberships: Memberships): void {
  const { db } = deps

  route(app, contracts.createRoom, async ({ actor, body }) => ({
    room: await getRoom(deps, actor, await createRoom(deps, actor, body)),
  }))
  route(app, contracts.getRoom, async ({ actor, query }) =>
    query.id === undefined ? listRooms(deps, actor, query.cursor) : { room: await getRoom(deps, actor, query.id) },
  )
  route(app, contracts.updateRoom, async ({ actor, body }) => {
    await updateRoom(deps, actor, body)
    return { room: await getRoom(deps, actor, body.id) }
  })
  route(app, contracts.deleteRoom, ({ actor, fields }) => deleteRoom(deps, actor, fields.id))
  route(app, contracts.joinRoom, async ({ actor, body }) => ({
    room: await getRoom(deps, actor, await joinRoom(deps, actor, body)),
  }))
  route(app, contracts.leaveRoom, ({ actor, body }) => leaveRoom(deps, actor, body.id))
  route(app, contracts.listDirectory, ({ actor, query }) => listDirectory(deps, actor, query))
  route(app, contracts.updateMembership, async ({ actor, body }) => {
    await updateMembership(deps, actor, body)
    return { room: await getRoom(deps, actor, body.roomId) }
  })

  route(app, contracts.listMembers, async ({ actor, query }) => {
    await memberships.requireMember(actor, query.roomId)
    return listMembers(db, deps.relations, query)
  })
  route(app, contracts.addMembers, async ({ actor, body }) => {
    await addMembers(deps, actor, body)
    return { room: await getRoom(deps, actor, body.roomId) }
  })
  route(app, contracts.updateMember, ({ actor, body }) => updateMember(deps, actor, body))
  route(app, contracts.removeMember, ({ actor, fields }) => removeMember(deps, actor, fields))

  route(app, contracts.createInvite, ({ actor, body }) => createInvite(db, actor, body))
  route(app, contracts.getInvite, ({ actor, query }) => previewInvite(db, actor, query.token))
  route(app, contracts.listInvites, async ({ actor, query }) => ({
    items: await listInvites(db, actor, query.roomId),
    nextCursor: null,
  }))
  route(app, contracts.deleteInvite, ({ actor, fields }) => deleteInvite(db, actor, fields.id))
}
