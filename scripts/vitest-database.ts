import { randomBytes } from 'node:crypto'
import { createConnection } from 'mysql2/promise'
import { startPrivateDatabase } from './database.ts'

/**
 * One database server for the whole run. Tests find it in `DATABASE_URL`, whoever started it, and each worker makes a
 * schema of its own there, as a copy of the one named in `DATABASE_TEMPLATE`, which whoever needs it first makes.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  // Another project of this run was first, and clears up.
  if (process.env.DATABASE_TEMPLATE) return undefined
  const template = `parley_template_${randomBytes(6).toString('hex')}`
  process.env.DATABASE_TEMPLATE = template
  const given = process.env.DATABASE_URL
  if (given) return () => dropSchema(given, template)
  const database = await startPrivateDatabase({ durable: false })
  process.env.DATABASE_URL = database.url
  return database.stop
}

async function dropSchema(server: string, name: string): Promise<void> {
  const connection = await createConnection(server)
  await connection.query(`DROP DATABASE IF EXISTS ${name}`)
  await connection.end()
}
