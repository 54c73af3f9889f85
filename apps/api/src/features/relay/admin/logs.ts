import type { RequestOf } from '@parley/protocol/contract'
import type { listGroupLogs, listLogs, RelayLog, RelayLogDetail } from '@parley/protocol/relay-usage'
import { and, asc, count, desc, eq, gt } from 'drizzle-orm'
import type { Actor } from '../../../platform/http/actor.ts'
import { notFound } from '../../../platform/http/errors.ts'
import { relayAttempts, relayLogs, relayPromptLogs } from '../tables.ts'
import type { ScopeOf } from './asker.ts'
import type { RelayAdminDependencies } from './dependencies.ts'
import { requireGroup } from './groups.ts'
import { rowsOf } from './list-page.ts'
import { matchingLogs } from './log-filters.ts'

export type LogRow = typeof relayLogs.$inferSelect

/** Counting a log of millions for each page would cost more than the page. */
const countedMax = 100_000

export const viewLog = (row: LogRow): RelayLog => ({
  id: row.id,
  request_id: row.requestId,
  group: row.groupName,
  token_id: row.tokenId,
  token_name: row.tokenName,
  channel_id: row.channelId,
  channel_name: row.channelName,
  endpoint: row.endpoint,
  model: row.model,
  upstream_model: row.upstreamModel,
  stream: row.isStream,
  status: row.status,
  error_code: row.errorCode,
  cached: row.isCached,
  input_tokens: row.inputTokens,
  cached_tokens: row.cachedTokens,
  output_tokens: row.outputTokens,
  cost: row.costMicros,
  first_token_ms: row.firstTokenMs,
  duration_ms: row.durationMs,
  created_at: row.createdAt.getTime(),
})

/** The log of calls: an administrator's is all of it, a member's the calls of their own tokens. */
export function createLogs({ db }: RelayAdminDependencies, scopeOf: ScopeOf) {
  async function list(
    actor: Actor,
    { page, per_page, order = '-created_at', ...filters }: RequestOf<typeof listLogs>['query'],
  ) {
    const where = matchingLogs(db, actor, await scopeOf(actor), filters)
    const { limit, offset } = rowsOf({ page, per_page })
    const counted = db.select({ id: relayLogs.id }).from(relayLogs).where(where).limit(countedMax).as('counted')
    const [rows, [all]] = await Promise.all([
      db
        .select()
        .from(relayLogs)
        .where(where)
        // Ids are in the order of time, and indexed.
        .orderBy(order === 'created_at' ? asc(relayLogs.id) : desc(relayLogs.id))
        .limit(limit)
        .offset(offset),
      db.select({ total: count() }).from(counted),
    ])
    return { logs: rows.map(viewLog), total: all?.total ?? 0 }
  }

  return {
    list,
    async listOf(actor: Actor, group: string, query: RequestOf<typeof listGroupLogs>['query']) {
      await requireGroup(db, actor, { name: group, scope: await scopeOf(actor) })
      return list(actor, { ...query, group })
    },
    async read(actor: Actor, id: string): Promise<RelayLogDetail> {
      const visible = matchingLogs(db, actor, await scopeOf(actor), {})
      const [row] = await db
        .select()
        .from(relayLogs)
        .where(and(visible, eq(relayLogs.id, id)))
      if (!row) throw notFound('This call')
      const [attempts, prompts] = await Promise.all([
        db
          .select()
          .from(relayAttempts)
          .where(eq(relayAttempts.requestId, row.requestId))
          .orderBy(asc(relayAttempts.number)),
        db
          .select()
          .from(relayPromptLogs)
          .where(
            and(
              eq(relayPromptLogs.requestId, row.requestId),
              eq(relayPromptLogs.workspaceId, actor.workspaceId),
              gt(relayPromptLogs.expiresAt, new Date()),
            ),
          ),
      ])
      return {
        ...viewLog(row),
        ...viewDetail(row),
        attempts: attempts.map(viewAttempt),
        prompt: viewPrompt(prompts[0]),
      }
    },
  }
}

const viewDetail = (row: LogRow) => ({
  error_message: row.errorMessage,
  upstream_request_id: row.upstreamRequestId,
  address: row.address,
  cache_creation_tokens: row.cacheCreationTokens,
  audio_input_tokens: row.audioInputTokens,
  image_input_tokens: row.imageInputTokens,
  thinking_tokens: row.thinkingTokens,
  audio_output_tokens: row.audioOutputTokens,
  image_output_tokens: row.imageOutputTokens,
  images: row.images,
  searches: row.searches,
  service_tier: row.serviceTier,
  price_id: row.priceId,
})

const viewAttempt = (row: typeof relayAttempts.$inferSelect) => ({
  number: row.number,
  channel_id: row.channelId,
  channel_name: row.channelName,
  status: row.status,
  error_code: row.errorCode,
  upstream_request_id: row.upstreamRequestId,
  duration_ms: row.durationMs,
  created_at: row.createdAt.getTime(),
})

const viewPrompt = (row: typeof relayPromptLogs.$inferSelect | undefined) =>
  row ? { request: row.request, answer: row.answer, expires_at: row.expiresAt.getTime() } : null
