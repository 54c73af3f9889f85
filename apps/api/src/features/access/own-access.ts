import type { OwnAccess } from '@parley/protocol/access-contracts'
import type { Database } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError } from '../../platform/http/errors.ts'
import { loadHeld } from './holdings.ts'
import { findRole, findStanding } from './store.ts'

/**
 * What an actor may do, as it is told to themselves. Read anew each time: pages ask when they hear of a change, which may
 * reach them before it reaches what this node keeps.
 */
export async function readOwnAccess(db: Database, actor: Actor): Promise<OwnAccess> {
  const [held, standing] = await Promise.all([loadHeld(db, actor), findStanding(db, actor.workspaceId, actor.userId)])
  if (!standing) throw new AppError('USER_NOT_FOUND', 'This person does not exist.')
  const { superAdmin, role } = standing
  const custom = await findRole(db, actor.workspaceId, role)
  const permissions = new Set([...held.direct, ...held.role, ...held.tenant])
  return { superAdmin, role, roleName: custom?.name ?? role, permissions: [...permissions].toSorted() }
}
