import type { RequestOf } from '@parley/protocol/contract'
import type { getDashboard, RelayDashboard, UsagePoint } from '@parley/protocol/relay-usage'
import { and, eq, gte, inArray, lt, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../../platform/database.ts'
import type { Actor } from '../../../platform/http/actor.ts'
import { invalidField } from '../../../platform/http/errors.ts'
import { relayUsageHours as hours } from '../tables.ts'
import type { OwnerScope, ScopeOf } from './asker.ts'
import type { RelayAdminDependencies } from './dependencies.ts'
import { requireGroup } from './groups.ts'
import { ownTokens } from './log-filters.ts'
import { sharesBy } from './usage-shares.ts'
import { noUsageSums, summed, viewSums } from './usage-sums.ts'

type Window = RequestOf<typeof getDashboard>['query']

const stepMs = { hour: 3_600_000, day: 86_400_000 }
/** How far back it goes where nothing is said. */
const usualSteps = { hour: 24, day: 30 }
const pointsMax = 1_000

/** The window in whole hours or days. */
function windowOf({ from, to = Date.now(), step = 'hour' }: Window) {
  const length = stepMs[step]
  const end = Math.ceil(to / length) * length
  const start = from === undefined ? Math.max(0, end - usualSteps[step] * length) : Math.floor(from / length) * length
  if (start >= end) throw invalidField('query.from', 'must be before `to`')
  if ((end - start) / length > pointsMax) {
    throw invalidField('query.from', `is too far back: at most ${pointsMax} points`, 'window-too-long')
  }
  return { start, end, step, length }
}

async function seriesOf(
  db: Database,
  where: SQL | undefined,
  window: ReturnType<typeof windowOf>,
): Promise<UsagePoint[]> {
  const { start, end, step, length } = window
  const began = step === 'hour' ? sql`${hours.hour}` : sql`DATE(${hours.hour})`
  const at = sql`UNIX_TIMESTAMP(${began})`.mapWith((seconds) => Number(seconds) * 1_000)
  const rows = await db
    .select({ at, ...summed })
    .from(hours)
    .where(where)
    .groupBy(began)
  const points = new Map(rows.map((row) => [row.at, viewSums(row)]))
  return Array.from({ length: (end - start) / length }, (_, index) => {
    const point = start + index * length
    return { at: point, ...(points.get(point) ?? noUsageSums) }
  })
}

/** What was used, summed up for charts: an administrator's is all of it, a member's what their own tokens used. */
export function createDashboard({ db }: RelayAdminDependencies, scopeOf: ScopeOf) {
  async function read(
    { workspaceId }: Actor,
    wanted: Window,
    { scope, groupId }: { scope: OwnerScope; groupId: string | null },
  ): Promise<RelayDashboard> {
    const window = windowOf(wanted)
    const where = and(
      eq(hours.workspaceId, workspaceId),
      gte(hours.hour, new Date(window.start)),
      lt(hours.hour, new Date(window.end)),
      groupId === null ? undefined : eq(hours.groupId, groupId),
      scope === null ? undefined : inArray(hours.tokenId, ownTokens(db, scope)),
    )
    const shares = sharesBy(db, where)
    const [[totals], series, byModel, byToken, byChannel, byGroup] = await Promise.all([
      db.select(summed).from(hours).where(where),
      seriesOf(db, where, window),
      shares.model(),
      shares.token(),
      shares.channel(),
      shares.group(),
    ])
    return {
      from: window.start,
      to: window.end,
      step: window.step,
      totals: totals ? viewSums(totals) : noUsageSums,
      series,
      by_model: byModel,
      by_token: byToken,
      by_channel: byChannel,
      by_group: byGroup,
    }
  }

  return {
    async all(actor: Actor, window: Window): Promise<RelayDashboard> {
      return read(actor, window, { scope: await scopeOf(actor), groupId: null })
    },
    async of(actor: Actor, name: string, window: Window): Promise<RelayDashboard> {
      const scope = await scopeOf(actor)
      const { id: groupId } = await requireGroup(db, actor, { name, scope })
      return read(actor, window, { scope, groupId })
    },
  }
}
