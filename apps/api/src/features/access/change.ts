import { covers } from '@parley/protocol/access'
import type { Database, Queryable, Transaction } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError, conflict, permissionDenied } from '../../platform/http/errors.ts'
import { decide } from './decide.ts'
import type { AccessEvents } from './events.ts'
import { loadHeld, type Held } from './holdings.ts'
import { findStanding, hasOtherAdmin, lockWorkspace, type Person } from './store.ts'

export interface ChangeDependencies {
  db: Database
  events: EventBus<AccessEvents>
}

/** Who changes access, with what they hold at that moment. */
export interface Changer extends Actor {
  held: Held
}

/** Whom a change is for: one person, everybody, or nobody yet. */
type Concerned = string[] | 'all' | null

/** Waits for the actor's turn in the workspace, and judges them by what holds then. */
async function takeTurn(tx: Transaction, actor: Actor): Promise<Changer> {
  await lockWorkspace(tx, actor.workspaceId)
  const standing = await findStanding(tx, actor.workspaceId, actor.userId)
  if (!standing || standing.disabledAt !== null) throw new AppError('USER_DISABLED', 'This account is disabled.')
  return { ...actor, held: await loadHeld(tx, actor) }
}

/**
 * Runs one change of access and, once it is committed, tells those it concerns. Changes in a workspace take turns, and the
 * actor is judged by what they hold when it is their turn: two who demote each other do not both succeed.
 */
export async function changeAccess<T>(
  { db, events }: ChangeDependencies,
  actor: Actor,
  work: (tx: Transaction, changer: Changer) => Promise<{ result: T; concerned: Concerned }>,
): Promise<T> {
  const { result, concerned } = await db.transaction(
    async (tx) => {
      const changer = await takeTurn(tx, actor)
      if (decide(actor.userId, changer.held, 'roles:admin') === 'deny') throw permissionDenied(undefined, 'roles:admin')
      return work(tx, changer)
    },
    // What was committed while this waited for its turn must be seen.
    { isolationLevel: 'read committed' },
  )
  if (concerned) events.emit('access.changed', { workspaceId: actor.workspaceId, userIds: concerned })
  return result
}

const aboveSelf = () =>
  permissionDenied('You can only give or take away what you hold yourself, and not for a time only.', 'above-self')

/** Throws unless the actor holds all of this themselves. */
export function requireWithin({ held }: Changer, permissions: Iterable<string>): void {
  if (held.superAdmin) return
  for (const permission of permissions) if (!covers(held.lasting, permission)) throw aboveSelf()
}

/** The role of a person and what they hold; throws unless they are of the workspace and hold no more than the actor. */
export async function requireNotAbove(tx: Queryable, changer: Changer, userId: string) {
  const { workspaceId } = changer
  const standing = await findStanding(tx, workspaceId, userId)
  if (!standing) throw new AppError('USER_NOT_FOUND', 'This person does not exist.')
  const held = userId === changer.userId ? changer.held : await loadHeld(tx, { userId, workspaceId })
  if (userId !== changer.userId) {
    if (held.superAdmin && !changer.held.superAdmin) throw aboveSelf()
    requireWithin(changer, [...held.direct, ...held.role, ...held.tenant])
  }
  return { role: standing.role, held }
}

/** Throws unless what somebody changes of themselves leaves them with no more than their role gave them before. */
export function requireNotUpward(changer: Changer, permissions: Iterable<string>): void {
  if (changer.held.superAdmin) return
  for (const permission of permissions) if (!covers(changer.held.role, permission)) throw aboveSelf()
}

/** Throws if nobody but this person has the role `admin`. */
export async function requireOtherAdmin(tx: Transaction, person: Person): Promise<void> {
  if (await hasOtherAdmin(tx, person)) return
  throw conflict('A workspace needs an administrator. Make somebody else one first.', 'last-admin')
}

/**
 * Throws unless the actor may shut somebody out of the workspace, in a transaction that reads what is committed and in which
 * it is then done: nobody who holds more than they do, and not the last administrator.
 */
export async function requireRemovable(tx: Transaction, actor: Actor, userId: string): Promise<void> {
  const { role } = await requireNotAbove(tx, await takeTurn(tx, actor), userId)
  if (role === 'admin') await requireOtherAdmin(tx, { userId, workspaceId: actor.workspaceId })
}
