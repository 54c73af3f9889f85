import { randomBytes } from 'node:crypto'
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import { migrateDatabase } from '../src/platform/migrations.ts'

/** A schema nobody else uses. */
interface TestSchema {
  url: string
  drop(): Promise<void>
}

const characters = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci'

/** The schema on each server that the migrations made and that the others are copies of. */
export const templateName = process.env.DATABASE_TEMPLATE ?? 'parley_template'

/**
 * Makes a schema as the migrations make it, by copying one they made on this server before: that takes a fraction of the
 * time, and a run needs more than a hundred.
 */
export async function createSchema(serverUrl: string): Promise<TestSchema> {
  const name = `parley_test_${randomBytes(6).toString('hex')}`
  await withConnection(serverUrl, async (connection) => {
    await connection.query(`CREATE DATABASE IF NOT EXISTS ${templateName} ${characters}`)
    await migrateDatabase(urlOf(serverUrl, templateName))
    const copy = await copyOf(connection, templateName)
    await connection.query([`CREATE DATABASE ${name} ${characters}`, `USE ${name}`, ...copy].join(';\n'))
  })
  return {
    url: urlOf(serverUrl, name),
    drop: () => withConnection(serverUrl, async (connection) => void (await connection.query(`DROP DATABASE ${name}`))),
  }
}

async function withConnection(serverUrl: string, work: (connection: Connection) => Promise<void>): Promise<void> {
  const connection = await createConnection({ uri: serverUrl, multipleStatements: true })
  try {
    await work(connection)
  } finally {
    await connection.end()
  }
}

function urlOf(serverUrl: string, schema: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${schema}`
  return url.href
}

/** What makes the tables of a schema, and the rows the migrations put there, in an empty one. */
async function copyOf(server: Connection, schema: string): Promise<string[]> {
  const [tables] = await server.query<RowDataPacket[]>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?',
    [schema],
  )
  const names = tables.map(({ name }) => `${schema}.\`${name}\``)
  const made = await rowsOf(
    server,
    names.map((name) => `SHOW CREATE TABLE ${name}`),
  )
  const filled = await rowsOf(
    server,
    names.map((name) => `SELECT EXISTS (SELECT 1 FROM ${name}) AS filled`),
  )
  return [
    // The tables come in no order, and name one another.
    'SET SESSION foreign_key_checks = 0',
    ...made.map((row) => String(row['Create Table'])),
    ...tables.flatMap(({ name }, index) =>
      filled[index]?.filled === 1 ? [`INSERT INTO \`${name}\` SELECT * FROM ${schema}.\`${name}\``] : [],
    ),
  ]
}

/** Sends statements in one round trip; answers the one row of each. */
async function rowsOf(server: Connection, statements: string[]): Promise<RowDataPacket[]> {
  const [results] = await server.query<RowDataPacket[][]>(statements.join(';\n'))
  return results.flat()
}
