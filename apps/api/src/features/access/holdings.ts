import { builtInRoles, isBuiltInRole } from '@parley/protocol/access'
import type { Actor } from '../../platform/http/actor.ts'
import { createAnswerCache } from '../../platform/answer-cache.ts'
import type { Database } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Holdings } from './decide.ts'
import type { AccessEvents } from './events.ts'
import { findGrants, findStanding, findWorkspaceRoles } from './store.ts'

/** How long what somebody holds is believed; a grant that changes is believed at once. */
const keptMs = 5 * 60_000

const entriesMax = 100_000

/** More generations than anybody needs: where a chain of roles is longer, or runs in a circle, the rest grants nothing. */
const generationsMax = 16

/** A role of a workspace's own. */
export interface CustomRole {
  id: string
  parent: string | null
  permissions: string[]
}

/** All that a role grants: its own permissions and those of every role above it. */
export function permissionsOf(role: string, custom: ReadonlyMap<string, CustomRole>): Set<string> {
  const granted = new Set<string>()
  let current: string | null = role
  for (let generation = 0; current !== null && generation < generationsMax; generation += 1) {
    const found: { parent: string | null; permissions: readonly string[] } | undefined = isBuiltInRole(current)
      ? builtInRoles[current]
      : custom.get(current)
    for (const permission of found?.permissions ?? []) granted.add(permission)
    current = found?.parent ?? null
  }
  return granted
}

async function load(db: Database, { userId, workspaceId }: Actor): Promise<Holdings> {
  const [standing, grants] = await Promise.all([
    findStanding(db, workspaceId, userId),
    findGrants(db, workspaceId, userId),
  ])
  const nothing: Holdings = { superAdmin: false, direct: new Set(), role: new Set(), tenant: new Set() }
  if (!standing) return nothing
  const custom = isBuiltInRole(standing.role) ? [] : await findWorkspaceRoles(db, workspaceId)
  return {
    superAdmin: standing.superAdmin,
    direct: new Set(grants.direct),
    role: permissionsOf(standing.role, new Map(custom.map((role) => [role.id, role]))),
    tenant: new Set(grants.tenant),
  }
}

/** What people hold, from memory: every request asks. */
export function createHoldings({ db, events }: { db: Database; events: EventBus<AccessEvents> }) {
  const cache = createAnswerCache<Holdings>({ name: 'holdings', keptMs, entriesMax })
  events.onEveryNode('access.changed', ({ userIds }) => {
    if (userIds === 'all') cache.clear()
    else userIds.forEach((userId) => cache.drop(userId))
  })
  events.onMissed(() => cache.clear())
  return (actor: Actor): Promise<Holdings> => cache.get(actor.userId, () => load(db, actor))
}
