import type { RelayEvents } from '../events.ts'
import { RelayRefusal } from '../refusals.ts'
import { ownerOf, type Balance, type BalanceRow } from './balances.ts'
import { endOf } from './period.ts'
import type { Reservation } from './settlement.ts'

/** Every budget of a balance: its limit, and what counts against it. */
const budgets = [
  { period: 'total', quota: 'quotaMicros', used: 'usedMicros' },
  { period: 'day', quota: 'quotaDayMicros', used: 'usedDayMicros' },
  { period: 'week', quota: 'quotaWeekMicros', used: 'usedWeekMicros' },
  { period: 'month', quota: 'quotaMonthMicros', used: 'usedMonthMicros' },
] as const

type Budget = (typeof budgets)[number]

const adjectives = { total: 'total', day: 'daily', week: 'weekly', month: 'monthly' }

const leftOf = (balance: Balance, { quota, used }: Budget): number => {
  const limit = balance[quota]
  return limit === null ? Infinity : limit - balance[used] - balance.reservedMicros
}

/** What may still be set aside; infinite without a quota. */
export const spendable = (balance: Balance): number => Math.min(...budgets.map((budget) => leftOf(balance, budget)))

/** Whose balances a call counts against. */
export const ownersOf = (call: { tokenId: string; groupId: string; workspaceId: string }): string[] => [
  ownerOf.token(call.tokenId),
  ownerOf.group(call.groupId),
  ownerOf.workspace(call.workspaceId),
]

function nameOf(owner: string, { tokenName, groupName }: Reservation): string {
  if (owner.startsWith('t')) return `token "${tokenName}"`
  return owner.startsWith('g') ? `group "${groupName}"` : 'workspace'
}

/** Why a call may not be made, or null if every quota covers it. The one that takes longest to be renewed decides. */
export function refusalOf(reservation: Reservation, balances: BalanceRow[], now: Date): RelayRefusal | null {
  const exceeded = balances.flatMap((balance) =>
    budgets
      .filter((budget) => leftOf(balance, budget) < reservation.amountMicros)
      .map(({ period }) => ({
        whose: `The ${adjectives[period]} quota of the ${nameOf(balance.owner, reservation)}`,
        endsAtMs: period === 'total' ? Infinity : endOf(period, now).getTime(),
      })),
  )
  const [first, ...others] = exceeded
  if (!first) return null
  const { whose, endsAtMs } = others.reduce((last, next) => (next.endsAtMs > last.endsAtMs ? next : last), first)
  if (endsAtMs === Infinity) return new RelayRefusal('insufficient_balance', `${whose} does not cover this call.`)
  const renewed = `It is renewed at ${new Date(endsAtMs).toISOString()}.`
  return new RelayRefusal('quota_exceeded', `${whose} does not cover this call. ${renewed}`, {
    retryAfterMs: endsAtMs - now.getTime(),
  })
}

/** Bills an owner, past the quota too: what was used is owed, and the next call is refused. */
export function spend(balance: BalanceRow, costMicros: number): void {
  for (const { used } of budgets) balance[used] += costMicros
}

const marks = [100, 80] as const

/** The highest mark that each budget crossed between two states of a balance. */
export function crossings(before: BalanceRow, after: BalanceRow): Omit<RelayEvents['relay.budget'], 'workspaceId'>[] {
  return budgets.flatMap(({ period, quota, used }) => {
    const quotaMicros = after[quota]
    if (quotaMicros === null) return []
    const isPast = (balance: BalanceRow, percent: number) => balance[used] * 100 >= quotaMicros * percent
    const percent = marks.find((mark) => isPast(after, mark) && !isPast(before, mark))
    return percent ? [{ owner: after.owner, period, percent, usedMicros: after[used], quotaMicros }] : []
  })
}
