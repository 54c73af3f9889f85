import { recordAudit } from '../../platform/audit.ts'
import { isDuplicateOf, type Database, type Transaction } from '../../platform/database.ts'
import { AppError, conflict, permissionDenied } from '../../platform/http/errors.ts'
import * as store from './store.ts'
import { isOpen, workspaceClosed } from './workspace-state.ts'

interface NewAccount {
  email: string
  username: string
  passwordHash: string
}

/** Makes an account with its user in the default workspace. Who makes the first one runs the installation. */
export async function createAccount(db: Database, account: NewAccount): Promise<store.UserRecord> {
  const { email, username } = account
  return db
    .transaction(async (tx) => {
      // Taken before the first read, or two who come first at the same time would both be told so.
      await requireSeat(tx, store.defaultWorkspaceId)
      const isFirst = await store.isWithoutAccounts(tx)
      const accountId = await store.insertAccount(tx, { ...account, superAdmin: isFirst })
      const userId = await store.insertUser(tx, {
        workspaceId: store.defaultWorkspaceId,
        accountId,
        email,
        username,
        role: isFirst ? 'admin' : 'member',
      })
      const user = await store.findUser(tx, userId)
      if (!user) throw new Error(`user ${userId} vanished while it was made`)
      const { workspaceId, role } = user
      const target = { targetKind: 'user', targetId: userId }
      await recordAudit(tx, {
        workspaceId,
        actorId: userId,
        action: 'user.registered',
        ...target,
        after: { username, role },
      })
      return user
    })
    .catch(refuseTaken)
}

/** Holds a workspace's place for one more person until the transaction ends, or refuses. */
async function requireSeat(tx: Transaction, workspaceId: string): Promise<void> {
  const workspace = await store.lockWorkspace(tx, workspaceId)
  if (!workspace || !isOpen(workspace.status)) throw workspaceClosed()
  if (workspace.membersMax === null) return
  if ((await store.countMembers(tx, workspaceId)) < workspace.membersMax) return
  throw conflict('This workspace has as many members as it may. Its administrators can raise the limit.', 'members-max')
}

/** The user as whom an account signs in: of its open workspaces the one it was in last. */
export async function chooseUser(db: Database, accountId: string): Promise<store.UserRecord> {
  const found = await store.findUsersOf(db, accountId)
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
