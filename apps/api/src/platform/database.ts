import { setTimeout as delay } from 'node:timers/promises'
import { DrizzleQueryError } from 'drizzle-orm'
import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2'
import mysql from 'mysql2/promise'
import type { Pool, PoolConnection } from 'mysql2/promise'

/** Drizzle on a pool, or on one connection inside a transaction: stores take either. */
export type Database = MySql2Database<Record<string, never>>
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]
export type Queryable = Database | Transaction

/** The connections of one API node. */
export interface DatabasePools {
  db: Database
  /** The pool under `db`, for prepared statements on the hot read paths. */
  reader: Pool
  /**
   * Pool of the write path: READ COMMITTED, no autocommit, several statements a round trip. Nothing from outside goes
   * into its SQL unescaped.
   */
  writer: Pool
  /** Answers whether the database does. */
  ping(): Promise<void>
  close(): Promise<void>
}

const sessionSettings = "SET SESSION sql_mode = 'TRADITIONAL', SESSION time_zone = '+00:00'"

/** A way that forgets silent connections, or a host that is gone, is noticed within half a minute; Linux would take two hours. */
export const keepAlive = { enableKeepAlive: true, keepAliveInitialDelay: 20_000 } as const

const common = { timezone: 'Z', charset: 'utf8mb4_unicode_520_ci', supportBigNumbers: true, ...keepAlive } as const

/** Opens a pool whose statements commit by themselves. Nothing connects before the first query. */
export function openPool(url: string, connectionLimit = 10): { db: Database; pool: Pool } {
  const pool = mysql.createPool({ uri: url, ...common, connectionLimit })
  pool.on('connection', (connection) => void connection.query(sessionSettings))
  return { db: drizzle(pool), pool }
}

/** A database that does not answer for so long is away for whoever asks. */
const pingMsMax = 3_000

/** Opens the pools. Nothing connects before the first query. */
export function openDatabase(url: string, { connectionLimit = 10, writerLimit = 8 } = {}): DatabasePools {
  const { db, pool } = openPool(url, connectionLimit)
  const writer = mysql.createPool({ uri: url, ...common, connectionLimit: writerLimit, multipleStatements: true })
  writer.on(
    'connection',
    (connection) =>
      void connection.query(
        `${sessionSettings}, autocommit = 0; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED`,
      ),
  )
  return {
    db,
    reader: pool,
    writer,
    async ping() {
      const silence = delay(pingMsMax, undefined, { ref: false }).then(() => {
        throw Object.assign(new Error(`the database did not answer within ${pingMsMax} ms`), { code: 'ETIMEDOUT' })
      })
      await Promise.race([pool.query('SELECT 1'), silence])
    },
    close: async () => {
      // Connections that were lost need no goodbye, and say so.
      await Promise.allSettled([pool.end(), writer.end()])
    },
  }
}

/** How the connections of a pool are used. */
export interface PoolUse {
  open: number
  /** Of them, those nobody uses now. */
  idle: number
  /** Requests that wait for one. */
  waiting: number
}

/** mysql2 declares its lists private; there is no public count of them. */
const lengthOf = (pool: object, list: string): number => {
  const found: unknown = Reflect.get(pool, list)
  const length: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, 'length') : undefined
  return typeof length === 'number' ? length : 0
}

export const poolUse = ({ pool }: Pool): PoolUse => ({
  open: lengthOf(pool, '_allConnections'),
  idle: lengthOf(pool, '_freeConnections'),
  waiting: lengthOf(pool, '_connectionQueue'),
})

/**
 * Lends `work` a connection on which it runs a transaction of its own and commits it; rolls back and rethrows if it fails.
 * For the write path, which sends COMMIT along with its last statement; others use `withTransaction`.
 */
export async function withConnection<T>(pool: Pool, work: (connection: PoolConnection) => Promise<T>): Promise<T> {
  const connection = await pool.getConnection()
  try {
    const result = await work(connection)
    connection.release()
    return result
  } catch (error) {
    // A connection whose ROLLBACK fails is in an unknown state and must not serve anybody else.
    await connection.query('ROLLBACK').then(
      () => connection.release(),
      () => connection.destroy(),
    )
    throw error
  }
}

/** Runs `work` in a transaction on its own connection of `pool`; rolls back and rethrows if it fails. */
export const withTransaction = <T>(pool: Pool, work: (connection: PoolConnection) => Promise<T>): Promise<T> =>
  withConnection(pool, async (connection) => {
    await connection.query('START TRANSACTION')
    const result = await work(connection)
    await connection.query('COMMIT')
    return result
  })

const codeOf = (error: unknown): string | undefined => {
  const inner = error instanceof DrizzleQueryError ? error.cause : error
  return inner instanceof Error && 'code' in inner && typeof inner.code === 'string' ? inner.code : undefined
}

/** Whether a statement failed because a unique key is taken. */
export const isDuplicateKey = (error: unknown): boolean => codeOf(error) === 'ER_DUP_ENTRY'

/** Whether it is this one: MariaDB says `for key 'name'`, MySQL `for key 'table.name'`. */
export function isDuplicateOf(error: unknown, key: string): boolean {
  if (!isDuplicateKey(error)) return false
  const inner = error instanceof DrizzleQueryError ? error.cause : error
  // Only the end of the message is the server's own; the value before it came from outside.
  return inner instanceof Error && (inner.message.endsWith(`'${key}'`) || inner.message.endsWith(`.${key}'`))
}

/** Whether a transaction lost a deadlock or a lock wait and may be tried again from its start. */
export const isLockConflict = (error: unknown): boolean =>
  codeOf(error) === 'ER_LOCK_DEADLOCK' || codeOf(error) === 'ER_LOCK_WAIT_TIMEOUT'

const connectionCodes = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_NORMAL_SHUTDOWN',
])

/** What MariaDB says to a statement under way when it ends, or an administrator ends the connection; mysql2 has no name for it. */
const connectionKilled = 1927

/** The socket in the file system may be missing, as any file may: only then is it the database that is not there. */
const isAwayWithoutCode = (error: Error): boolean =>
  ('errno' in error && error.errno === connectionKilled) ||
  ('code' in error && error.code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect')

/** Whether the database is away: nothing is known to be wrong with the statement. */
export function isDatabaseAway(error: unknown): boolean {
  const inner = error instanceof DrizzleQueryError ? error.cause : error
  return connectionCodes.has(codeOf(error) ?? '') || (inner instanceof Error && isAwayWithoutCode(inner))
}

const fullCodes = new Set([
  'ER_DISK_FULL',
  'ER_RECORD_FILE_FULL',
  'ER_ERROR_ON_WRITE',
  // What managed servers do before their disk is full.
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_READ_ONLY_MODE',
])

/** Whether the database has no room for what is to be written, and takes no writes until it has. */
export const isDatabaseFull = (error: unknown): boolean => fullCodes.has(codeOf(error) ?? '')

const refusalCodes = new Set(['ER_ACCESS_DENIED_ERROR', 'ER_BAD_DB_ERROR', 'ER_DBACCESS_DENIED_ERROR'])

/** Whether the database is there and does not let us in, which time does not mend. */
export const isDatabaseRefusal = (error: unknown): boolean => refusalCodes.has(codeOf(error) ?? '')
