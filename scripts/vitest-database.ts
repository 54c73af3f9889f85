import { randomBytes } from 'node:crypto'
import { createConnection } from 'mysql2/promise'
import { startPrivateDatabase } from './database.ts'

/**
 * One database server for the whole run. Tests find it in `DATABASE_URL`, whoever started it, and each worker makes a
 * schema of its own there, as a copy of the one named in `DATABASE_TEMPLATE`, which whoever needs it first makes.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const template = `parley_template_${randomBytes(6).toString('hex')}`
  process.env.DATABASE_TEMPLATE = template
  const given = process.env.DATABASE_URL
  if (given) {
    return async () => {
      const connection = await createConnection(given)
      await connection.query(`DROP DATABASE IF EXISTS ${template}`)
      await connection.end()
    }
  }
  const database = await startPrivateDatabase({ durable: false })
  process.env.DATABASE_URL = database.url
  return database.stop
}
