import { recordAudit } from '../../platform/audit.ts'
import type { Database, Transaction } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError, conflict } from '../../platform/http/errors.ts'
import { requireSeat } from './accounts.ts'
import type { IdentityEvents } from './events.ts'
import * as store from './store.ts'

interface StandingDependencies {
  db: Database
  events: EventBus<IdentityEvents>
  /** Throws unless a person of the actor's workspace holds no more than the actor. */
  requireNotAbove: (actor: Actor, userId: string) => Promise<void>
  /** The same for who is to be shut out, when it is the actor's turn; the last administrator is refused too. */
  requireRemovable: (tx: Transaction, actor: Actor, userId: string) => Promise<void>
}

const unknown = () => new AppError('USER_NOT_FOUND', 'This person does not exist.')

/** Shutting people out of a workspace and letting them in again. Whether the actor may at all is asked before. */
export function createStanding({ db, events, requireNotAbove, requireRemovable }: StandingDependencies) {
  const entry = ({ workspaceId, userId: actorId }: Actor, targetId: string) => ({
    workspaceId,
    actorId,
    targetKind: 'user',
    targetId,
  })

  return {
    /**
     * Ends every session somebody has in the actor's workspace, and lets them open no other. Once is enough. `also` is done
     * in the same transaction.
     */
    async disableUser(
      actor: Actor,
      userId: string,
      reason?: string,
      also?: (tx: Transaction) => Promise<void>,
    ): Promise<void> {
      if (userId === actor.userId) throw conflict('You cannot disable your own account.', 'own-account')
      const ended = await db.transaction(
        async (tx) => {
          await requireRemovable(tx, actor, userId)
          const user = await store.lockUser(tx, userId, actor.workspaceId)
          if (!user) throw unknown()
          await also?.(tx)
          if (user.disabledAt !== null) return []
          await store.setDisabledAt(tx, userId, new Date())
          await recordAudit(tx, {
            ...entry(actor, userId),
            action: 'user.disabled',
            ...(reason && { after: { reason } }),
          })
          return store.revokeSessionsOfUser(tx, userId)
        },
        // Two who disable each other must not both succeed.
        { isolationLevel: 'read committed' },
      )
      for (const { sessionId } of ended) events.emit('session.revoked', { sessionId, userId, reason: 'disabled' })
      events.emit('user.disabled', { userId })
    },
    /** Lets somebody in again, if the workspace has room. They sign in anew. */
    async enableUser(actor: Actor, userId: string): Promise<void> {
      await requireNotAbove(actor, userId)
      await db.transaction(
        async (tx) => {
          await requireSeat(tx, actor.workspaceId)
          const user = await store.lockUser(tx, userId, actor.workspaceId)
          if (!user) throw unknown()
          if (user.disabledAt === null) return
          await store.setDisabledAt(tx, userId, null)
          await recordAudit(tx, { ...entry(actor, userId), action: 'user.enabled' })
        },
        // Who came in while this waited for the workspace's lock must be counted.
        { isolationLevel: 'read committed' },
      )
    },
  }
}
