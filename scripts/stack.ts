import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { startPrivateDatabase, type PrivateDatabase } from './database.ts'
import { freePort } from './free-port.ts'
import { startGateway, type Gateway } from './gateway.ts'
import { type OwnedProcess, startOwnedProcess } from './owned-process.ts'
import { startPrivateRedis, type PrivateRedis } from './redis.ts'
import { trustAuthority } from './tls.ts'
import { untilReady } from './until-ready.ts'

const root = resolve(import.meta.dirname, '..')
const webDir = join(root, 'apps/web/dist')

/** One process of the API. */
export type StackNode = {
  /** Where it answers itself, past any gateway. */
  origin: string
  /** Kills it as `kill -9` does. */
  kill: () => Promise<void>
  /** Asks it to end, as installations do; answers how it ended. */
  end: () => Promise<string>
  /** Starts it again on the same port and returns when it is ready. */
  start: () => Promise<void>
}

export type Stack = {
  /** Where people come in: the gateway, or without one the API, which then serves the built web app too. */
  origin: string
  databaseUrl: string
  /** Absent when `DATABASE_URL` names somebody else's server, which is not ours to kill. */
  database: PrivateDatabase | undefined
  /** What joins several nodes. */
  redis: PrivateRedis | undefined
  nodes: StackNode[]
  gateway: Gateway | undefined
  /** `kill`, `end` and `start` of the first node. */
  killApi: () => Promise<void>
  endApi: () => Promise<string>
  restartApi: () => Promise<void>
  stop: () => Promise<void>
}

type StackOptions = {
  /** How many processes of the API there are; several share a Redis. */
  nodes?: number
  /** Whether nginx stands before them, with TLS. This process trusts its certificate then. */
  gateway?: boolean
}

/** The product as it runs in production, on one machine: a database that flushes every commit, the API and the built web. */
export async function startStack(
  settings: Record<string, string> = {},
  { nodes: count = 1, gateway: hasGateway = false }: StackOptions = {},
): Promise<Stack> {
  const database = process.env.DATABASE_URL ? undefined : await startPrivateDatabase()
  const schema = await ownSchema(database?.url ?? process.env.DATABASE_URL ?? '')
  const redis = count > 1 ? await startPrivateRedis() : undefined
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-files-'))
  const origins: string[] = []
  while (origins.length < count) origins.push(`http://127.0.0.1:${await freePort(0)}`)
  const gateway = hasGateway ? await startGateway({ api: origins, webDir }) : undefined
  if (gateway) trustAuthority(gateway.certificateAuthority)
  const env = {
    LOG_LEVEL: 'warn',
    LOG_DIR: 'off',
    ...process.env,
    DATABASE_URL: schema.url,
    ...(redis && { REDIS_URL: redis.url }),
    DATA_DIR: dataDir,
    ...(gateway
      ? { PUBLIC_URL: gateway.origin, TRUSTED_PROXIES: '127.0.0.1', COOKIE_SECURE: 'true' }
      : { WEB_DIR: webDir }),
    JWT_SECRET: randomBytes(48).toString('base64url'),
    ENCRYPTION_KEY: randomBytes(48).toString('base64url'),
    ...settings,
  }
  const nodes = await Promise.all(origins.map((origin) => startNode(origin, env)))
  const [first] = nodes
  if (!first) throw new Error('a stack needs a node')
  return {
    origin: gateway?.origin ?? first.origin,
    databaseUrl: schema.url,
    database,
    redis,
    nodes,
    gateway,
    killApi: first.kill,
    endApi: first.end,
    restartApi: first.start,
    stop: async () => {
      await gateway?.stop()
      await Promise.all(nodes.map((node) => node.end()))
      await schema.drop()
      await Promise.all([database?.stop(), redis?.stop()])
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function startNode(origin: string, env: NodeJS.ProcessEnv): Promise<StackNode> {
  const { port } = new URL(origin)
  async function start(): Promise<OwnedProcess> {
    const started = await startOwnedProcess(process.execPath, ['src/main.ts'], {
      cwd: join(root, 'apps/api'),
      env: { ...env, PORT: port },
      output: 2,
      removeAfter: env.DATA_DIR ?? '',
    })
    let ending: string | undefined
    void started.ended.then((how) => (ending = how))
    await untilReady('the API', `${origin}/readyz`, () => ending)
    return started
  }
  let running = await start()
  return {
    origin,
    kill: () => running.end('SIGKILL'),
    end: async () => {
      await running.end()
      return running.ended
    },
    start: async () => {
      running = await start()
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
