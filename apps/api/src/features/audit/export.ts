import { Readable } from 'node:stream'
import type { AuditEntry, exportAudit } from '@parley/protocol/audit'
import type { RequestOf } from '@parley/protocol/contract'
import type { FastifyReply } from 'fastify'
import { recordAudit } from '../../platform/audit.ts'
import { csvLine } from '../../platform/csv.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { viewEntries, type AuditDependencies } from './entries.ts'
import { findEntries, findNewestId, type AuditFilters } from './store.ts'

/** Lines read at a time: no more of the log is in memory, however long it is. */
const batchRows = 500

const columns = [
  'id',
  'createdAt',
  'actorId',
  'actor',
  'action',
  'targetKind',
  'targetId',
  'targetName',
  'address',
  'requestId',
  'before',
  'after',
] as const

function csvLineOf(entry: AuditEntry): string {
  const textOf = (column: (typeof columns)[number]): string => {
    if (column === 'actor') return entry.actor?.username ?? ''
    const value = entry[column]
    if (value === null) return ''
    return typeof value === 'string' ? value : JSON.stringify(value)
  }
  return csvLine(columns.map(textOf))
}

function ndjsonLine({ actor, ...entry }: AuditEntry): string {
  return `${JSON.stringify({ ...entry, actor: actor?.username ?? null })}\n`
}

const formats = {
  // The mark at the start tells spreadsheets that it is UTF-8.
  csv: { type: 'text/csv; charset=utf-8', head: `\uFEFF${columns.join(',')}\r\n`, line: csvLineOf },
  ndjson: { type: 'application/x-ndjson; charset=utf-8', head: '', line: ndjsonLine },
}

async function* linesOf(
  deps: AuditDependencies,
  workspaceId: string,
  filters: AuditFilters,
  { head, line }: (typeof formats)[keyof typeof formats],
): AsyncGenerator<string> {
  if (head) yield head
  // What is written while the file is sent is not in it, or it might never end.
  const upTo = await findNewestId(deps.db, workspaceId)
  if (upTo === null) return
  let after: string | null = null
  for (;;) {
    const slice = { order: 'asc' as const, after, upTo, limit: batchRows }
    const records = await findEntries(deps.db, workspaceId, filters, slice)
    const entries = await viewEntries(deps, workspaceId, records)
    if (entries.length > 0) yield entries.map(line).join('')
    if (records.length < batchRows) return
    after = records.at(-1)?.id ?? null
  }
}

/** Sends the log as a file, as fast as it is read, after writing down who took it. */
export async function sendExport(
  deps: AuditDependencies,
  { workspaceId, userId }: Actor,
  { format, ...filters }: RequestOf<typeof exportAudit>['query'],
  reply: FastifyReply,
): Promise<FastifyReply> {
  // Refuses a filter that makes no sense before anything is sent.
  await findEntries(deps.db, workspaceId, filters, { order: 'asc', after: null, limit: 1 })
  await recordAudit(deps.db, {
    workspaceId,
    actorId: userId,
    action: 'audit.exported',
    targetKind: 'workspace',
    targetId: workspaceId,
    after: { format, ...filters },
  })
  const chosen = formats[format]
  return reply
    .type(chosen.type)
    .header('content-disposition', `attachment; filename="audit.${format}"`)
    .header('cache-control', 'no-store')
    .send(Readable.from(linesOf(deps, workspaceId, filters, chosen)))
}
