import type { Outcome } from '../../../platform/group-commit.ts'
import { roll, type BalanceRow } from './balances.ts'
import { ownersOf, refusalOf, spend } from './budget.ts'
import { periodsAt } from './period.ts'
import { lostCall, type Attempt, type LogRow, type Reservation, type Settlement } from './settlement.ts'

/** One entry of the ledger. */
export type Entry =
  /** Sets an amount aside, or is refused. */
  | { kind: 'reserve'; call: Reservation }
  /** Bills a call and releases what it had set aside. A second one of the same call changes nothing. */
  | { kind: 'settle'; call: Settlement }
  /** Releases a reservation if there is one. `isBilled`: whoever made it is gone, so the call is billed as well. */
  | { kind: 'close'; call: Reservation; isBilled: boolean }

/** What this process has set aside for a call; undefined for nothing that it knows of. */
export type Held = (requestId: string) => number | undefined

/** What a batch is planned on, read under the locks of its balances. */
export interface Ground {
  balances: Map<string, BalanceRow>
  /** Calls that are settled. */
  settled: Set<string>
  /** Reservations that are open, of those that this process did not make or does not know the fate of. */
  open: Set<string>
  heldMicros: Held
  now: Date
}

/** What a batch writes. */
export interface Plan {
  outcomes: Outcome<void>[]
  reservations: Reservation[]
  /** Reservations that end. */
  closed: string[]
  logs: LogRow[]
  attempts: { requestId: string; number: number; attempt: Attempt }[]
  /** Balances as they were, by owner, of those that moved. */
  before: Map<string, BalanceRow>
}

const done: Outcome<void> = { ok: true, value: undefined }

/**
 * The balances a batch needs locked, and of them those that are made where there are none. A call that has something set
 * aside makes none: what is missing then was deleted with its token or group meanwhile.
 */
export function balancesFor(entries: Entry[], heldMicros: Held): { owners: string[]; made: string[] } {
  const owners = new Set<string>()
  const made = new Set<string>()
  for (const { kind, call } of entries) {
    const isHeld = heldMicros(call.requestId) !== undefined
    if (kind === 'settle' && !isHeld && call.costMicros === 0) continue
    const isMade = kind === 'reserve' || (kind === 'settle' && !isHeld)
    for (const owner of ownersOf(call)) {
      owners.add(owner)
      if (isMade) made.add(owner)
    }
  }
  return { owners: [...owners].toSorted(), made: [...made].toSorted() }
}

/** Decides, in order, what becomes of the entries of a batch. Nothing here waits. */
export function planBatch(entries: Entry[], ground: Ground): Plan {
  const { balances, open, now } = ground
  const plan: Plan = { outcomes: [], reservations: [], closed: [], logs: [], attempts: [], before: new Map() }
  const settled = new Set(ground.settled)
  const admittedMicros = new Map<string, number>()
  const periods = periodsAt(now)
  for (const balance of balances.values()) roll(balance, periods)

  const balancesOf = (call: Reservation | Settlement): BalanceRow[] =>
    ownersOf(call).flatMap((owner) => balances.get(owner) ?? [])

  function move(call: Reservation | Settlement, { reservedMicros = 0, costMicros = 0 }): void {
    if (reservedMicros === 0 && costMicros === 0) return
    for (const balance of balancesOf(call)) {
      if (!plan.before.has(balance.owner)) plan.before.set(balance.owner, { ...balance })
      balance.reservedMicros += reservedMicros
      spend(balance, costMicros)
    }
  }

  function reserve(call: Reservation): Outcome<void> {
    const error = refusalOf(call, balancesOf(call), now)
    if (error) return { ok: false, error }
    move(call, { reservedMicros: call.amountMicros })
    admittedMicros.set(call.requestId, call.amountMicros)
    plan.reservations.push(call)
    return done
  }

  function bill({ attempts, ...call }: Settlement): void {
    settled.add(call.requestId)
    plan.logs.push({ ...call, createdAt: now })
    attempts.forEach((attempt, index) => {
      plan.attempts.push({ requestId: call.requestId, number: index + 1, attempt })
    })
  }

  function settle(call: Settlement): Outcome<void> {
    const { requestId, costMicros } = call
    if (settled.has(requestId)) return done
    const heldMicros = admittedMicros.get(requestId) ?? ground.heldMicros(requestId)
    if (heldMicros !== undefined) plan.closed.push(requestId)
    move(call, { reservedMicros: -(heldMicros ?? 0), costMicros })
    bill(call)
    return done
  }

  function close(call: Reservation, isBilled: boolean): Outcome<void> {
    const { requestId, amountMicros } = call
    if (!open.has(requestId) || plan.closed.includes(requestId)) return done
    const lost = isBilled && !settled.has(requestId) ? lostCall(call) : null
    move(call, { reservedMicros: -amountMicros, costMicros: lost?.costMicros ?? 0 })
    plan.closed.push(requestId)
    if (lost) bill(lost)
    return done
  }

  plan.outcomes = entries.map((entry) => {
    if (entry.kind === 'reserve') return reserve(entry.call)
    return entry.kind === 'settle' ? settle(entry.call) : close(entry.call, entry.isBilled)
  })
  return plan
}
