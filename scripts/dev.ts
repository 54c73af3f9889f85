import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { startPrivateDatabase } from './database.ts'
import { freePort } from './free-port.ts'
import { whenLauncherEnds } from './launcher.ts'
import { type OwnedProcess, startOwnedProcess } from './owned-process.ts'
import { untilReady } from './until-ready.ts'

const root = resolve(import.meta.dirname, '..')
const dataDir = join(root, '.data')

/** What is running, in order of start; ended in the opposite order. */
const running: { name: string; end: () => Promise<void> }[] = []
let ending: Promise<void> | undefined
let isReady = false

function say(line: string): void {
  console.log(`parley  ${line}`)
}

async function start(): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const databaseUrl = await database()
  const apiPort = await port('api', 8000)
  const webPort = await port('web', 5173)
  const apiOrigin = `http://127.0.0.1:${apiPort}`
  const apiEnv = {
    PORT: String(apiPort),
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    JWT_SECRET: await secret('JWT_SECRET'),
    ENCRYPTION_KEY: await secret('ENCRYPTION_KEY'),
    PUBLIC_URL: `http://localhost:${webPort}`,
  }
  await child('api', 'apps/api', ['--watch', 'src/main.ts'], {
    CONFIG_FILE: 'config/local.yml',
    // A model that runs on this machine is the first thing a developer's relay is pointed at.
    RELAY_UPSTREAM_HOSTS: '*, localhost, 127.0.0.1',
    ...process.env,
    ...apiEnv,
  })
  const vite = ['node_modules/vite/bin/vite.js', '--host', '127.0.0.1', '--port', String(webPort), '--strictPort']
  await child('web', 'apps/web', [...vite, '--logLevel', 'warn'], { ...process.env, PARLEY_API_ORIGIN: apiOrigin })
  const giveUp = () => (ending ? 'stopped' : undefined)
  await untilReady('api', `${apiOrigin}/readyz`, giveUp)
  await untilReady('web', `http://127.0.0.1:${webPort}/`, giveUp)
  isReady = true
  say(`API reference: ${apiOrigin}/docs   Ctrl-C stops everything`)
  say(`ready: open http://localhost:${webPort}`)
}

async function database(): Promise<string> {
  const given = process.env.DATABASE_URL
  if (given) {
    say(`database: the one DATABASE_URL names, on ${new URL(given).host}`)
    return given
  }
  const started = await startPrivateDatabase({ dataDir: join(dataDir, 'database'), log: say })
  running.push({ name: 'database', end: started.stop })
  return started.url
}

/** Made on the first start and kept with the data, so that a restart signs nobody out. */
async function secret(name: 'JWT_SECRET' | 'ENCRYPTION_KEY'): Promise<string> {
  const given = process.env[name]
  if (given) return given
  const file = join(dataDir, name.toLowerCase().replace('_', '-'))
  if (!existsSync(file)) await writeFile(file, randomBytes(48).toString('base64url'), { mode: 0o600 })
  return readFile(file, 'utf8')
}

async function port(name: string, preferred: number): Promise<number> {
  const free = await freePort(preferred)
  if (free !== preferred) say(`${name}: port ${preferred} is taken, using ${free}`)
  return free
}

async function child(name: string, folder: string, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  say(`${name}: starting`)
  const started = await startOwnedProcess(process.execPath, args, { cwd: join(root, folder), env, output: 'pipe' })
  running.push({ name, end: () => started.end() })
  relay(name, started)
  void started.ended.then((how) => ending ?? fail(`${name} ended by itself (${how}), stopping the rest`))
}

function relay(name: string, { stdout, stderr }: OwnedProcess): void {
  for (const stream of [stdout, stderr]) {
    if (!stream) continue
    createInterface({ input: stream }).on('line', (line) => {
      console.log(`${name.padEnd(8)}${line}`)
      // `node --watch` outlives the program it runs, and would wait for an edit for ever.
      if (!isReady && line.startsWith('Failed running')) fail(`${name} could not start, stopping the rest`)
    })
  }
}

function fail(why: string): void {
  console.error(`parley  ${why}`)
  process.exitCode = 1
  void stop()
}

function stop(): Promise<void> {
  ending ??= (async () => {
    for (const { name, end } of running.toReversed()) {
      say(`${name}: stopping`)
      await end()
    }
  })()
  return ending
}

// A repeated signal is expected (the terminal and pnpm both send one) and changes nothing: every end is bounded in time.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop())
whenLauncherEnds(() => void stop())

start().catch((error: unknown) => {
  // Stopped while starting: whoever stopped it knows.
  if (!ending) fail(error instanceof Error ? error.message : String(error))
})
