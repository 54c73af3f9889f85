import { randomUUID } from 'node:crypto'
import type { DatabasePools } from '../../../platform/database.ts'
import type { EventBus } from '../../../platform/events.ts'
import type { RelayEvents } from '../events.ts'
import { createLease } from './lease.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createPrices, type Prices } from './prices.ts'
import { createSweep } from './sweep.ts'

interface Log {
  info(context: object, message: string): void
  warn(context: object, message: string): void
  error(context: object, message: string): void
}

interface AccountingDependencies {
  database: DatabasePools
  events: EventBus<RelayEvents>
  log: Log
  clock?: () => Date
  /** How often this process says that it lives. */
  renewMs?: number
  /** Not heard of for so long, a process is taken for gone. */
  leaseMs?: number
  /** How often calls of processes that are gone are looked for. */
  sweepMs?: number
}

/** What the relay's calls are counted and billed with. */
export interface Accounting {
  /** Names this process in the reservations it makes. A new one each time, so that what an earlier one left is not its own. */
  node: string
  ledger: Ledger
  prices: Prices
  /** Resolves once calls may be served. */
  start(): Promise<void>
  /** Waits until every call is billed, as long as that is bearable. */
  close(): Promise<void>
}

export function createAccounting(dependencies: AccountingDependencies): Accounting {
  const { database, events, log, clock = () => new Date() } = dependencies
  const { renewMs = 5_000, leaseMs = 30_000, sweepMs = 10_000 } = dependencies
  const node = randomUUID()
  const ledger = createLedger({ writer: database.writer, events, log, clock })
  const lease = createLease({ pool: database.reader, node, log, everyMs: renewMs })
  const sweep = createSweep({ pool: database.reader, node, settleLost: ledger.settleLost, log, leaseMs })
  let sweeping: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  return {
    node,
    ledger,
    prices: createPrices(database.db, events),
    async start() {
      await lease.start()
      timer = setInterval(() => {
        sweeping ??= sweep()
          .catch((error: unknown) => log.warn({ err: error }, 'calls of lost processes could not be looked for'))
          .finally(() => (sweeping = undefined))
      }, sweepMs)
      timer.unref()
    },
    async close() {
      clearInterval(timer)
      await sweeping
      await ledger.drain()
      await lease.close().catch((error: unknown) => log.warn({ err: error }, 'the lease could not be given back'))
    },
  }
}
