import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import { Type } from 'typebox'
import Value from 'typebox/value'
import { isDatabaseAway, isDatabaseRefusal, keepAlive } from './database.ts'

interface Log {
  info(context: object, message: string): void
}

interface Options {
  log?: Log
  /** Where drizzle-kit wrote the migrations. */
  folder?: string
}

interface Migration {
  name: string
  /** What it is recorded under. Later migrations have higher ones. */
  createdAt: number
  hash: string
  statements: string[]
}

/** How far a migration came that did not end. */
interface Progress {
  /** The statement that comes next, counted from 0. */
  next: number
  /** Whether the database refused that statement. Otherwise it may have been carried out with nobody left to note it. */
  isRefused: boolean
}

/** As drizzle's own migrator names it, whose records are gone on with. */
const recordTable = '__drizzle_migrations'
const progressTable = '__migration_progress'

const lockWaitSeconds = 10
/** Of two deploys, or nodes, one waits for the other. The lock is of this schema alone, and its name at most 64 long. */
const lockName = "CONCAT('parley-migrate-', SHA1(DATABASE()))"

const Journal = Type.Object({ entries: Type.Array(Type.Object({ when: Type.Integer(), tag: Type.String() })) })

/** Reads the migrations of a folder, in order. */
export async function readMigrations(
  folder: string = resolve(import.meta.dirname, '../../migrations'),
): Promise<Migration[]> {
  const journal = Value.Parse(Journal, JSON.parse(await readFile(join(folder, 'meta/_journal.json'), 'utf8')))
  return Promise.all(
    journal.entries.map(async ({ tag, when }) => {
      const sql = await readFile(join(folder, `${tag}.sql`), 'utf8')
      const statements = sql.split('--> statement-breakpoint').filter((statement) => statement.trim() !== '')
      return { name: tag, createdAt: when, hash: createHash('sha256').update(sql).digest('hex'), statements }
    }),
  )
}

/**
 * What the database answers to a statement that was carried out before: tables, columns, keys and constraints that are there
 * already, or gone already. MariaDB says of a foreign key that its table cannot be made.
 */
const doneBefore = new Set([
  'ER_TABLE_EXISTS_ERROR',
  'ER_BAD_TABLE_ERROR',
  'ER_DUP_FIELDNAME',
  'ER_DUP_KEYNAME',
  'ER_MULTIPLE_PRI_KEY',
  'ER_CANT_DROP_FIELD_OR_KEY',
  'ER_FK_DUP_NAME',
])

const isDoneBefore = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  (doneBefore.has(error.code) || (error.code === 'ER_CANT_CREATE_TABLE' && error.message.includes('errno: 121')))

async function takeLock(connection: Connection, log: Log | undefined): Promise<void> {
  for (;;) {
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT GET_LOCK(${lockName}, ${lockWaitSeconds}) AS taken`)
    if (rows[0]?.taken === 1) return
    log?.info({}, 'another process is migrating this database; waiting for it')
  }
}

/** Makes the tables of the record, unless others made tables here: whose they are nobody knows. */
async function openRecord(connection: Connection): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT DATABASE() AS name, TABLE_NAME AS found FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()',
  )
  const tables = rows.map(({ found }) => String(found))
  if (tables.includes(recordTable) && tables.includes(progressTable)) return
  if (tables.length > 0 && !tables.includes(recordTable))
    throw new Error(
      `The database ${rows[0]?.name} holds tables (${tables.slice(0, 3).join(', ')}) but no record of migrations (${recordTable}). Give Parley a database of its own, or restore this one whole.`,
    )
  await connection.query(
    `CREATE TABLE IF NOT EXISTS ${recordTable} (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
  )
  await connection.query(
    `CREATE TABLE IF NOT EXISTS ${progressTable} (created_at bigint PRIMARY KEY, next int NOT NULL, is_refused boolean NOT NULL)`,
  )
}

async function lastRecorded(connection: Connection): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT MAX(created_at) AS last FROM ${recordTable}`)
  return Number(rows[0]?.last ?? 0)
}

async function readProgress(connection: Connection, { createdAt }: Migration): Promise<Progress | null> {
  const [[row]] = await connection.query<RowDataPacket[]>(
    `SELECT next, is_refused FROM ${progressTable} WHERE created_at = ?`,
    [createdAt],
  )
  return row ? { next: Number(row.next), isRefused: row.is_refused === 1 } : null
}

const writeProgress = (connection: Connection, { createdAt }: Migration, { next, isRefused }: Progress) =>
  connection.query(
    `INSERT INTO ${progressTable} (created_at, next, is_refused) VALUES (?, ?, ?)
      ON DUPLICATE KEY UPDATE next = VALUES(next), is_refused = VALUES(is_refused); COMMIT`,
    [createdAt, next, isRefused],
  )

/**
 * Runs what is left of a migration. Each statement is noted with the commit that carries it out, or, as changes of the schema
 * commit by themselves, right after it.
 */
async function run(connection: Connection, migration: Migration): Promise<void> {
  const { name, createdAt, hash, statements } = migration
  const before = await readProgress(connection, migration)
  const first = before?.next ?? 0
  if (!before) await writeProgress(connection, migration, { next: 0, isRefused: false })
  for (const [number, statement] of statements.entries()) {
    if (number < first) continue
    try {
      await connection.query(statement)
    } catch (error) {
      if (isDatabaseAway(error)) throw error
      const mayBeDone = number === first && before?.isRefused === false
      if (!mayBeDone || !isDoneBefore(error)) {
        await connection.query('ROLLBACK')
        await writeProgress(connection, migration, { next: number, isRefused: true })
        throw new Error(
          `The migration ${name} stopped at statement ${number + 1} of ${statements.length}. What came before it is kept: mend the cause and start again, and it goes on there.`,
          { cause: error },
        )
      }
    }
    await writeProgress(connection, migration, { next: number + 1, isRefused: false })
  }
  await connection.query(
    `INSERT INTO ${recordTable} (hash, created_at) VALUES (?, ?); DELETE FROM ${progressTable} WHERE created_at = ?; COMMIT`,
    [hash, createdAt, createdAt],
  )
}

/**
 * Brings the schema up to date. Nodes and deploys that start together take turns, so each migration runs once; one that was
 * cut short is gone on with where it stopped. A schema newer than this version is left as it is.
 */
export async function migrateDatabase(url: string, { log, folder }: Options = {}): Promise<void> {
  const migrations = await readMigrations(folder)
  const connection = await connect(url)
  try {
    await takeLock(connection, log)
    await openRecord(connection)
    const last = await lastRecorded(connection)
    const newest = migrations.at(-1)
    if (newest && last > newest.createdAt)
      log?.info({ newest: newest.name }, 'the schema is newer than this version, which goes on with it')
    for (const migration of migrations) {
      if (migration.createdAt <= last) continue
      const beganMs = performance.now()
      await run(connection, migration)
      log?.info({ migration: migration.name, durationMs: Math.round(performance.now() - beganMs) }, 'migrated')
    }
  } finally {
    await connection.end().catch(() => connection.destroy())
  }
}

async function connect(url: string): Promise<Connection> {
  // Without one the lock has no name, and would be waited for for ever.
  if (new URL(url).pathname.length <= 1)
    throw new Error('DATABASE_URL names no database: it reads mysql://user:password@host:port/database.')
  try {
    const connection = await createConnection({
      uri: url,
      charset: 'utf8mb4_unicode_520_ci',
      multipleStatements: true,
      ...keepAlive,
    })
    await connection.query("SET SESSION time_zone = '+00:00', autocommit = 0")
    return connection
  } catch (error) {
    if (!isDatabaseRefusal(error)) throw error
    throw new Error('The database refuses DATABASE_URL: check its user, password and database.', { cause: error })
  }
}
