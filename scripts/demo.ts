import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createPool } from 'mysql2/promise'
import { createApp } from '../apps/api/src/app.ts'
import { createSettings } from '../apps/api/src/config-reload.ts'
import { loadConfig } from '../apps/api/src/config.ts'
import { migrateDatabase } from '../apps/api/src/platform/migrations.ts'
import { startPrivateDatabase } from './database.ts'
import { fillDemo } from './demo/fill.ts'
import { demoPassword } from './demo/people.ts'
import { createReport } from './demo/report.ts'
import { whenLauncherEnds } from './launcher.ts'

/** What screenshots, benches and newcomers count on. */
const scale = { people: 4_000, messages: 100_000 }

const dataDir = resolve(import.meta.dirname, '../.data')
const say = (line: string): void => console.log(`demo  ${line}`)
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
whenLauncherEnds(() => stop.abort())

/** Endings in the opposite order of beginnings. */
const endings: (() => Promise<unknown>)[] = []

async function databaseUrl(): Promise<string> {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const database = await startPrivateDatabase({ dataDir: join(dataDir, 'database'), log: say })
  endings.push(database.stop)
  return database.url
}

/** An API of its own beside one that may be running: everything goes through the same doors as in real use. */
async function startApi(url: string): Promise<string> {
  await migrateDatabase(url)
  const defaults = {
    LOG_LEVEL: 'warn',
    LOG_DIR: 'off',
    DATA_DIR: dataDir,
    JWT_SECRET: randomBytes(48).toString('base64url'),
    ENCRYPTION_KEY: randomBytes(48).toString('base64url'),
  }
  const given = { ...defaults, ...process.env, DATABASE_URL: url, PORT: '0' }
  const app = await createApp(createSettings(() => loadConfig(given)))
  endings.push(() => app.close())
  return app.listen({ port: 0, host: '127.0.0.1' })
}

async function run(): Promise<void> {
  const url = await databaseUrl()
  const origin = await startApi(url)
  const sql = createPool({ uri: url, connectionLimit: 2, timezone: 'Z', charset: 'utf8mb4_unicode_520_ci' })
  endings.push(() => sql.end())
  const rooms = await fillDemo({ origin, sql, signal: stop.signal, report: createReport(say) }, scale)
  say(`there: ${rooms.length} rooms, one of ${scale.people} people and ${scale.messages} messages`)
  say('`pnpm run dev` opens it; a page that is already open shows it after a reload')
  say(`sign in as demo, or as maya, linwei, zhaomin, wanghao; the password of everybody is ${demoPassword}`)
}

try {
  await run()
} catch (error) {
  process.exitCode = 1
  // Progress in a terminal leaves its line open.
  if (process.stdout.isTTY) process.stdout.write('\n')
  if (stop.signal.aborted) say('stopped; nothing is half done, and running it again goes on from here')
  else console.error(error)
} finally {
  for (const end of endings.toReversed()) await end()
}
