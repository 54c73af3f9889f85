import type { RoleKey } from '@parley/protocol/access'
import type { listRoleHolders, RoleHolder } from '@parley/protocol/access-contracts'
import type { RequestOf } from '@parley/protocol/contract'
import type { PublicUser } from '@parley/protocol/people'
import { Type } from 'typebox'
import { recordAudit } from '../../platform/audit.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { AppError } from '../../platform/http/errors.ts'
import {
  changeAccess,
  requireNotAbove,
  requireNotUpward,
  requireOtherAdmin,
  requireWithin,
  type ChangeDependencies,
} from './change.ts'
import { permissionsOfRole } from './roles.ts'
import { findHolders, updateUserRole } from './store.ts'

const pageRows = 50
const position = createCursor(Type.String())

export interface HolderDependencies extends ChangeDependencies {
  publicUsers(userIds: string[]): Promise<Map<string, PublicUser>>
}

/** People of the actor's workspace with their roles, by username. */
export async function listHolders(
  { db, publicUsers }: HolderDependencies,
  { workspaceId }: Actor,
  { role, query, cursor }: RequestOf<typeof listRoleHolders>['query'],
) {
  const filter = { workspaceId, role, text: query?.trim(), after: position.read(cursor), limit: pageRows + 1 }
  const { items, nextCursor } = pageOf(await findHolders(db, filter), pageRows, ({ username }) =>
    position.write(username),
  )
  const profiles = await publicUsers(items.map(({ id }) => id))
  return {
    items: items.flatMap((holder): RoleHolder[] => {
      const user = profiles.get(holder.id)
      return user ? [{ user, role: holder.role }] : []
    }),
    nextCursor,
  }
}

/** Gives somebody another role. A workspace never loses its last administrator this way. */
export async function giveRole(
  deps: HolderDependencies,
  actor: Actor,
  userId: string,
  role: RoleKey,
): Promise<RoleHolder> {
  const { workspaceId } = actor
  await changeAccess(deps, actor, async (tx, changer) => {
    const before = await requireNotAbove(tx, changer, userId)
    const granted = await permissionsOfRole(tx, workspaceId, role)
    requireWithin(changer, granted)
    if (userId === actor.userId) requireNotUpward(changer, granted)
    if (before.role === role) return { result: undefined, concerned: null }
    if (before.role === 'admin') await requireOtherAdmin(tx, { userId, workspaceId })
    await updateUserRole(tx, userId, role)
    await recordAudit(tx, {
      workspaceId,
      actorId: actor.userId,
      action: 'user-role.changed',
      targetKind: 'user',
      targetId: userId,
      before: { role: before.role },
      after: { role },
    })
    return { result: undefined, concerned: [userId] }
  })
  const user = (await deps.publicUsers([userId])).get(userId)
  if (!user) throw new AppError('USER_NOT_FOUND', 'This person does not exist.')
  return { user, role }
}
