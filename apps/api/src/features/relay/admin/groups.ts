import type { RequestOf } from '@parley/protocol/contract'
import type { createGroup, createNamedGroup, listGroups, RelayGroup, updateGroup } from '@parley/protocol/relay'
import { and, count, eq, inArray, like } from 'drizzle-orm'
import { recordAudit } from '../../../platform/audit.ts'
import { isDuplicateOf, type Queryable } from '../../../platform/database.ts'
import type { Actor } from '../../../platform/http/actor.ts'
import { conflict, notFound } from '../../../platform/http/errors.ts'
import { likePattern } from '../../../platform/like.ts'
import { deleteBalances, ownerOf, readBalances, setQuotas } from '../accounting/balances.ts'
import { relayGroups, relayGuardrails, relayTokens } from '../tables.ts'
import { personOf, type OwnerScope, type ScopeOf } from './asker.ts'
import { budgetOf, quotasOf } from './budget.ts'
import { jsonValue, valuesBefore } from './column-values.ts'
import type { RelayAdminDependencies } from './dependencies.ts'
import { orderBy, rowsOf } from './list-page.ts'

type GroupRow = typeof relayGroups.$inferSelect
type Wanted = Omit<RequestOf<typeof updateGroup>['body'], 'quota'>

const columnsOf = ({ self_service: selfService, models, ...same }: Wanted) => ({
  ...same,
  ...(selfService !== undefined && { selfService }),
  ...(models !== undefined && { models: jsonValue(models) }),
})

/** Groups an actor may know of: a member those in which they may make tokens. */
const visible = ({ workspaceId }: Actor, scope: OwnerScope) =>
  and(eq(relayGroups.workspaceId, workspaceId), scope === null ? undefined : eq(relayGroups.selfService, true))

/** The group of a name, if the actor may know of it. With `lock`, nobody else changes or deletes it meanwhile. */
export async function requireGroup(
  db: Queryable,
  actor: Actor,
  { name, scope, lock = false }: { name: string; scope: OwnerScope; lock?: boolean },
): Promise<GroupRow> {
  const query = db
    .select()
    .from(relayGroups)
    .where(and(visible(actor, scope), eq(relayGroups.name, name)))
  const [found] = await (lock ? query.for('update') : query)
  if (!found) throw notFound('This group')
  return found
}

/** Makes a group; another of its name is a duplicate key. Answers its row id. */
export async function insertGroup(
  tx: Queryable,
  actor: Actor,
  { id: name, quota, ...wanted }: RequestOf<typeof createGroup>['body'],
): Promise<string> {
  const made = { workspaceId: actor.workspaceId, name, models: jsonValue(null), createdAt: new Date() }
  const [result] = await tx.insert(relayGroups).values({ ...made, ...columnsOf(wanted) })
  const groupId = String(result.insertId)
  if (quota !== undefined) await setQuotas(tx, ownerOf.group(groupId), quotasOf(quota))
  const entry = {
    workspaceId: actor.workspaceId,
    actorId: personOf(actor),
    targetKind: 'relay-group',
    targetId: groupId,
  }
  await recordAudit(tx, { ...entry, action: 'relay-group.made', after: { id: name, quota, ...wanted } })
  return groupId
}

async function countTokens(db: Queryable, groupIds: string[], scope: OwnerScope): Promise<Map<string, number>> {
  const rows = await db
    .select({ groupId: relayTokens.groupId, tokens: count() })
    .from(relayTokens)
    .where(and(inArray(relayTokens.groupId, groupIds), scope === null ? undefined : eq(relayTokens.ownerId, scope)))
    .groupBy(relayTokens.groupId)
  return new Map(rows.map(({ groupId, tokens }) => [groupId, tokens]))
}

async function view(db: Queryable, rows: GroupRow[], scope: OwnerScope): Promise<RelayGroup[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const [balances, counts] = await Promise.all([readBalances(db, ids.map(ownerOf.group)), countTokens(db, ids, scope)])
  return rows.map(({ id, name, status, selfService, models, rpm, tpm, concurrency, createdAt }) => {
    const balance = balances.get(ownerOf.group(id))
    if (!balance) throw new Error(`no balance was read of group ${id}`)
    return {
      id: name,
      status,
      self_service: selfService,
      models,
      rpm,
      tpm,
      concurrency,
      ...budgetOf(balance),
      tokens: counts.get(id) ?? 0,
      created_at: createdAt.getTime(),
    }
  })
}

async function viewOne(db: Queryable, row: GroupRow, scope: OwnerScope): Promise<RelayGroup> {
  const [group] = await view(db, [row], scope)
  if (!group) throw notFound('This group')
  return group
}

/** What administrators do with groups, and which of them members see. */
export function createGroups({ db, events }: RelayAdminDependencies, scopeOf: ScopeOf) {
  const changed = (workspaceId: string, kind: 'groups' | 'tokens' | 'guardrails') =>
    events.announce('relay.changed', { workspaceId, kind })

  async function read(actor: Actor, name: string): Promise<RelayGroup> {
    const scope = await scopeOf(actor)
    return viewOne(db, await requireGroup(db, actor, { name, scope }), scope)
  }

  return {
    read,
    async list(actor: Actor, { order = '-created_at', query, ...wanted }: RequestOf<typeof listGroups>['query']) {
      const scope = await scopeOf(actor)
      const where = and(
        visible(actor, scope),
        query?.trim() ? like(relayGroups.name, likePattern(query.trim(), 'part')) : undefined,
      )
      const { createdAt, name, id } = relayGroups
      const columns = { created_at: createdAt, '-created_at': createdAt, id: name, '-id': name }
      const { limit, offset } = rowsOf(wanted)
      const [rows, total] = await Promise.all([
        db
          .select()
          .from(relayGroups)
          .where(where)
          .orderBy(...orderBy(order, columns, id))
          .limit(limit)
          .offset(offset),
        db.$count(relayGroups, where),
      ])
      return { groups: await view(db, rows, scope), total }
    },
    async create(actor: Actor, name: string, wanted: RequestOf<typeof createNamedGroup>['body']): Promise<RelayGroup> {
      await db
        .transaction((tx) => insertGroup(tx, actor, { id: name, ...wanted }))
        .catch((error: unknown) => {
          if (!isDuplicateOf(error, 'relay_groups_name')) throw error
          throw conflict('Another group has this name.', 'name-taken')
        })
      await changed(actor.workspaceId, 'groups')
      return read(actor, name)
    },
    async change(actor: Actor, name: string, change: RequestOf<typeof updateGroup>['body']): Promise<RelayGroup> {
      const { quota, ...wanted } = change
      await db.transaction(async (tx) => {
        const group = await requireGroup(tx, actor, { name, scope: null, lock: true })
        const before = await viewOne(tx, group, null)
        if (Object.keys(wanted).length > 0) {
          await tx.update(relayGroups).set(columnsOf(wanted)).where(eq(relayGroups.id, group.id))
        }
        if (quota !== undefined) await setQuotas(tx, ownerOf.group(group.id), quotasOf(quota))
        await recordAudit(tx, {
          workspaceId: actor.workspaceId,
          actorId: personOf(actor),
          action: 'relay-group.changed',
          targetKind: 'relay-group',
          targetId: group.id,
          before: valuesBefore(before, change),
          after: change,
        })
      })
      await changed(actor.workspaceId, 'groups')
      return read(actor, name)
    },
    /** Deletes a group and all that is in it, or nothing. */
    async remove(actor: Actor, name: string): Promise<void> {
      await db.transaction(async (tx) => {
        // The lock keeps new tokens out: they lock the group too.
        const group = await requireGroup(tx, actor, { name, scope: null, lock: true })
        const tokens = await tx
          .select({ id: relayTokens.id })
          .from(relayTokens)
          .where(eq(relayTokens.groupId, group.id))
        await tx.delete(relayTokens).where(eq(relayTokens.groupId, group.id))
        await tx.delete(relayGuardrails).where(eq(relayGuardrails.groupId, group.id))
        await deleteBalances(tx, [ownerOf.group(group.id), ...tokens.map(({ id }) => ownerOf.token(id))])
        await tx.delete(relayGroups).where(eq(relayGroups.id, group.id))
        await recordAudit(tx, {
          workspaceId: actor.workspaceId,
          actorId: personOf(actor),
          action: 'relay-group.deleted',
          targetKind: 'relay-group',
          targetId: group.id,
          before: { id: group.name, size: tokens.length },
        })
      })
      await Promise.all((['groups', 'tokens', 'guardrails'] as const).map((kind) => changed(actor.workspaceId, kind)))
    },
  }
}
