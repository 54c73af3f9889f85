import type { OwnAccess } from '@parley/protocol/access-contracts'
import type { Database } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError } from '../../platform/http/errors.ts'
import type { Holdings } from './decide.ts'
import { findRole, findStanding } from './store.ts'

/** What an actor may do, as it is told to themselves. */
export const createOwnAccess =
  ({ db, heldBy }: { db: Database; heldBy: (actor: Actor) => Promise<Holdings> }) =>
  async (actor: Actor): Promise<OwnAccess> => {
    const [holdings, standing] = await Promise.all([heldBy(actor), findStanding(db, actor.workspaceId, actor.userId)])
    if (!standing) throw new AppError('USER_NOT_FOUND', 'This person does not exist.')
    const { superAdmin, role } = standing
    const custom = await findRole(db, actor.workspaceId, role)
    const permissions = new Set([...holdings.direct, ...holdings.role, ...holdings.tenant])
    return { superAdmin, role, roleName: custom?.name ?? role, permissions: [...permissions].toSorted() }
  }
