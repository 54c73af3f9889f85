import type { Grant, grantToPerson, PersonGrant } from '@parley/protocol/access-contracts'
import type { RequestOf } from '@parley/protocol/contract'
import { recordAudit } from '../../platform/audit.ts'
import type { Database } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError, invalidField, notFound } from '../../platform/http/errors.ts'
import { changeAccess, requireNotAbove, requireWithin, type ChangeDependencies } from './change.ts'
import * as store from './store.ts'

const toGrant = ({
  permission,
  grantedBy,
  createdAt,
}: Omit<store.PersonGrantRecord, 'expiresAt' | 'userId'>): Grant => ({
  permission,
  grantedBy,
  createdAt: createdAt.toISOString(),
})

const toPersonGrant = (record: store.PersonGrantRecord): PersonGrant => ({
  ...toGrant(record),
  expiresAt: record.expiresAt?.toISOString() ?? null,
})

/** What was granted to one person of the actor's workspace. */
export async function listPersonGrants(db: Database, { workspaceId }: Actor, userId: string): Promise<PersonGrant[]> {
  if (!(await store.findStanding(db, workspaceId, userId)))
    throw new AppError('USER_NOT_FOUND', 'This person does not exist.')
  return (await store.findPersonGrants(db, { userId, workspaceId })).map(toPersonGrant)
}

export async function givePersonGrant(
  deps: ChangeDependencies,
  actor: Actor,
  userId: string,
  { permission, expiresAt = null }: RequestOf<typeof grantToPerson>['body'],
): Promise<PersonGrant> {
  const { workspaceId } = actor
  const endsAt = expiresAt === null ? null : new Date(expiresAt)
  if (endsAt && !(endsAt.getTime() > Date.now())) throw invalidField('body.expiresAt', 'Choose a time to come.')
  return changeAccess(deps, actor, async (tx, changer) => {
    await requireNotAbove(tx, changer, userId)
    requireWithin(changer, [permission])
    const grants = await store.findPersonGrants(tx, { userId, workspaceId })
    const before = grants.find((grant) => grant.permission === permission)
    const createdAt = new Date()
    const grant = { userId, workspaceId, permission, grantedBy: actor.userId, createdAt, expiresAt: endsAt }
    await store.putPersonGrant(tx, grant)
    await recordAudit(tx, {
      ...personAudit(actor, userId),
      action: 'user-grant.given',
      ...(before && { before: { permission, expiresAt: before.expiresAt } }),
      after: { permission, expiresAt: endsAt },
    })
    return { result: toPersonGrant(grant), concerned: [userId] }
  })
}

export async function withdrawPersonGrant(
  deps: ChangeDependencies,
  actor: Actor,
  userId: string,
  permission: string,
): Promise<void> {
  await changeAccess(deps, actor, async (tx, changer) => {
    await requireNotAbove(tx, changer, userId)
    const grants = await store.findPersonGrants(tx, { userId, workspaceId: actor.workspaceId })
    const before = grants.find((grant) => grant.permission === permission)
    if (!before) throw notFound('This grant')
    await store.deletePersonGrant(tx, userId, permission)
    await recordAudit(tx, {
      ...personAudit(actor, userId),
      action: 'user-grant.withdrawn',
      before: { permission, expiresAt: before.expiresAt },
    })
    return { result: undefined, concerned: [userId] }
  })
}

const personAudit = ({ workspaceId, userId: actorId }: Actor, userId: string) => ({
  workspaceId,
  actorId,
  targetKind: 'user',
  targetId: userId,
})

/** What everybody in the actor's workspace was granted. */
export const listTenantGrants = async (db: Database, { workspaceId }: Actor): Promise<Grant[]> =>
  (await store.findTenantGrants(db, workspaceId)).map(toGrant)

export async function giveTenantGrant(deps: ChangeDependencies, actor: Actor, permission: string): Promise<Grant> {
  const { workspaceId } = actor
  return changeAccess(deps, actor, async (tx, changer) => {
    requireWithin(changer, [permission])
    const grant = { workspaceId, permission, grantedBy: actor.userId, createdAt: new Date() }
    await store.putTenantGrant(tx, grant)
    await recordAudit(tx, { ...tenantAudit(actor), action: 'tenant-grant.given', after: { permission } })
    return { result: toGrant(grant), concerned: 'all' as const }
  })
}

/** Takes from everybody what was granted to everybody: who holds it by other means keeps it. */
export async function withdrawTenantGrant(deps: ChangeDependencies, actor: Actor, permission: string): Promise<void> {
  await changeAccess(deps, actor, async (tx, changer) => {
    requireWithin(changer, [permission])
    const grants = await store.findTenantGrants(tx, actor.workspaceId)
    if (!grants.some((grant) => grant.permission === permission)) throw notFound('This grant')
    await store.deleteTenantGrant(tx, actor.workspaceId, permission)
    await recordAudit(tx, { ...tenantAudit(actor), action: 'tenant-grant.withdrawn', before: { permission } })
    return { result: undefined, concerned: 'all' as const }
  })
}

const tenantAudit = ({ workspaceId, userId }: Actor) => ({
  workspaceId,
  actorId: userId,
  targetKind: 'workspace',
  targetId: workspaceId,
})
