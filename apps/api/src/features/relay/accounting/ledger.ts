import { setTimeout as delay } from 'node:timers/promises'
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise'
import { isDatabaseAway, isDuplicateKey, isLockConflict, withConnection } from '../../../platform/database.ts'
import type { EventBus } from '../../../platform/events.ts'
import { createGroupCommit, type Outcome } from '../../../platform/group-commit.ts'
import type { RelayEvents } from '../events.ts'
import { RelayRefusal } from '../refusals.ts'
import { crossings, ownersOf, spendable } from './budget.ts'
import { createComfort, type Comfort } from './comfort.ts'
import { balanceOf, lockSql, makeSql, openSql, settledSql, writeSql, type BalanceRecord } from './ledger-sql.ts'
import { balancesFor, planBatch, type Entry, type Ground, type Held, type Plan } from './plan.ts'
import { fitReservation, fitSettlement, type Reservation, type Settlement } from './settlement.ts'

/** Sets money aside, bills calls, and knows at any time what is left. */
export interface Ledger {
  /**
   * Sets an amount aside against the quotas of token, group and workspace: all or nothing. Resolves once it is committed;
   * rejects with a refusal if a quota does not cover it or the database is away.
   */
  reserve(reservation: Reservation): Promise<void>
  /**
   * Logs and bills a call, and releases what it had set aside. Never rejects: while the database is away it is tried until
   * it is stored. Another settlement of the same call changes nothing.
   */
  settle(settlement: Settlement): Promise<void>
  /** Gives back what was set aside under this name, and bills nothing. Never rejects. */
  release(reservation: Reservation): Promise<void>
  /** Bills a call whose server is gone, unless it is settled already. */
  settleLost(reservation: Reservation): Promise<void>
  /** Whether a reservation can be expected to be admitted, so that the upstream may be called while it is committed. */
  isComfortable: Comfort['isComfortable']
  /** Settlements and releases that are not stored yet. */
  pending(): number
  /** Resolves once everything is stored, or when the time is up. */
  drain(timeoutMs?: number): Promise<void>
}

interface Log {
  warn(context: object, message: string): void
  error(context: object, message: string): void
}

interface LedgerDependencies {
  writer: Pool
  events: EventBus<RelayEvents>
  log: Log
  clock: () => Date
}

interface RequestRecord extends RowDataPacket {
  request_id: string
}

const batchMax = 256
const queueMax = 20_000
const lanes = 2
const attemptsMax = 3
/** With as many calls under way, a smaller batch waits for others. */
const gatheredMin = 8
/** Calls that wait to be billed; past that no new ones are admitted. */
const pendingMax = 50_000
const retryMs = { first: 200, max: 5_000 }
/** Attempts to store what the database refuses for a reason of its own. */
const storeAttemptsMax = 5
/** What ends processes does not wait for long. What is not stored by then is billed as a lost call. */
const drainMs = 3_000

const away = (cause?: unknown) =>
  new RelayRefusal('overloaded', 'The relay cannot account for calls right now. Try again in a moment.', {
    retryAfterMs: 1_000,
    cause,
  })

const isAway = (error: unknown): boolean => error instanceof RelayRefusal && error.code === 'overloaded'

async function requestIds(connection: PoolConnection, sql: string): Promise<Set<string>> {
  const [records] = await connection.query<RequestRecord[]>(sql)
  return new Set(records.map((record) => record.request_id))
}

async function lockBalances(connection: PoolConnection, entries: Entry[], held: Held): Promise<Ground['balances']> {
  const { owners, made } = balancesFor(entries, held)
  if (owners.length === 0) return new Map()
  const [records] = await connection.query<BalanceRecord[]>(lockSql(owners))
  const balances = new Map(records.map((record) => [record.owner, balanceOf(record)]))
  const missing = made.filter((owner) => !balances.has(owner))
  if (missing.length === 0) return balances
  // Another node may have made them meanwhile, and used them.
  await connection.query(makeSql(missing))
  const [others] = await connection.query<BalanceRecord[]>(lockSql(missing))
  for (const record of others) balances.set(record.owner, balanceOf(record))
  return balances
}

/** Makes the ledger of this process. */
export function createLedger({ writer, events, log, clock }: LedgerDependencies): Ledger {
  const comfort = createComfort()
  /** What this process has set aside, by call. */
  const held = new Map<string, number>()
  const heldMicros: Held = (requestId) => held.get(requestId)
  const storing = new Set<Promise<void>>()

  async function readGround(connection: PoolConnection, entries: Entry[], expectRepeats: boolean): Promise<Ground> {
    const balances = await lockBalances(connection, entries, heldMicros)
    const closing = entries.filter(({ kind }) => kind === 'close').map(({ call }) => call.requestId)
    const open = closing.length > 0 ? await requestIds(connection, openSql(closing)) : new Set<string>()
    const billed = entries.filter(({ kind }) => kind !== 'reserve').map(({ call }) => call.requestId)
    const mustAsk = billed.length > 0 && (expectRepeats || closing.length > 0)
    const settled = mustAsk ? await requestIds(connection, settledSql(billed)) : new Set<string>()
    return { balances, settled, open, heldMicros, now: clock() }
  }

  /** Remembers what the commit changed, and says which budgets it took past a mark. */
  function takeUp(plan: Plan, { balances }: Ground, entries: Entry[]): void {
    for (const { requestId, amountMicros } of plan.reservations) held.set(requestId, amountMicros)
    for (const { kind, call } of entries) if (kind !== 'reserve') held.delete(call.requestId)
    for (const balance of balances.values()) comfort.see(balance.owner, spendable(balance))
    const workspaceOf = new Map(entries.flatMap(({ call }) => ownersOf(call).map((owner) => [owner, call.workspaceId])))
    for (const [owner, before] of plan.before) {
      const [after, workspaceId] = [balances.get(owner), workspaceOf.get(owner)]
      if (!after || workspaceId === undefined) continue
      for (const crossing of crossings(before, after)) events.emit('relay.budget', { workspaceId, ...crossing })
    }
  }

  /** Two round trips: lock and read, then write and commit. The server stops at the first statement that fails. */
  async function writeOnce(entries: Entry[], expectRepeats: boolean, onSent: () => void): Promise<Outcome<void>[]> {
    return withConnection(writer, async (connection) => {
      const ground = await readGround(connection, entries, expectRepeats)
      const plan = planBatch(entries, ground)
      onSent()
      await connection.query(writeSql(plan, ground.balances, ground.now))
      takeUp(plan, ground, entries)
      return plan.outcomes
    })
  }

  async function write(entries: Entry[]): Promise<Outcome<void>[]> {
    let expectRepeats = false
    for (let attempt = 1; ; attempt += 1) {
      let isSent = false
      try {
        return await writeOnce(entries, expectRepeats, () => (isSent = true))
      } catch (error) {
        if (isDatabaseAway(error)) {
          log.warn({ err: error, calls: entries.length }, 'calls wait to be accounted for: the database is away')
          if (isSent) release(entries)
          throw away(error)
        }
        const again = isLockConflict(error) || (isDuplicateKey(error) && !expectRepeats)
        if (!again || attempt === attemptsMax) throw error
        if (isDuplicateKey(error)) expectRepeats = true
      }
    }
  }

  const commits = createGroupCommit<Entry, void>({
    name: 'ledger',
    keyOf: ({ call }) => call.workspaceId,
    lanes,
    batchMax,
    queueMax,
    write,
    shouldGather: (items) => items < gatheredMin && held.size > gatheredMin,
    isPatient: ({ kind }) => kind !== 'reserve',
    isOutage: isAway,
    refuse: away,
  })

  async function storeUntilDone(entry: Entry): Promise<void> {
    let waitMs = retryMs.first
    let failures = 0
    while (failures < storeAttemptsMax) {
      try {
        return await commits.submit(entry)
      } catch (error) {
        if (!isAway(error)) {
          failures += 1
          log.warn({ err: error, call: entry.call.requestId }, 'a call could not be accounted for yet')
        }
        await delay(waitMs * (0.5 + Math.random()))
        waitMs = Math.min(waitMs * 2, retryMs.max)
      }
    }
    // What it had set aside stays so until the process ends, when it is billed as a lost call.
    log.error({ entry }, 'a call could not be accounted for: the database does not take it')
  }

  function store(entry: Entry): Promise<void> {
    const stored = storeUntilDone(entry).finally(() => storing.delete(stored))
    storing.add(stored)
    return stored
  }

  /** The connection broke while the commit was on its way: reservations that were refused may exist. */
  function release(entries: Entry[]): void {
    for (const { kind, call } of entries) {
      if (kind === 'reserve') void store({ kind: 'close', call, isBilled: false })
    }
  }

  events.onEveryNode('relay.changed', () => comfort.forget())
  events.onMissed(() => comfort.forget())

  return {
    async reserve(reservation) {
      if (storing.size >= pendingMax) throw away()
      const call = fitReservation(reservation)
      const forget = comfort.expect(call, call.amountMicros)
      try {
        await commits.submit({ kind: 'reserve', call })
      } finally {
        forget()
      }
    },
    settle: (settlement) => store({ kind: 'settle', call: fitSettlement(settlement) }),
    release: (call) => store({ kind: 'close', call, isBilled: false }),
    settleLost: (call) => commits.submit({ kind: 'close', call, isBilled: true }),
    isComfortable: comfort.isComfortable,
    pending: () => storing.size,
    async drain(timeoutMs = drainMs) {
      const timeUp = new AbortController()
      await Promise.race([
        Promise.all(storing),
        delay(timeoutMs, undefined, { signal: timeUp.signal }).catch(() => undefined),
      ])
      timeUp.abort()
      if (storing.size > 0) log.error({ calls: storing.size }, 'calls were not accounted for before the process ended')
    },
  }
}
