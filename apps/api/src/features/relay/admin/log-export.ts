import { Readable } from 'node:stream'
import type { RelayLog } from '@parley/protocol/relay-usage'
import { and, asc, gt, lte, max } from 'drizzle-orm'
import type { FastifyReply } from 'fastify'
import { recordAudit } from '../../../platform/audit.ts'
import { csvLine } from '../../../platform/csv.ts'
import type { Database } from '../../../platform/database.ts'
import type { Actor } from '../../../platform/http/actor.ts'
import { relayLogs } from '../tables.ts'
import { personOf, type ScopeOf } from './asker.ts'
import type { RelayAdminDependencies } from './dependencies.ts'
import { matchingLogs, type LogFilters } from './log-filters.ts'
import { viewLog } from './logs.ts'

/** Lines read at a time: no more of the log is in memory, however long it is. */
const batchRows = 500

const columns = [
  'id',
  'created_at',
  'request_id',
  'group',
  'token_id',
  'token_name',
  'channel_id',
  'channel_name',
  'endpoint',
  'model',
  'upstream_model',
  'stream',
  'status',
  'error_code',
  'cached',
  'input_tokens',
  'cached_tokens',
  'output_tokens',
  'cost',
  'first_token_ms',
  'duration_ms',
] as const satisfies (keyof RelayLog)[]

const lineOf = (log: RelayLog): string =>
  csvLine(
    columns.map((column) => {
      if (column === 'created_at') return new Date(log.created_at).toISOString()
      return String(log[column] ?? '')
    }),
  )

async function* linesOf(db: Database, where: ReturnType<typeof matchingLogs>): AsyncGenerator<string> {
  // The mark at the start tells spreadsheets that it is UTF-8.
  yield `\uFEFF${columns.join(',')}\r\n`
  // What is written while the file is sent is not in it, or it might never end.
  const [newest] = await db
    .select({ id: max(relayLogs.id) })
    .from(relayLogs)
    .where(where)
  const upTo = newest?.id ?? null
  if (upTo === null) return
  let after = '0'
  for (;;) {
    const rows = await db
      .select()
      .from(relayLogs)
      .where(and(where, gt(relayLogs.id, after), lte(relayLogs.id, upTo)))
      .orderBy(asc(relayLogs.id))
      .limit(batchRows)
    if (rows.length > 0) yield rows.map((row) => lineOf(viewLog(row))).join('')
    if (rows.length < batchRows) return
    after = rows.at(-1)?.id ?? upTo
  }
}

/** Sends the log as a file, as fast as it is read, after writing down who took it. */
export const createLogExport =
  ({ db }: RelayAdminDependencies, scopeOf: ScopeOf) =>
  async (actor: Actor, filters: LogFilters, reply: FastifyReply): Promise<FastifyReply> => {
    const scope = await scopeOf(actor)
    await recordAudit(db, {
      workspaceId: actor.workspaceId,
      actorId: personOf(actor),
      action: 'relay-log.exported',
      targetKind: 'workspace',
      targetId: actor.workspaceId,
      after: { ...filters },
    })
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="relay-log.csv"')
      .header('cache-control', 'no-store')
      .send(Readable.from(linesOf(db, matchingLogs(db, actor, scope, filters))))
  }
