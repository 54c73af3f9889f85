import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { expect, test } from 'vitest'
import { createSchema, templateName } from './schema.ts'

/** What a schema holds: its tables with their rows, whenever those were made, and the programs kept in it. */
async function contentOf(url: string) {
  const connection = await createConnection(url)
  const query = async (sql: string) => (await connection.query<RowDataPacket[]>(sql))[0]
  const tables = []
  for (const { name } of await query(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name`,
  )) {
    const rows = await query(`SELECT * FROM \`${name}\``)
    tables.push({
      made: await query(`SHOW CREATE TABLE \`${name}\``),
      rows: rows.map((row) => Object.values(row).map((value: unknown) => (value instanceof Date ? 'whenever' : value))),
    })
  }
  const programs = [
    ...(await query('SHOW TRIGGERS')),
    ...(await query('SELECT * FROM information_schema.routines WHERE routine_schema = DATABASE()')),
    ...(await query('SELECT * FROM information_schema.events WHERE event_schema = DATABASE()')),
  ]
  await connection.end()
  return { tables, programs }
}

test('the schema of a test is what the migrations make', async () => {
  const server = process.env.DATABASE_URL ?? ''
  const { url, drop } = await createSchema(server)
  const migrated = new URL(server)
  migrated.pathname = `/${templateName}`

  const content = await contentOf(url)
  expect(content.tables.length).toBeGreaterThan(40)
  expect(content).toEqual(await contentOf(migrated.href))
  await drop()
})
