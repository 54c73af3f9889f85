import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { startPrivateDatabase, type PrivateDatabase } from './database.ts'
import { freePort } from './free-port.ts'
import { type OwnedProcess, startOwnedProcess } from './owned-process.ts'
import { untilReady } from './until-ready.ts'

const root = resolve(import.meta.dirname, '..')

export type Stack = {
  /** Where the API answers and serves the built web app. */
  origin: string
  databaseUrl: string
  /** Absent when `DATABASE_URL` names somebody else's server, which is not ours to kill. */
  database: PrivateDatabase | undefined
  /** Kills the API as `kill -9` does. */
  killApi: () => Promise<void>
  /** Asks the API to end, as installations do; answers how it ended. */
  endApi: () => Promise<string>
  /** Starts the API again on the same port and returns when it is ready. */
  restartApi: () => Promise<void>
  stop: () => Promise<void>
}

/** The product as it runs in production, on one machine: a database that flushes every commit, the API and the built web. */
export async function startStack(settings: Record<string, string> = {}): Promise<Stack> {
  const database = process.env.DATABASE_URL ? undefined : await startPrivateDatabase()
  const schema = await ownSchema(database?.url ?? process.env.DATABASE_URL ?? '')
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-files-'))
  const port = await freePort(0)
  const origin = `http://127.0.0.1:${port}`
  const env = {
    LOG_LEVEL: 'warn',
    LOG_DIR: 'off',
    ...process.env,
    PORT: String(port),
    DATABASE_URL: schema.url,
    DATA_DIR: dataDir,
    WEB_DIR: join(root, 'apps/web/dist'),
    JWT_SECRET: randomBytes(48).toString('base64url'),
    ENCRYPTION_KEY: randomBytes(48).toString('base64url'),
    ...settings,
  }
  const startApi = async (): Promise<OwnedProcess> => {
    const started = await startOwnedProcess(process.execPath, ['src/main.ts'], {
      cwd: join(root, 'apps/api'),
      env,
      output: 2,
      removeAfter: dataDir,
    })
    let ending: string | undefined
    void started.ended.then((how) => (ending = how))
    await untilReady('the API', `${origin}/readyz`, () => ending)
    return started
  }
  let api = await startApi()
  return {
    origin,
    databaseUrl: schema.url,
    database,
    killApi: () => api.end('SIGKILL'),
    endApi: async () => {
      await api.end()
      return api.ended
    },
    restartApi: async () => {
      api = await startApi()
    },
    stop: async () => {
      await api.end()
      await schema.drop()
      await database?.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** A schema nobody else uses, so that runs beside each other on one server do not meet. */
async function ownSchema(serverUrl: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `parley_stack_${randomBytes(6).toString('hex')}`
  const query = async (sql: string) => {
    const connection = await createConnection(serverUrl)
    await connection.query(sql)
    await connection.end()
  }
  await query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => query(`DROP DATABASE ${name}`) }
}
