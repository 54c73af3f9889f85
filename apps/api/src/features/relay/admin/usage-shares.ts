import type { UsageShare } from '@parley/protocol/relay-usage'
import { desc, eq, inArray, max, type SQL } from 'drizzle-orm'
import type { Database } from '../../../platform/database.ts'
import { relayChannels, relayLogs, relayUsageHours as hours } from '../tables.ts'
import { summed, viewSums } from './usage-sums.ts'

const sharesMax = 50

/** Stands where no channel was reached. */
const noChannel = '0'

type Names = { id: string; name: string }[]

/** What tokens or groups were called in the last line of the log of each: it outlives them. */
async function lastNames(db: Database, kind: 'token' | 'group', ids: string[]): Promise<Names> {
  if (ids.length === 0) return []
  const [idColumn, nameColumn] =
    kind === 'token' ? [relayLogs.tokenId, relayLogs.tokenName] : [relayLogs.groupId, relayLogs.groupName]
  const newest = db
    .select({ id: max(relayLogs.id).as('newest_id') })
    .from(relayLogs)
    .where(inArray(idColumn, ids))
    .groupBy(idColumn)
    .as('newest')
  return db.select({ id: idColumn, name: nameColumn }).from(relayLogs).innerJoin(newest, eq(newest.id, relayLogs.id))
}

const channelNames = async (db: Database, ids: string[]): Promise<Names> =>
  ids.length === 0
    ? []
    : db
        .select({ id: relayChannels.id, name: relayChannels.name })
        .from(relayChannels)
        .where(inArray(relayChannels.id, ids))

/** Who used how much within `where`, what cost most first. */
export function sharesBy(db: Database, where: SQL | undefined) {
  async function shares(
    by: typeof hours.tokenId | typeof hours.groupId | typeof hours.channelId,
    namesOf: (ids: string[]) => Promise<Names>,
  ): Promise<UsageShare[]> {
    const rows = await db
      .select({ id: by, ...summed })
      .from(hours)
      .where(where)
      .groupBy(by)
      .orderBy(desc(summed.costMicros), desc(summed.requests), by)
      .limit(sharesMax)
    const names = new Map((await namesOf(rows.map(({ id }) => id))).map(({ id, name }) => [id, name]))
    return rows.map(({ id, ...sums }) => ({
      id: id === noChannel ? null : id,
      name: names.get(id) ?? '',
      ...viewSums(sums),
    }))
  }

  return {
    async model(): Promise<UsageShare[]> {
      const rows = await db
        .select({ name: hours.model, ...summed })
        .from(hours)
        .where(where)
        .groupBy(hours.model)
        .orderBy(desc(summed.costMicros), desc(summed.requests), hours.model)
        .limit(sharesMax)
      return rows.map(({ name, ...sums }) => ({ id: null, name, ...viewSums(sums) }))
    },
    token: () => shares(hours.tokenId, (ids) => lastNames(db, 'token', ids)),
    group: () => shares(hours.groupId, (ids) => lastNames(db, 'group', ids)),
    channel: () => shares(hours.channelId, (ids) => channelNames(db, ids)),
  }
}
