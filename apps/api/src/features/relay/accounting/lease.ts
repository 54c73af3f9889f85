import type { Pool } from 'mysql2/promise'

interface Log {
  warn(context: object, message: string): void
}

/** Says that this process lives, so that nobody settles the calls it still serves. */
export interface Lease {
  /** Resolves once the lease is written: no call may be served before. */
  start(): Promise<void>
  /** Gives the lease back: what is still set aside is then settled by others at once. */
  close(): Promise<void>
}

interface LeaseOptions {
  pool: Pool
  node: string
  log: Log
  everyMs: number
}

/** Makes the lease of a process. Times are the database's, since the clocks of nodes differ. */
export function createLease({ pool, node, log, everyMs }: LeaseOptions): Lease {
  let timer: NodeJS.Timeout | undefined
  let renewing: Promise<void> | undefined

  const renew = async (): Promise<void> => {
    await pool.query(
      'INSERT INTO relay_leases (node, seen_at) VALUES (?, UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE seen_at = UTC_TIMESTAMP(3)',
      [node],
    )
  }

  return {
    async start() {
      await renew()
      timer = setInterval(() => {
        renewing ??= renew()
          .catch((error: unknown) => log.warn({ err: error }, 'the lease of this process could not be renewed'))
          .finally(() => (renewing = undefined))
      }, everyMs)
      timer.unref()
    },
    async close() {
      clearInterval(timer)
      await renewing
      await pool.query('DELETE FROM relay_leases WHERE node = ?', [node])
    },
  }
}
