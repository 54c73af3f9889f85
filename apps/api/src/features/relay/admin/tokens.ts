import type { RequestOf } from '@parley/protocol/contract'
import type {
  createToken,
  listGroupTokens,
  listTokens,
  RelayToken,
  rotateToken,
  updateToken,
} from '@parley/protocol/relay'
import { and, count, eq, like } from 'drizzle-orm'
import { recordAudit } from '../../../platform/audit.ts'
import { isDuplicateOf, type Queryable, type Transaction } from '../../../platform/database.ts'
import type { Actor } from '../../../platform/http/actor.ts'
import { conflict, notFound } from '../../../platform/http/errors.ts'
import { likePattern } from '../../../platform/like.ts'
import { deleteBalances, ownerOf, setQuotas } from '../accounting/balances.ts'
import { relayGroups, relayTokens, type TokenOptions } from '../tables.ts'
import { personOf, type OwnerScope, type ScopeOf } from './asker.ts'
import { quotasOf } from './budget.ts'
import { jsonValue, valuesBefore } from './column-values.ts'
import type { RelayAdminDependencies } from './dependencies.ts'
import { insertGroup, requireGroup } from './groups.ts'
import { orderBy, rowsOf } from './list-page.ts'
import { requireSubnets } from './subnets.ts'
import { selectTokens, viewToken, viewTokens } from './token-view.ts'

type TokenRow = typeof relayTokens.$inferSelect
type Wanted = Omit<RequestOf<typeof updateToken>['body'], 'quota'>

const storedOptions = ({ cache_ttl_seconds }: RelayToken['options']): TokenOptions =>
  cache_ttl_seconds === undefined ? {} : { cacheTtlSeconds: cache_ttl_seconds }

const columnsOf = ({ name, expired_at, options, models, subnets, ...same }: Wanted) => ({
  ...same,
  ...(models !== undefined && { models: jsonValue(models) }),
  ...(subnets !== undefined && { subnets: jsonValue(subnets) }),
  ...(name !== undefined && { name: name.trim() }),
  ...(expired_at !== undefined && { expiresAt: expired_at === null ? null : new Date(expired_at) }),
  ...(options !== undefined && { options: storedOptions(options) }),
})

const visible = ({ workspaceId }: Actor, scope: OwnerScope) =>
  and(eq(relayTokens.workspaceId, workspaceId), scope === null ? undefined : eq(relayTokens.ownerId, scope))

const nameTaken = (error: unknown): never => {
  if (!isDuplicateOf(error, 'relay_tokens_name')) throw error
  throw conflict('Another token of this group has this name.', 'name-taken')
}

/** Which token of which group. */
interface Place {
  group: string
  id: string
}

/** Tokens: an administrator's are all, a member's their own in groups that let members make some. */
export function createTokens({ db, events, keys }: RelayAdminDependencies, scopeOf: ScopeOf) {
  const changed = (workspaceId: string, kind: 'groups' | 'tokens') =>
    events.announce('relay.changed', { workspaceId, kind })

  async function requireToken(
    tx: Queryable,
    actor: Actor,
    { group: name, id }: Place,
    { scope, lock = false }: { scope: OwnerScope; lock?: boolean },
  ): Promise<TokenRow> {
    const group = await requireGroup(tx, actor, { name, scope })
    const query = tx
      .select()
      .from(relayTokens)
      .where(and(visible(actor, scope), eq(relayTokens.groupId, group.id), eq(relayTokens.id, id)))
    const [found] = await (lock ? query.for('update') : query)
    if (!found) throw notFound('This token')
    return found
  }

  const audit = (tx: Queryable, actor: Actor, token: Pick<TokenRow, 'id'>) => {
    const entry = {
      workspaceId: actor.workspaceId,
      actorId: personOf(actor),
      targetKind: 'relay-token',
      targetId: token.id,
    }
    return (action: string, values: { before?: Record<string, unknown>; after?: Record<string, unknown> }) =>
      recordAudit(tx, { ...entry, action: `relay-token.${action}`, ...values })
  }

  /** Makes a group unless there is one, or somebody else makes it at this moment. */
  async function ensureGroup(actor: Actor, name: string): Promise<void> {
    const found = await db
      .select({ id: relayGroups.id })
      .from(relayGroups)
      .where(and(eq(relayGroups.workspaceId, actor.workspaceId), eq(relayGroups.name, name)))
    if (found.length > 0) return
    await db
      .transaction((tx) => insertGroup(tx, actor, { id: name }))
      .catch((error: unknown) => {
        if (!isDuplicateOf(error, 'relay_groups_name')) throw error
      })
    await changed(actor.workspaceId, 'groups')
  }

  async function insert(
    tx: Transaction,
    actor: Actor,
    groupId: string,
    { quota, ...wanted }: RequestOf<typeof createToken>['body'],
  ): Promise<{ id: string; key: string }> {
    const { key, hash, shown } = keys.create()
    const [result] = await tx.insert(relayTokens).values({
      workspaceId: actor.workspaceId,
      groupId,
      ownerId: personOf(actor),
      keyHash: hash,
      keyShown: shown,
      models: jsonValue(null),
      subnets: jsonValue(null),
      options: {},
      createdAt: new Date(),
      ...columnsOf(wanted),
      name: wanted.name.trim(),
    })
    const id = String(result.insertId)
    if (quota !== undefined) await setQuotas(tx, ownerOf.token(id), quotasOf(quota))
    await audit(tx, actor, { id })('made', { after: { groupId, quota, ...wanted } })
    return { id, key }
  }

  async function findNamed(groupId: string, name: string, scope: OwnerScope): Promise<RelayToken> {
    const [found] = await db
      .select({ id: relayTokens.id, ownerId: relayTokens.ownerId })
      .from(relayTokens)
      .where(and(eq(relayTokens.groupId, groupId), eq(relayTokens.name, name.trim())))
    // What is somebody else's is not shown, only that the name is taken.
    if (!found || (scope !== null && found.ownerId !== scope)) {
      throw conflict('Another token of this group has this name.', 'name-taken')
    }
    return viewToken(db, found.id)
  }

  async function list(
    actor: Actor,
    { order = '-created_at', query, status, group, ...wanted }: RequestOf<typeof listTokens>['query'],
  ) {
    const scope = await scopeOf(actor)
    const where = and(
      visible(actor, scope),
      group === undefined ? undefined : eq(relayGroups.name, group),
      status && eq(relayTokens.status, status),
      query?.trim() ? like(relayTokens.name, likePattern(query.trim(), 'part')) : undefined,
    )
    const { createdAt, name, id } = relayTokens
    const columns = { created_at: createdAt, '-created_at': createdAt, name, '-name': name }
    const { limit, offset } = rowsOf(wanted)
    const [rows, [counted]] = await Promise.all([
      selectTokens(db)
        .where(where)
        .orderBy(...orderBy(order, columns, id))
        .limit(limit)
        .offset(offset),
      db
        .select({ total: count() })
        .from(relayTokens)
        .innerJoin(relayGroups, eq(relayGroups.id, relayTokens.groupId))
        .where(where),
    ])
    return { tokens: await viewTokens(db, rows), total: counted?.total ?? 0 }
  }

  return {
    list,
    async listOf(actor: Actor, group: string, query: RequestOf<typeof listGroupTokens>['query']) {
      await requireGroup(db, actor, { name: group, scope: await scopeOf(actor) })
      return list(actor, { ...query, group })
    },
    async read(actor: Actor, place: Place): Promise<RelayToken> {
      const { id } = await requireToken(db, actor, place, { scope: await scopeOf(actor) })
      return viewToken(db, id)
    },
    /** Makes a token; its key is in the answer, and kept nowhere. */
    async create(
      actor: Actor,
      name: string,
      body: RequestOf<typeof createToken>['body'],
      options: RequestOf<typeof createToken>['query'],
    ): Promise<RelayToken> {
      requireSubnets(body.subnets)
      const scope = await scopeOf(actor)
      // Only administrators make groups; to a member one that is missing stays missing.
      if (options.auto_create_group === true && scope === null) await ensureGroup(actor, name)
      const made = await db
        .transaction(async (tx) => {
          const group = await requireGroup(tx, actor, { name, scope, lock: true })
          return insert(tx, actor, group.id, body)
        })
        .catch((error: unknown) => {
          if (options.ignore_exist === true && isDuplicateOf(error, 'relay_tokens_name')) return null
          return nameTaken(error)
        })
      if (!made) return findNamed((await requireGroup(db, actor, { name, scope })).id, body.name, scope)
      await changed(actor.workspaceId, 'tokens')
      return { ...(await viewToken(db, made.id)), key: made.key }
    },
    async change(actor: Actor, place: Place, change: RequestOf<typeof updateToken>['body']): Promise<RelayToken> {
      requireSubnets(change.subnets)
      const scope = await scopeOf(actor)
      const { quota, ...wanted } = change
      const id = await db
        .transaction(async (tx) => {
          const token = await requireToken(tx, actor, place, { scope, lock: true })
          const before = await viewToken(tx, token.id)
          if (Object.keys(wanted).length > 0) {
            await tx.update(relayTokens).set(columnsOf(wanted)).where(eq(relayTokens.id, token.id))
          }
          if (quota !== undefined) await setQuotas(tx, ownerOf.token(token.id), quotasOf(quota))
          await audit(tx, actor, token)('changed', { before: valuesBefore(before, change), after: change })
          return token.id
        })
        .catch(nameTaken)
      await changed(actor.workspaceId, 'tokens')
      return viewToken(db, id)
    },
    /** Gives a token a new key. The one before opens until the overlap ends, and the one before that no more. */
    async rotate(actor: Actor, place: Place, body: RequestOf<typeof rotateToken>['body']): Promise<RelayToken> {
      const overlapSeconds = body?.overlap_seconds ?? 0
      const scope = await scopeOf(actor)
      const { key, hash, shown } = keys.create()
      const id = await db.transaction(async (tx) => {
        const token = await requireToken(tx, actor, place, { scope, lock: true })
        const previous =
          overlapSeconds > 0
            ? { previousKeyHash: token.keyHash, previousKeyUntil: new Date(Date.now() + overlapSeconds * 1_000) }
            : { previousKeyHash: null, previousKeyUntil: null }
        await tx
          .update(relayTokens)
          .set({ keyHash: hash, keyShown: shown, ...previous })
          .where(eq(relayTokens.id, token.id))
        await audit(tx, actor, token)('rotated', { after: { overlapSeconds } })
        return token.id
      })
      await changed(actor.workspaceId, 'tokens')
      return { ...(await viewToken(db, id)), key }
    },
    async remove(actor: Actor, place: Place): Promise<void> {
      const scope = await scopeOf(actor)
      await db.transaction(async (tx) => {
        const token = await requireToken(tx, actor, place, { scope, lock: true })
        await tx.delete(relayTokens).where(eq(relayTokens.id, token.id))
        await deleteBalances(tx, [ownerOf.token(token.id)])
        await audit(tx, actor, token)('deleted', { before: { name: token.name, groupId: token.groupId } })
      })
      await changed(actor.workspaceId, 'tokens')
    },
  }
}
