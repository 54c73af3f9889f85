import { setTimeout as delay } from 'node:timers/promises'
import type { RowDataPacket } from 'mysql2/promise'
import type { Product } from '../target.ts'

const patienceMs = 30_000

interface Sums extends RowDataPacket {
  reserved: string
  balance: string
  log: string
  hours: string
}

/** Throws unless all that was measured is billed, and the log, the balance and the sums by hour agree to the micro-unit. */
export async function requireAccounted({ sql }: Product): Promise<void> {
  const untilMs = performance.now() + patienceMs
  for (;;) {
    const [[sums]] = await sql.query<Sums[]>(`
      SELECT used_micros AS balance, reserved_micros AS reserved,
        (SELECT SUM(cost_micros) FROM relay_logs) AS log, (SELECT SUM(cost_micros) FROM relay_usage_hours) AS hours
      FROM relay_balances WHERE owner = 'w1'`)
    const { reserved, balance, log, hours } = sums ?? {}
    if (Number(reserved) === 0) {
      if (Number(balance) > 0 && Number(balance) === Number(log) && Number(balance) === Number(hours)) return
      throw new Error(`the balance says ${balance}, the log ${log} and its sums by hour ${hours}`)
    }
    if (performance.now() > untilMs) throw new Error(`${reserved} are still set aside`)
    await delay(200)
  }
}
