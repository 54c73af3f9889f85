import { builtInRoles, isBuiltInRole } from '@parley/protocol/access'
import type { Actor } from '../../platform/http/actor.ts'
import { createAnswerCache } from '../../platform/answer-cache.ts'
import type { Database, Queryable } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Holdings } from './decide.ts'
import type { AccessEvents } from './events.ts'
import { findGrants, findStanding, findWorkspaceRoles, type Person } from './store.ts'

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

/** What somebody holds, and until when this is so. */
export interface Held extends Holdings {
  /** All of it that does not end by itself: what is only lent cannot be handed on. */
  lasting: ReadonlySet<string>
  /** When the first of it ends by itself, on the clock; Infinity where nothing does. */
  endsAtMs: number
}

/** Reads what somebody holds; nothing for who is not of the workspace. */
export async function loadHeld(db: Queryable, { userId, workspaceId }: Person): Promise<Held> {
  const [standing, grants] = await Promise.all([
    findStanding(db, workspaceId, userId),
    findGrants(db, workspaceId, userId),
  ])
  const nothing = new Set<string>()
  if (!standing)
    return { superAdmin: false, direct: nothing, role: nothing, tenant: nothing, lasting: nothing, endsAtMs: Infinity }
  const custom = isBuiltInRole(standing.role) ? [] : await findWorkspaceRoles(db, workspaceId)
  const role = permissionsOf(standing.role, new Map(custom.map((one) => [one.id, one])))
  const tenant = new Set(grants.tenant)
  const lastingGrants = grants.direct.filter(({ expiresAt }) => expiresAt === null)
  return {
    superAdmin: standing.superAdmin,
    direct: new Set(grants.direct.map(({ permission }) => permission)),
    role,
    tenant,
    lasting: new Set([...lastingGrants.map(({ permission }) => permission), ...role, ...tenant]),
    endsAtMs: Math.min(...grants.direct.map(({ expiresAt }) => expiresAt?.getTime() ?? Infinity)),
  }
}

/** What people hold, from memory: every request asks. */
export function createHoldings({ db, events }: { db: Database; events: EventBus<AccessEvents> }) {
  const cache = createAnswerCache<Held>({ name: 'holdings', keptMs, entriesMax })
  events.onEveryNode('access.changed', ({ userIds }) => {
    if (userIds === 'all') cache.clear()
    else userIds.forEach((userId) => cache.drop(userId))
  })
  events.onMissed(() => cache.clear())
  return async (actor: Actor): Promise<Held> => {
    const held = await cache.get(actor.userId, () => loadHeld(db, actor))
    if (held.endsAtMs > Date.now()) return held
    cache.drop(actor.userId)
    return cache.get(actor.userId, () => loadHeld(db, actor))
  }
}
