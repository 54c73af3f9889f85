import type { RequestOf } from '@parley/protocol/contract'
import type { listLogs } from '@parley/protocol/relay-usage'
import { and, eq, gte, inArray, lt } from 'drizzle-orm'
import type { Queryable } from '../../../platform/database.ts'
import type { Actor } from '../../../platform/http/actor.ts'
import { relayGroups, relayLogs, relayTokens } from '../tables.ts'
import type { OwnerScope } from './asker.ts'

export type LogFilters = Omit<RequestOf<typeof listLogs>['query'], 'page' | 'per_page' | 'order'>

/** A status from here on is a failure. */
const failedFrom = 400

/** Tokens of a member, whose calls are theirs to see. */
export const ownTokens = (db: Queryable, ownerId: string) =>
  db.select({ id: relayTokens.id }).from(relayTokens).where(eq(relayTokens.ownerId, ownerId))

/** Lines of the log that an actor may see and asks for. */
export function matchingLogs(db: Queryable, { workspaceId }: Actor, scope: OwnerScope, filters: LogFilters) {
  const { from, to, group, token_id, channel_id, model, endpoint, outcome, status, request_id } = filters
  const groupIds = (name: string) =>
    db
      .select({ id: relayGroups.id })
      .from(relayGroups)
      .where(and(eq(relayGroups.workspaceId, workspaceId), eq(relayGroups.name, name)))
  return and(
    eq(relayLogs.workspaceId, workspaceId),
    scope === null ? undefined : inArray(relayLogs.tokenId, ownTokens(db, scope)),
    from === undefined ? undefined : gte(relayLogs.createdAt, new Date(from)),
    to === undefined ? undefined : lt(relayLogs.createdAt, new Date(to)),
    group === undefined ? undefined : inArray(relayLogs.groupId, groupIds(group)),
    token_id === undefined ? undefined : eq(relayLogs.tokenId, token_id),
    channel_id === undefined ? undefined : eq(relayLogs.channelId, channel_id),
    model === undefined ? undefined : eq(relayLogs.model, model),
    endpoint === undefined ? undefined : eq(relayLogs.endpoint, endpoint),
    outcome === 'success' ? lt(relayLogs.status, failedFrom) : undefined,
    outcome === 'error' ? gte(relayLogs.status, failedFrom) : undefined,
    status === undefined ? undefined : eq(relayLogs.status, status),
    request_id === undefined ? undefined : eq(relayLogs.requestId, request_id),
  )
}
