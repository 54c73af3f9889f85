import { createHash } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import type { Database } from '../../../platform/database.ts'
import type { EventBus } from '../../../platform/events.ts'
import type { RelayEvents } from '../events.ts'
import { relayGuardrails } from '../tables.ts'
import { createWorkspaceMemory, lookInto } from '../workspace-memory.ts'
import { compileGuardrail, type Guardrail } from './engine.ts'

/** The guardrails a call has to pass. */
export interface Guardrails {
  /** For what is asked. */
  input: readonly Guardrail[]
  /** For what is answered. */
  output: readonly Guardrail[]
  /** Differs wherever the rules do: an answer kept under other rules is another answer. */
  version: string
}

type Row = typeof relayGuardrails.$inferSelect

const none: Guardrails = { input: [], output: [], version: '' }

function ready(rows: Row[]): Guardrails {
  if (rows.length === 0) return none
  const compiled = rows.map((row) => ({ direction: row.direction, guards: compileGuardrail(row) }))
  const facing = (side: 'input' | 'output') =>
    compiled.filter(({ direction }) => direction === side || direction === 'both').flatMap(({ guards }) => guards)
  const rules = rows.map(({ kind, matches, action, direction }) => [kind, matches, action, direction])
  const version = createHash('sha256').update(JSON.stringify(rules)).digest('base64url')
  return { input: facing('input'), output: facing('output'), version }
}

/** The guardrails of a workspace, by group; those of groups without any of their own under none. */
interface Loaded {
  common: Guardrails
  byGroup: ReadonlyMap<string, Guardrails>
}

async function load(db: Database, workspaceId: string): Promise<Loaded> {
  const rows = await db
    .select()
    .from(relayGuardrails)
    .where(and(eq(relayGuardrails.workspaceId, workspaceId), eq(relayGuardrails.status, 'enabled')))
    .orderBy(relayGuardrails.id)
  const groups = new Set(rows.map(({ groupId }) => groupId).filter((groupId) => groupId !== null))
  const of = (group: string | null) => ready(rows.filter(({ groupId }) => groupId === null || groupId === group))
  return { common: of(null), byGroup: new Map([...groups].map((group) => [group, of(group)])) }
}

/**
 * Keeps guardrails in memory until they change: asked on every call, they answer at once. A rule that cannot be compiled
 * fails the calls of its workspace, since nobody knows what it was to hold back.
 */
export function createGuardrails(db: Database, events: EventBus<RelayEvents>) {
  const memory = createWorkspaceMemory<Loaded>({ events, kinds: ['guardrails'], load: (id) => load(db, id) })
  const pick = ({ common, byGroup }: Loaded, groupId: string) => byGroup.get(groupId) ?? common

  return function guardrailsFor(workspaceId: string, groupId: string): Guardrails | Promise<Guardrails> {
    return lookInto(memory(workspaceId), (loaded) => pick(loaded, groupId))
  }
}
