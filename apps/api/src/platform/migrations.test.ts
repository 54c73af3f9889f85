import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isDatabaseAway } from './database.ts'
import { migrateDatabase, readMigrations } from './migrations.ts'

let folder: string
let server: Pool
const made: string[] = []
const servers: Server[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-migrations-'))
  server = createPool({ uri: process.env.DATABASE_URL ?? '', connectionLimit: 2 })
})
afterEach(async () => {
  for (const name of made.splice(0)) await server.query(`DROP DATABASE ${name}`)
  for (const each of servers.splice(0)) each.close()
  await server.end()
  await rm(folder, { recursive: true })
})

/** An empty database, and its rows. */
async function createDatabase() {
  const name = `parley_test_${randomBytes(6).toString('hex')}`
  await server.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`)
  made.push(name)
  const url = new URL(process.env.DATABASE_URL ?? '')
  url.pathname = `/${name}`
  return {
    name,
    url: url.href,
    run: (sql: string) => server.query(sql.replaceAll('@', `${name}.`)),
    rows: async (sql: string) => (await server.query<RowDataPacket[]>(sql.replaceAll('@', `${name}.`)))[0],
  }
}

/** Writes a migration for each list of statements, named 0000_step, 0001_step and so on. */
async function writeMigrations(...migrations: string[][]): Promise<void> {
  await mkdir(join(folder, 'meta'), { recursive: true })
  const entries = migrations.map((_, index) => ({ when: index + 1, tag: `000${index}_step` }))
  await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ entries }))
  for (const [index, statements] of migrations.entries())
    await writeFile(join(folder, `000${index}_step.sql`), statements.join('--> statement-breakpoint\n'))
}

test('a migration that fails halfway says where, and is gone on with there once the cause is mended', async () => {
  const { url, run, rows } = await createDatabase()
  await writeMigrations([
    'CREATE TABLE one (id int)',
    'INSERT INTO one VALUES (1)',
    'INSERT INTO absent VALUES (1)',
    'CREATE TABLE two (id int)',
  ])
  const stopped = { message: expect.stringContaining('0000_step stopped at statement 3 of 4'), cause: { errno: 1146 } }
  await expect(migrateDatabase(url, { folder })).rejects.toMatchObject(stopped)
  await expect(migrateDatabase(url, { folder })).rejects.toMatchObject(stopped)
  await run('CREATE TABLE @absent (id int)')
  await migrateDatabase(url, { folder })
  expect(await rows('SELECT * FROM @one')).toEqual([{ id: 1 }])
  expect(await rows('SELECT * FROM @absent')).toEqual([{ id: 1 }])
  expect(await rows('SELECT * FROM @two')).toEqual([])
  expect(await rows('SELECT * FROM @__migration_progress')).toEqual([])
})

test('a statement the database refused is never taken for done', async () => {
  const { url, run } = await createDatabase()
  await writeMigrations(['CREATE TABLE one (id int)'])
  await migrateDatabase(url, { folder })
  await run('CREATE TABLE @two (id int)')
  await writeMigrations(['CREATE TABLE one (id int)'], ['CREATE TABLE two (id int, name varchar(9))'])
  for (let start = 0; start < 3; start += 1)
    await expect(migrateDatabase(url, { folder })).rejects.toMatchObject({ cause: { errno: 1050 } })
  await run('DROP TABLE @two')
  await migrateDatabase(url, { folder })
})

const ownStatements = /__|^(SELECT|SET SESSION|ROLLBACK)/

/** A way to the database that breaks when the second statement of a migration was carried out, before anybody hears of it. */
async function breakingUrl(url: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const proxy = createServer((client) => {
    const database = connect(Number(port), hostname)
    let statements = 0
    client.on('data', (chunk: Buffer) => {
      // A command is 3 for a query, after four bytes of length and number.
      if (chunk[4] === 3 && !ownStatements.test(chunk.toString('utf8', 5).trim())) statements += 1
      database.write(chunk)
    })
    database.on('data', (chunk: Buffer) => {
      if (statements < 2) client.write(chunk)
      else client.destroy()
    })
    for (const [one, other] of [
      [client, database],
      [database, client],
    ] as const) {
      one.on('close', () => other.destroy())
      one.on('error', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  servers.push(proxy)
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const broken = new URL(url)
  broken.hostname = '127.0.0.1'
  broken.port = String(address.port)
  return broken.href
}

/** All that a schema consists of. */
async function describeSchema({ name, rows }: Awaited<ReturnType<typeof createDatabase>>) {
  const of = (columns: string, table: string, schema: string, order: string) =>
    rows(`SELECT ${columns} FROM information_schema.${table} WHERE ${schema} = '${name}' ORDER BY ${order}`)
  return {
    columns: await of(
      'TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, COLLATION_NAME, IS_NULLABLE, COLUMN_DEFAULT, EXTRA',
      'COLUMNS',
      'TABLE_SCHEMA',
      '1, 2',
    ),
    indexes: await of(
      'TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE, INDEX_TYPE',
      'STATISTICS',
      'TABLE_SCHEMA',
      '1, 2, 3',
    ),
    references: await of('TABLE_NAME, CONSTRAINT_NAME', 'REFERENTIAL_CONSTRAINTS', 'CONSTRAINT_SCHEMA', '1, 2'),
    recorded: await rows('SELECT hash, created_at FROM @__drizzle_migrations ORDER BY created_at'),
    workspaces: await rows('SELECT id, slug FROM @workspaces'),
  }
}

test('killed after each statement in turn, with none of them noted, the migrations come to the same schema', async () => {
  const [whole, broken] = [await createDatabase(), await createDatabase()]
  await migrateDatabase(whole.url)
  const url = await breakingUrl(broken.url)
  let kills = 0
  const isDone = () =>
    migrateDatabase(url).then(
      () => true,
      (error: unknown) => {
        if (!isDatabaseAway(error)) throw error
        kills += 1
        return false
      },
    )
  while (!(await isDone())) expect(kills).toBeLessThan(1_000)
  const statements = (await readMigrations()).flatMap((migration) => migration.statements)
  expect(kills).toBeGreaterThan(statements.length / 2)
  expect(await describeSchema(broken)).toEqual(await describeSchema(whole))
}, 120_000)

test('of several that start together one migrates, and the others find it done', async () => {
  const { url, rows } = await createDatabase()
  await writeMigrations(
    ['CREATE TABLE one (id int)', 'INSERT INTO one SELECT SLEEP(0.2)'],
    ['INSERT INTO one VALUES (1)'],
  )
  await Promise.all([1, 2, 3].map(() => migrateDatabase(url, { folder })))
  expect(await rows('SELECT id FROM @one ORDER BY id')).toEqual([{ id: 0 }, { id: 1 }])
  expect(await rows('SELECT created_at FROM @__drizzle_migrations')).toHaveLength(2)
})

test('a schema newer than the program is left as it is, which the log says', async () => {
  const { url, rows } = await createDatabase()
  await writeMigrations(['CREATE TABLE one (id int)'], ['CREATE TABLE two (id int)'])
  await migrateDatabase(url, { folder })
  await writeMigrations(['CREATE TABLE one (id int)'])
  const said: string[] = []
  await migrateDatabase(url, { folder, log: { info: (_, message) => said.push(message) } })
  expect(said).toEqual(['the schema is newer than this version, which goes on with it'])
  expect(await rows('SELECT created_at FROM @__drizzle_migrations')).toHaveLength(2)
})

test("a database that holds somebody else's tables is refused", async () => {
  const { url, run } = await createDatabase()
  await run('CREATE TABLE @invoices (id int)')
  await expect(migrateDatabase(url)).rejects.toThrow(/holds tables \(invoices\) but no record of migrations/)
})

test('an address that names no database is refused', async () => {
  const url = new URL(process.env.DATABASE_URL ?? '')
  url.pathname = ''
  await expect(migrateDatabase(url.href)).rejects.toThrow('DATABASE_URL names no database')
})

test('what of DATABASE_URL the database refuses is told', async () => {
  const url = new URL((await createDatabase()).url)
  url.pathname = '/parley_absent'
  await expect(migrateDatabase(url.href)).rejects.toMatchObject({
    message: 'The database refuses DATABASE_URL: check its user, password and database.',
    cause: { message: expect.stringContaining('parley_absent') },
  })
})
