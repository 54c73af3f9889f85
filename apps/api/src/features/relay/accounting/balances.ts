import { inArray } from 'drizzle-orm'
import type { Queryable } from '../../../platform/database.ts'
import { relayBalances } from '../tables.ts'
import { periodsAt, type PeriodNumbers } from './period.ts'

/** What a token, a group or a workspace may spend, in micro-units; null for no limit. */
export interface Quotas {
  quotaMicros: number | null
  quotaDayMicros: number | null
  quotaWeekMicros: number | null
  quotaMonthMicros: number | null
}

/** Quotas, and what is used of them now. */
export interface Balance extends Quotas {
  usedMicros: number
  /** Set aside by calls under way. */
  reservedMicros: number
  usedDayMicros: number
  usedWeekMicros: number
  usedMonthMicros: number
}

/** A balance as it is stored: its periods are those of the last call. */
export interface BalanceRow extends Balance, PeriodNumbers {
  owner: string
}

/** Whose a balance is: `t`, `g` or `w` and the id. */
export const ownerOf = {
  token: (tokenId: string) => `t${tokenId}`,
  group: (groupId: string) => `g${groupId}`,
  workspace: (workspaceId: string) => `w${workspaceId}`,
}

/** A balance of which nothing was ever used. */
const unused: Balance = {
  quotaMicros: null,
  quotaDayMicros: null,
  quotaWeekMicros: null,
  quotaMonthMicros: null,
  usedMicros: 0,
  reservedMicros: 0,
  usedDayMicros: 0,
  usedWeekMicros: 0,
  usedMonthMicros: 0,
}

/**
 * Moves a balance into the periods of now: what was used in earlier ones counts no more. Never back, since the clocks of
 * nodes differ and would each throw away what the other counted.
 */
export function roll(row: BalanceRow, now: PeriodNumbers): void {
  if (row.day < now.day) [row.day, row.usedDayMicros] = [now.day, 0]
  if (row.week < now.week) [row.week, row.usedWeekMicros] = [now.week, 0]
  if (row.month < now.month) [row.month, row.usedMonthMicros] = [now.month, 0]
}

/**
 * Sets what an owner may spend; what is used stays. Announce `relay.changed` once it is committed, so that no node goes
 * on by what it saw before.
 */
export async function setQuotas(tx: Queryable, owner: string, quotas: Quotas): Promise<void> {
  const { quotaMicros, quotaDayMicros, quotaWeekMicros, quotaMonthMicros } = quotas
  const set = { quotaMicros, quotaDayMicros, quotaWeekMicros, quotaMonthMicros }
  await tx
    .insert(relayBalances)
    .values({ owner, ...set })
    .onDuplicateKeyUpdate({ set })
}

/** The balances of owners as they stand now, by owner; one without a row has used nothing and has no quota. */
export async function readBalances(
  db: Queryable,
  owners: string[],
  now: Date = new Date(),
): Promise<Map<string, Balance>> {
  const found = new Map<string, Balance>(owners.map((owner) => [owner, { ...unused }]))
  if (owners.length === 0) return found
  const rows = await db.select().from(relayBalances).where(inArray(relayBalances.owner, owners))
  for (const row of rows) {
    roll(row, periodsAt(now))
    const { owner, day: _day, week: _week, month: _month, ...balance } = row
    found.set(owner, balance)
  }
  return found
}

/** Forgets what deleted tokens and groups might spend and have spent. */
export async function deleteBalances(tx: Queryable, owners: string[]): Promise<void> {
  if (owners.length > 0) await tx.delete(relayBalances).where(inArray(relayBalances.owner, owners))
}
