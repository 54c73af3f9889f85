import type { Actor } from '../../platform/http/actor.ts'
import { AppError } from '../../platform/http/errors.ts'
import type { WorkspaceDependencies } from './dependencies.ts'
import { readInvite, takeInvite } from './invites.ts'
import { findAccount, findUserIn, lockWorkspace } from './store.ts'

/** Accepts an invitation for the account of the actor; who is in already is answered the same, and uses nothing up. */
export function createJoin({ db, enterWorkspace }: Pick<WorkspaceDependencies, 'db' | 'enterWorkspace'>) {
  return ({ userId }: Actor, token: string): Promise<{ workspaceId: string }> =>
    db.transaction(
      async (tx) => {
        const account = await findAccount(tx, userId)
        if (!account) throw new AppError('USER_NOT_FOUND', 'This account does not exist.')
        const { workspaceId } = await readInvite(tx, token, account.email)
        // Before looking who is in: two devices that accept at once come in once.
        await lockWorkspace(tx, workspaceId)
        const known = await findUserIn(tx, account.id, workspaceId)
        if (known?.disabledAt) throw new AppError('USER_DISABLED', 'This account is disabled there.')
        if (!known) await enterWorkspace(tx, account, await takeInvite(tx, token, account.email))
        return { workspaceId }
      },
      // Who came in while this waited for the lock must be seen.
      { isolationLevel: 'read committed' },
    )
}
