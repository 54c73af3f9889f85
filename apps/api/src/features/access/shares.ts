import type { Action } from '@parley/protocol/access'
import type { Share, SharedAction } from '@parley/protocol/access-contracts'
import { and, asc, eq } from 'drizzle-orm'
import { recordAudit } from '../../platform/audit.ts'
import type { Database } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError, invalidField, notFound, permissionDenied } from '../../platform/http/errors.ts'
import type { AccessEvents } from './events.ts'
import { findStanding } from './store.ts'
import { resourceShares } from './tables.ts'

type ShareRecord = typeof resourceShares.$inferSelect
type ShareTarget = Pick<Share, 'resource' | 'resourceId'>
type WantedShare = ShareTarget & Pick<Share, 'userId' | 'action'>

export interface ShareDependencies {
  db: Database
  events: EventBus<AccessEvents>
  /** Whose file it is; null unless the actor may read it. */
  ownerOfReadableFile(actor: Actor, fileId: string): Promise<string | null>
}

const toShare = ({ resourceId, userId, action, grantedBy, createdAt }: ShareRecord): Share => ({
  resource: 'files',
  resourceId,
  userId,
  action: action === 'admin' ? 'admin' : 'read',
  grantedBy,
  createdAt: createdAt.toISOString(),
})

const ofThing = ({ workspaceId }: Actor, { resource, resourceId }: ShareTarget) =>
  and(
    eq(resourceShares.resource, resource),
    eq(resourceShares.resourceId, resourceId),
    eq(resourceShares.workspaceId, workspaceId),
  )

/** What of a thing was shared with the actor. */
export async function findShared(db: Database, actor: Actor, target: ShareTarget): Promise<ReadonlySet<Action>> {
  const rows = await db
    .select({ action: resourceShares.action })
    .from(resourceShares)
    .where(and(ofThing(actor, target), eq(resourceShares.userId, actor.userId)))
  return new Set(rows.map((row): SharedAction => (row.action === 'admin' ? 'admin' : 'read')))
}

/**
 * Throws unless the actor owns the thing or was given it to administer. No role does: an administrator of the workspace
 * has no way to private files, and so cannot open one to themselves.
 */
async function requireSharing({ db, ownerOfReadableFile }: ShareDependencies, actor: Actor, target: ShareTarget) {
  const ownerId = await ownerOfReadableFile(actor, target.resourceId)
  if (ownerId === null) throw notFound('This file')
  if (ownerId === actor.userId || (await findShared(db, actor, target)).has('admin')) return
  throw permissionDenied('Only who owns this may share it.', 'not-owner')
}

export async function listShares(deps: ShareDependencies, actor: Actor, target: ShareTarget): Promise<Share[]> {
  await requireSharing(deps, actor, target)
  const rows = await deps.db
    .select()
    .from(resourceShares)
    .where(ofThing(actor, target))
    .orderBy(asc(resourceShares.createdAt), asc(resourceShares.userId), asc(resourceShares.action))
  return rows.map(toShare)
}

const auditOf = ({ workspaceId, userId: actorId }: Actor, { resourceId }: ShareTarget) => ({
  workspaceId,
  actorId,
  targetKind: 'file',
  targetId: resourceId,
})

export async function giveShare(deps: ShareDependencies, actor: Actor, wanted: WantedShare): Promise<Share> {
  const { workspaceId } = actor
  const { userId, action } = wanted
  await requireSharing(deps, actor, wanted)
  if (userId === actor.userId) throw invalidField('body.userId', 'Choose somebody else: you have it already.')
  if (!(await findStanding(deps.db, workspaceId, userId)))
    throw new AppError('USER_NOT_FOUND', 'This person does not exist.')
  const record = { ...wanted, workspaceId, grantedBy: actor.userId, createdAt: new Date() }
  await deps.db.transaction(async (tx) => {
    const { grantedBy, createdAt } = record
    await tx.insert(resourceShares).values(record).onDuplicateKeyUpdate({ set: { grantedBy, createdAt } })
    await recordAudit(tx, { ...auditOf(actor, wanted), action: 'share.given', after: { userId, action } })
  })
  deps.events.emit('access.changed', { workspaceId, userIds: [userId] })
  return toShare(record)
}

export async function withdrawShare(deps: ShareDependencies, actor: Actor, wanted: WantedShare): Promise<void> {
  const { workspaceId } = actor
  const { userId, action } = wanted
  await requireSharing(deps, actor, wanted)
  await deps.db.transaction(async (tx) => {
    const one = and(ofThing(actor, wanted), eq(resourceShares.userId, userId), eq(resourceShares.action, action))
    const [result] = await tx.delete(resourceShares).where(one)
    if (result.affectedRows === 0) throw notFound('This share')
    await recordAudit(tx, { ...auditOf(actor, wanted), action: 'share.withdrawn', before: { userId, action } })
  })
  deps.events.emit('access.changed', { workspaceId, userIds: [userId] })
}
