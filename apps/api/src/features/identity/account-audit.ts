import { recordAudit } from '../../platform/audit.ts'
import type { Transaction } from '../../platform/database.ts'
import { findUsersOf } from './store.ts'

/** Writes down what was done to an account by its owner in every workspace it opens: it concerns them all. */
export async function auditAccount(tx: Transaction, accountId: string, action: string): Promise<void> {
  for (const { user } of await findUsersOf(tx, accountId)) {
    const { id, workspaceId } = user
    await recordAudit(tx, { workspaceId, actorId: id, action, targetKind: 'user', targetId: id })
  }
}
