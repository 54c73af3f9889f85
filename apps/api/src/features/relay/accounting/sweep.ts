import { format } from 'mysql2'
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise'
import type { Reservation } from './settlement.ts'

interface Log {
  info(context: object, message: string): void
}

interface SweepOptions {
  pool: Pool
  /** This process: it settles its own calls, however long it was not heard of. */
  node: string
  settleLost: (reservation: Reservation) => Promise<void>
  log: Log
  /** A process not heard of for so long has most likely ended. */
  leaseMs: number
}

interface NodeRecord extends RowDataPacket {
  node: string
  /** Null where it gave its lease back. */
  seen_at: Date | null
}

interface ReservationRecord extends RowDataPacket {
  request_id: string
  node: string
  workspace_id: number | string
  group_id: number | string
  token_id: number | string
  group_name: string
  token_name: string
  model: string
  endpoint: string
  input_tokens: number
  amount_micros: number | string
  input_micros: number | string
}

const pageMax = 500
/** Leases of processes that ended and left nothing are kept so long, in seconds. */
const leaseKeptS = 86_400

const reservationOf = (record: ReservationRecord): Reservation => ({
  requestId: record.request_id,
  node: record.node,
  workspaceId: String(record.workspace_id),
  groupId: String(record.group_id),
  tokenId: String(record.token_id),
  groupName: record.group_name,
  tokenName: record.token_name,
  model: record.model,
  endpoint: record.endpoint,
  inputTokens: record.input_tokens,
  amountMicros: Number(record.amount_micros),
  inputMicros: Number(record.input_micros),
})

/** Runs `work` unless another process does. Whoever comes second has nothing to do: the first does it all. */
async function alone(pool: Pool, work: (connection: PoolConnection) => Promise<void>): Promise<void> {
  const connection = await pool.getConnection()
  try {
    // The server's locks are not of one schema.
    const lock = "CONCAT(LEFT(DATABASE(), 40), ':relay-sweep')"
    const [[record]] = await connection.query<RowDataPacket[]>(`SELECT GET_LOCK(${lock}, 0) AS locked`)
    if (record?.locked !== 1) return
    try {
      await work(connection)
    } finally {
      await connection.query(`DO RELEASE_LOCK(${lock})`)
    }
  } finally {
    connection.release()
  }
}

/**
 * Makes the sweeper: what processes that ended had set aside is settled as lost. A process is taken for gone when it gave
 * its lease back, or when two looks in a row find the same old one: after an outage of the database all leases are old,
 * and those who live renew theirs between the two.
 */
export function createSweep({ pool, node, settleLost, log, leaseMs }: SweepOptions): () => Promise<void> {
  let suspects = new Map<string, number>()

  async function findGone(connection: PoolConnection): Promise<string[]> {
    const [records] = await connection.query<NodeRecord[]>(
      `SELECT DISTINCT r.node, l.seen_at FROM relay_reservations r LEFT JOIN relay_leases l ON l.node = r.node
        WHERE r.node <> ? AND (l.node IS NULL OR l.seen_at < UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND)`,
      [node, leaseMs * 1_000],
    )
    const before = suspects
    suspects = new Map(records.flatMap((each) => (each.seen_at ? [[each.node, each.seen_at.getTime()]] : [])))
    return records
      .filter((each) => !each.seen_at || before.get(each.node) === each.seen_at.getTime())
      .map((each) => each.node)
  }

  async function settleOf(connection: PoolConnection, gone: string): Promise<void> {
    for (let after = ''; ;) {
      const [records] = await connection.query<ReservationRecord[]>(
        format('SELECT * FROM relay_reservations WHERE node = ? AND request_id > ? ORDER BY request_id LIMIT ?', [
          gone,
          after,
          pageMax,
        ]),
      )
      await Promise.all(records.map((record) => settleLost(reservationOf(record))))
      if (records.length > 0) log.info({ node: gone, calls: records.length }, 'calls of a lost process were settled')
      const last = records.at(-1)
      if (!last || records.length < pageMax) return
      after = last.request_id
    }
  }

  return () =>
    alone(pool, async (connection) => {
      for (const gone of await findGone(connection)) await settleOf(connection, gone)
      await connection.query(
        `DELETE FROM relay_leases WHERE seen_at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND
          AND node NOT IN (SELECT node FROM relay_reservations)`,
        [leaseKeptS],
      )
    })
}
