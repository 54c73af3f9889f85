import * as contracts from '@parley/protocol/people'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Actor } from '../../platform/http/actor.ts'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { AppError, invalidField } from '../../platform/http/errors.ts'
import { route } from '../../platform/http/route.ts'
import { block, unblock } from './blocks.ts'
import type { PeopleDependencies } from './dependencies.ts'
import { addFriend, removeFriend } from './friends.ts'
import { sendUserImage } from './image.ts'
import { updateProfile } from './profile.ts'
import { findBlocked, findFriends, findUsers, searchUsers, type UserRecord } from './store.ts'
import { toPublicUser } from './relations.ts'
import { viewUsers } from './view.ts'

const pageRows = 50

const position = createCursor(Type.String())

/** Registers every endpoint of people. */
export function peopleRoutes(app: FastifyInstance, deps: PeopleDependencies): void {
  const { db } = deps

  /** A page of people by username, as the actor sees them. */
  async function pageOfUsers(
    actor: Actor,
    cursor: string | undefined,
    read: (page: { after: string | null; limit: number }) => Promise<UserRecord[]>,
  ) {
    const records = await read({ after: position.read(cursor), limit: pageRows + 1 })
    const { items, nextCursor } = pageOf(records, pageRows, ({ username }) => position.write(username))
    return { items: await viewUsers(deps, actor, items), nextCursor }
  }

  async function oneUser(actor: Actor, userId: string) {
    const [user] = await viewUsers(deps, actor, await findUsers(db, actor, [userId]))
    if (!user) throw new AppError('USER_NOT_FOUND', 'This person does not exist.')
    return user
  }

  route(app, contracts.getProfile, ({ actor }) => deps.profileOf(actor.userId))
  route(app, contracts.updateProfile, ({ actor, body }) => updateProfile(deps, actor, body))
  route(app, contracts.getUser, async ({ actor, query: { id, query, cursor } }) => {
    if (id !== undefined) return oneUser(actor, id)
    if (query === undefined) throw invalidField('query.query', 'Say whom: give `id` or `query`.')
    return pageOfUsers(actor, cursor, (page) =>
      deps.readFor(actor, (source) => searchUsers(source.db, actor, query.trim(), page)),
    )
  })
  route(app, contracts.listUsers, async ({ actor, query: { ids } }) => {
    const records = await findUsers(db, actor, ids.split(','))
    return { items: records.map(toPublicUser), nextCursor: null }
  })
  route(app, contracts.getUserImage, ({ query, request, reply }) => sendUserImage(deps, query, { request, reply }))

  route(app, contracts.addFriend, ({ actor, body }) => addFriend(deps, actor, body.userId))
  route(app, contracts.removeFriend, ({ actor, fields }) => removeFriend(deps, actor, fields.userId))
  route(app, contracts.listFriends, ({ actor, query }) =>
    pageOfUsers(actor, query.cursor, (page) => findFriends(db, actor, page)),
  )

  route(app, contracts.blockUser, ({ actor, body }) => block(deps, actor, body.userId))
  route(app, contracts.unblockUser, ({ actor, fields }) => unblock(deps, actor, fields.userId))
  route(app, contracts.listBlocks, ({ actor, query }) =>
    pageOfUsers(actor, query.cursor, (page) => findBlocked(db, actor, page)),
  )
}
