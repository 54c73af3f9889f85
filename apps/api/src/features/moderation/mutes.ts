import { and, eq } from 'drizzle-orm'
import { createAnswerCache } from '../../platform/answer-cache.ts'
import { recordAudit } from '../../platform/audit.ts'
import type { Database, Transaction } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError, conflict, invalidField } from '../../platform/http/errors.ts'
import { users } from '../identity/tables.ts'
import type { ModerationEvents } from './events.ts'

interface MuteDependencies {
  db: Database
  events: EventBus<ModerationEvents>
  /** Throws unless a person of the actor's workspace holds no more than the actor. */
  requireNotAbove: (actor: Actor, userId: string) => Promise<void>
}

/** A change is seen at once, and after this long even where no event told of it. */
const keptMs = 60_000

const entriesMax = 50_000
const longestMs = 366 * 24 * 60 * 60_000

/** Who only reads, and until when. Kept in memory, since every message asks. */
export function createMutes({ db, events, requireNotAbove }: MuteDependencies) {
  const cache = createAnswerCache<Date | null>({ name: 'mutes', keptMs, entriesMax })
  events.onEveryNode('mute.changed', ({ userId }) => cache.drop(userId))
  events.onMissed(() => cache.clear())

  /** Until when somebody only reads; null for who may write. */
  async function mutedUntil(userId: string): Promise<Date | null> {
    const until = await cache.get(userId, async () => {
      const [user] = await db.select({ until: users.mutedUntil }).from(users).where(eq(users.id, userId))
      return user?.until ?? null
    })
    return until !== null && until.getTime() > Date.now() ? until : null
  }

  return {
    mutedUntil,
    /** Throws PERMISSION_DENIED, saying until when, for who only reads. */
    async requireUnmuted(userId: string): Promise<void> {
      const until = await mutedUntil(userId)
      if (until === null) return
      throw new AppError('PERMISSION_DENIED', 'A moderator lets you only read for a while.', {
        details: { reason: 'muted', until: until.toISOString() },
      })
    },
    /** Lets somebody only read until a time, or write again; `also` is done in the same transaction. */
    async setMuted(
      actor: Actor,
      userId: string,
      until: Date | null,
      also?: (tx: Transaction) => Promise<void>,
    ): Promise<void> {
      if (userId === actor.userId) throw conflict('You cannot mute yourself.', 'own-account')
      const fromNowMs = until === null ? 1 : until.getTime() - Date.now()
      if (!(fromNowMs > 0 && fromNowMs <= longestMs))
        throw invalidField('body.until', 'Choose a time that is yet to come, at most a year from now.')
      await requireNotAbove(actor, userId)
      const { workspaceId } = actor
      const inWorkspace = and(eq(users.id, userId), eq(users.workspaceId, workspaceId))
      await db.transaction(async (tx) => {
        const [user] = await tx.select({ until: users.mutedUntil }).from(users).where(inWorkspace).for('update')
        if (!user) throw new AppError('USER_NOT_FOUND', 'This person does not exist.')
        await tx.update(users).set({ mutedUntil: until }).where(inWorkspace)
        await recordAudit(tx, {
          workspaceId,
          actorId: actor.userId,
          action: until === null ? 'user.unmuted' : 'user.muted',
          targetKind: 'user',
          targetId: userId,
          before: { mutedUntil: user.until },
          after: { mutedUntil: until },
        })
        await also?.(tx)
      })
      events.emit('mute.changed', { userId, mutedUntil: until?.toISOString() ?? null })
    },
  }
}

export type Mutes = ReturnType<typeof createMutes>
