import { randomUUID } from 'node:crypto'
import { cpuUs, repeatFor } from '../measure.ts'
import { interleave, medianOf, microseconds, rate, type Effort, type Line } from '../report.ts'
import { messageText, startProduct } from '../target.ts'

const rowsPerInsert = 256
const atOnce = 2

/** What the database takes at most: multi-row INSERTs through mysql2, two at a time, each flushed to disk. */
export async function insertJob({ rounds, seconds }: Effort): Promise<Line[]> {
  const { sql, databasePid, stop } = await startProduct(1)
  let seq = 0
  const insert = async () => {
    const rows = Array.from({ length: rowsPerInsert }, () => {
      seq += 1
      const body = JSON.stringify({ kind: 'text', text: messageText(seq) })
      return [1, seq, seq, seq, 1, 1, randomUUID(), '', 'text', body, new Date()]
    })
    await sql.query(
      'INSERT INTO messages (room_id, seq, `change`, first_change, workspace_id, sender_id, client_id, body_hash, kind, body, created_at) VALUES ?',
      [rows],
    )
  }
  const [results] = await interleave(rounds, [
    async () => {
      const cpuBefore = cpuUs([databasePid])
      const rows = (await repeatFor(seconds, atOnce, insert)) * rowsPerInsert
      return { perSecond: rows / seconds, cpuEach: (cpuUs([databasePid]) - cpuBefore) / rows }
    },
  ])
  await stop()
  return [
    {
      job: 'insert',
      what: 'multi-row INSERT through mysql2, rows',
      ours: '',
      reference: `${rate(medianOf(results, ({ perSecond }) => perSecond))}, ${microseconds(medianOf(results, ({ cpuEach }) => cpuEach))}`,
    },
  ]
}
