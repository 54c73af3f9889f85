import type { RoleKey } from '@parley/protocol/access'
import { isOpen } from '@parley/protocol/workspaces'
import { recordAudit } from '../../platform/audit.ts'
import { isDuplicateOf, type Database, type Queryable, type Transaction } from '../../platform/database.ts'
import { AppError, conflict, notFound, permissionDenied } from '../../platform/http/errors.ts'
import { dropEmailTokens } from './email-tokens.ts'
import * as store from './store.ts'
import { workspaceClosed } from './workspace-state.ts'

interface NewAccount {
  email: string
  username: string
  passwordHash: string
}

/** Where somebody enters, and as what. */
export interface Seat {
  workspaceId: string
  role: RoleKey
}

/** Uses up one place of an invitation and answers where it leads; throws NOT_FOUND unless this address may. */
export type TakeInvite = (tx: Queryable, token: string, email: string) => Promise<Seat>

/**
 * Makes an account with its user in the workspace its invitation leads to, or else in the default one. Who makes the first
 * account runs the installation.
 */
export async function createAccount(
  db: Database,
  account: NewAccount,
  { invited, isOpenToAll }: { invited: (tx: Transaction) => Promise<Seat | null>; isOpenToAll: boolean },
): Promise<store.UserRecord> {
  return db
    .transaction(
      async (tx) => {
        // Two who come first at the same time must not both be told so.
        await store.lockWorkspace(tx, store.defaultWorkspaceId)
        const superAdmin = await store.isWithoutAccounts(tx)
        const invitedTo = await invited(tx)
        if (!invitedTo && !superAdmin && !isOpenToAll)
          throw permissionDenied('You need an invitation to make an account here.', 'registration-closed')
        const seat = invitedTo ?? { workspaceId: store.defaultWorkspaceId, role: superAdmin ? 'admin' : 'member' }
        const accountId = await store.insertAccount(tx, { ...account, superAdmin })
        return enterWorkspace(tx, { ...account, id: accountId }, seat)
      },
      // Who came in while this waited for the lock must be seen.
      { isolationLevel: 'read committed' },
    )
    .catch(refuseTaken)
}

/** Puts an account into a workspace, if that has room, in a transaction that reads what is committed; answers its user there. */
export async function enterWorkspace(
  tx: Transaction,
  { id: accountId, email, username }: Pick<store.AccountRecord, 'id' | 'email' | 'username'>,
  { workspaceId, role }: Seat,
): Promise<store.UserRecord> {
  await requireSeat(tx, workspaceId)
  const userId = await store.insertUser(tx, { workspaceId, accountId, email, username, role })
  // Whoever made a link for them while they were nowhere else must not get in here by it.
  await dropEmailTokens(tx, accountId, 'reset')
  const user = await store.findUser(tx, userId)
  if (!user) throw new Error(`user ${userId} vanished while it was made`)
  await recordAudit(tx, {
    workspaceId,
    actorId: userId,
    action: 'user.registered',
    targetKind: 'user',
    targetId: userId,
    after: { username, role },
  })
  return user
}

/** Holds a workspace's place for one more person until the transaction ends, or refuses. */
export async function requireSeat(tx: Transaction, workspaceId: string): Promise<void> {
  const workspace = await store.lockWorkspace(tx, workspaceId)
  if (!workspace || !isOpen(workspace.status)) throw workspaceClosed()
  if (workspace.membersMax === null) return
  if ((await store.countMembers(tx, workspaceId)) < workspace.membersMax) return
  throw conflict('This workspace has as many members as it may. Its administrators can raise the limit.', 'members-max')
}

/** The user as whom an account signs in: in the workspace wanted, or of its open ones in that where it was last. */
export async function chooseUser(db: Queryable, accountId: string, wantedId?: string): Promise<store.UserRecord> {
  const all = await store.findUsersOf(db, accountId)
  const found = wantedId === undefined ? all : all.filter(({ user }) => user.workspaceId === wantedId)
  if (wantedId !== undefined && found.length === 0) throw notFound('This workspace')
  if (found.length === 0)
    throw permissionDenied('This account is in no workspace. Ask for an invitation.', 'no-workspace')
  const enabled = found.filter(({ user }) => user.disabledAt === null)
  const open = enabled.find(({ status }) => isOpen(status))
  if (open) return open.user
  if (enabled.length > 0) throw workspaceClosed()
  throw new AppError('USER_DISABLED', 'This account is disabled.')
}

function refuseTaken(error: unknown): never {
  if (isDuplicateOf(error, 'accounts_email')) {
    throw new AppError('EMAIL_IN_USE', 'An account with this e-mail address exists.', { cause: error })
  }
  if (isDuplicateOf(error, 'accounts_username')) {
    throw new AppError('USERNAME_IN_USE', 'This username is taken.', { cause: error })
  }
  throw error
}
