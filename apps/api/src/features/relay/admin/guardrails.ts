import type { RequestOf } from '@parley/protocol/contract'
import type {
  createGuardrail,
  Guardrail,
  GuardrailTrial,
  listGuardrails,
  tryGuardrail,
  updateGuardrail,
} from '@parley/protocol/relay-settings'
import { and, eq, like } from 'drizzle-orm'
import { recordAudit } from '../../../platform/audit.ts'
import { isDuplicateOf, type Queryable } from '../../../platform/database.ts'
import type { Actor } from '../../../platform/http/actor.ts'
import { conflict, invalidField, notFound } from '../../../platform/http/errors.ts'
import { likePattern } from '../../../platform/like.ts'
import { checkPattern, checkText, compileGuardrail } from '../guardrails/engine.ts'
import { relayGroups, relayGuardrails } from '../tables.ts'
import { personOf } from './asker.ts'
import { valuesBefore } from './column-values.ts'
import type { RelayAdminDependencies } from './dependencies.ts'
import { requireGroup } from './groups.ts'
import { orderBy, rowsOf } from './list-page.ts'

type GuardrailRow = typeof relayGuardrails.$inferSelect

const select = (db: Queryable) =>
  db
    .select({ guardrail: relayGuardrails, group: relayGroups.name })
    .from(relayGuardrails)
    .leftJoin(relayGroups, eq(relayGroups.id, relayGuardrails.groupId))

const view = ({ guardrail, group }: { guardrail: GuardrailRow; group: string | null }): Guardrail => {
  const { id, name, kind, matches, action, direction, status, createdAt } = guardrail
  return { id, name, group, kind, matches, action, direction, status, created_at: createdAt.getTime() }
}

/** Refuses expressions that do not compile, or that could be slow on somebody's text. */
function requirePatterns({ kind, matches }: Pick<GuardrailRow, 'kind' | 'matches'>): void {
  if (kind !== 'pattern') return
  for (const [index, pattern] of matches.entries()) {
    const reason = checkPattern(pattern)
    if (reason !== null) throw invalidField(`body.matches.${index}`, reason, 'pattern-refused')
  }
}

/** What a guardrail would make of a text, before anybody's call meets it. */
export function tryOut({ text, ...rule }: RequestOf<typeof tryGuardrail>['body']): GuardrailTrial {
  requirePatterns(rule)
  const verdict = checkText(compileGuardrail({ ...rule, name: '', direction: 'both' }), text)
  return verdict.ok ? { refused: false, text: verdict.text, hits: verdict.hits } : { refused: true, text: '', hits: 0 }
}

const nameTaken = (error: unknown): never => {
  if (!isDuplicateOf(error, 'relay_guardrails_name')) throw error
  throw conflict('Another guardrail has this name.', 'name-taken')
}

/** What administrators let not pass. */
export function createGuardrails({ db, events }: RelayAdminDependencies) {
  const changed = ({ workspaceId }: Actor) => events.announce('relay.changed', { workspaceId, kind: 'guardrails' })

  async function find(tx: Queryable, { workspaceId }: Actor, id: string): Promise<Guardrail> {
    const [found] = await select(tx).where(
      and(eq(relayGuardrails.workspaceId, workspaceId), eq(relayGuardrails.id, id)),
    )
    if (!found) throw notFound('This guardrail')
    return view(found)
  }

  const groupIdOf = async (tx: Queryable, actor: Actor, name: string | null): Promise<string | null> =>
    name === null ? null : (await requireGroup(tx, actor, { name, scope: null, lock: true })).id

  const audit = (tx: Queryable, actor: Actor, id: string) => {
    const target = { targetKind: 'relay-guardrail', targetId: id }
    return (action: string, values: { before?: Record<string, unknown>; after?: Record<string, unknown> }) =>
      recordAudit(tx, {
        workspaceId: actor.workspaceId,
        actorId: personOf(actor),
        ...target,
        action: `relay-guardrail.${action}`,
        ...values,
      })
  }

  return {
    async list(actor: Actor, { order = 'name', query, ...wanted }: RequestOf<typeof listGuardrails>['query']) {
      const { name, createdAt, id, workspaceId } = relayGuardrails
      const where = and(
        eq(workspaceId, actor.workspaceId),
        query?.trim() ? like(name, likePattern(query.trim(), 'part')) : undefined,
      )
      const columns = { name, '-name': name, created_at: createdAt, '-created_at': createdAt }
      const { limit, offset } = rowsOf(wanted)
      const [rows, total] = await Promise.all([
        select(db)
          .where(where)
          .orderBy(...orderBy(order, columns, id))
          .limit(limit)
          .offset(offset),
        db.$count(relayGuardrails, where),
      ])
      return { guardrails: rows.map(view), total }
    },
    async create(actor: Actor, wanted: RequestOf<typeof createGuardrail>['body']): Promise<Guardrail> {
      requirePatterns(wanted)
      const { group = null, name, direction = 'both', ...same } = wanted
      const id = await db
        .transaction(async (tx) => {
          const groupId = await groupIdOf(tx, actor, group)
          const values = { ...same, direction, groupId, name: name.trim(), createdAt: new Date() }
          const [result] = await tx.insert(relayGuardrails).values({ ...values, workspaceId: actor.workspaceId })
          const made = String(result.insertId)
          await audit(tx, actor, made)('made', { after: { ...wanted } })
          return made
        })
        .catch(nameTaken)
      await changed(actor)
      return find(db, actor, id)
    },
    async change(actor: Actor, id: string, change: RequestOf<typeof updateGuardrail>['body']): Promise<Guardrail> {
      const { group, name, ...same } = change
      await db
        .transaction(async (tx) => {
          const before = await find(tx, actor, id)
          requirePatterns({ kind: change.kind ?? before.kind, matches: change.matches ?? before.matches })
          const groupId = group === undefined ? undefined : await groupIdOf(tx, actor, group)
          await tx
            .update(relayGuardrails)
            .set({
              ...same,
              ...(name !== undefined && { name: name.trim() }),
              ...(groupId !== undefined && { groupId }),
            })
            .where(eq(relayGuardrails.id, id))
          await audit(tx, actor, id)('changed', { before: valuesBefore(before, change), after: change })
        })
        .catch(nameTaken)
      await changed(actor)
      return find(db, actor, id)
    },
    async remove(actor: Actor, id: string): Promise<void> {
      await db.transaction(async (tx) => {
        const { name, kind, matches } = await find(tx, actor, id)
        await tx.delete(relayGuardrails).where(eq(relayGuardrails.id, id))
        await audit(tx, actor, id)('deleted', { before: { name, kind, matches } })
      })
      await changed(actor)
    },
  }
}
