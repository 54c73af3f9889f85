import { startPrivateDatabase } from './database.ts'

/**
 * One database server for the whole run. Tests find it in `DATABASE_URL`, whoever started it, and each worker makes a
 * schema of its own there.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.DATABASE_URL) return undefined
  const database = await startPrivateDatabase({ durable: false })
  process.env.DATABASE_URL = database.url
  return database.stop
}
