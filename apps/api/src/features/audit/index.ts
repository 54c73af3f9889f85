import * as contracts from '@parley/protocol/audit'
import type { FastifyInstance } from 'fastify'
import { route } from '../../platform/http/route.ts'
import { listEntries, type AuditDependencies } from './entries.ts'
import { sendExport } from './export.ts'

/** The audit log as it is read; it is written by whoever does what it records, in the same transaction. */
export function createAudit(deps: AuditDependencies) {
  return {
    routes(app: FastifyInstance): void {
      route(app, contracts.listAudit, ({ actor, query }) => listEntries(deps, actor, query))
      route(app, contracts.exportAudit, ({ actor, query, reply }) => sendExport(deps, actor, query, reply))
    },
  }
}
