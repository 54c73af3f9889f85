import type { Pool } from 'mysql2/promise'

/** What every part of filling needs. */
export interface Stage {
  /** Where the API answers. */
  origin: string
  /** The same database the API uses, for what no endpoint does: the past, and masses. */
  sql: Pool
  /** Checked between any two steps, each of which leaves everything consistent. */
  signal: AbortSignal
  /** Says how far something is. */
  report: (what: string, done: number, total: number) => void
}
