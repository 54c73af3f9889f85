import { randomBytes, randomUUID } from 'node:crypto'
import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise'
import { createAccounting, type Accounting } from '../src/features/relay/accounting/index.ts'
import type { Reservation, Settlement } from '../src/features/relay/accounting/settlement.ts'
import type { RelayEvents } from '../src/features/relay/events.ts'
import { noUsage } from '../src/features/relay/usage.ts'
import { openDatabase, type DatabasePools } from '../src/platform/database.ts'
import { migrateDatabase } from '../src/platform/migrations.ts'
import { createEventBus, type EventBus } from '../src/platform/events.ts'

/** A schema of its own for the tests of the ledger. */
export interface TestBooks {
  database: DatabasePools
  sql: Pool
  schema: string
  /** Opens the accounting of one more process, with pools and events of its own. */
  open(options?: Partial<Parameters<typeof createAccounting>[0]>): TestProcess
  close(): Promise<void>
}

export interface TestProcess extends Accounting {
  database: DatabasePools
  events: EventBus<RelayEvents>
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

export async function openBooks(): Promise<TestBooks> {
  const base = new URL(process.env.DATABASE_URL ?? 'mysql://127.0.0.1')
  const schema = `parley_test_${randomBytes(6).toString('hex')}`
  const server = createPool({ uri: base.href, connectionLimit: 1 })
  await server.query(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`)
  base.pathname = `/${schema}`
  await migrateDatabase(base.href)
  const database = openDatabase(base.href)
  const sql = createPool({ uri: base.href, connectionLimit: 2, timezone: 'Z' })
  const opened: DatabasePools[] = [database]
  return {
    database,
    sql,
    schema,
    open(options) {
      const own = openDatabase(base.href)
      opened.push(own)
      const events = createEventBus<RelayEvents>((error) => {
        throw error
      })
      return { ...createAccounting({ database: own, events, log: silent, ...options }), database: own, events }
    },
    async close() {
      await Promise.all(opened.map((each) => each.close()))
      await sql.end()
      await server.query(`DROP DATABASE ${schema}`)
      await server.end()
    },
  }
}

/** Who calls in a test. */
export interface TestCaller {
  workspaceId: string
  groupId: string
  tokenId: string
}

let callers = 0

/** A token in a group of its own in a workspace of its own. */
export function newCaller(same: Partial<TestCaller> = {}): TestCaller {
  callers += 1
  const id = String(1_000 + callers)
  return { workspaceId: id, groupId: id, tokenId: id, ...same }
}

export const reservationOf = (caller: TestCaller, given: Partial<Reservation> = {}): Reservation => ({
  ...caller,
  requestId: randomUUID(),
  node: 'this-node',
  groupName: 'writers',
  tokenName: 'first',
  model: 'small',
  endpoint: 'chat',
  inputTokens: 10,
  amountMicros: 100,
  inputMicros: 20,
  ...given,
})

export const settlementOf = (
  call: Omit<Reservation, 'amountMicros' | 'inputMicros' | 'node'>,
  given: Partial<Settlement> = {},
): Settlement => ({
  ...noUsage,
  requestId: call.requestId,
  workspaceId: call.workspaceId,
  groupId: call.groupId,
  tokenId: call.tokenId,
  groupName: call.groupName,
  tokenName: call.tokenName,
  model: call.model,
  endpoint: call.endpoint,
  inputTokens: call.inputTokens,
  outputTokens: 5,
  channelId: '7',
  channelName: 'test',
  upstreamModel: 'small-1',
  isStream: false,
  status: 200,
  errorCode: null,
  errorMessage: null,
  upstreamRequestId: null,
  isCached: false,
  address: '127.0.0.1',
  serviceTier: null,
  costMicros: 60,
  priceId: null,
  firstTokenMs: 12,
  durationMs: 34,
  attempts: [],
  ...given,
})

/** What the log says that an owner spent: `column` is `token_id`, `group_id` or `workspace_id`. */
export async function loggedMicros(sql: Pool, column: string, id: string): Promise<number> {
  const [[row]] = await sql.query<RowDataPacket[]>('SELECT SUM(cost_micros) AS sum FROM relay_logs WHERE ?? = ?', [
    column,
    id,
  ])
  return Number(row?.sum ?? 0)
}

export async function countOf(sql: Pool, table: string, column: string, value: string): Promise<number> {
  const [[row]] = await sql.query<RowDataPacket[]>('SELECT COUNT(*) AS count FROM ?? WHERE ?? = ?', [
    table,
    column,
    value,
  ])
  return Number(row?.count)
}
