import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'
import { baseArguments, createDataFolder, firstLine, type ServerProgram, serverPrograms } from './database-server.ts'
import { freePort } from './free-port.ts'
import { type OwnedProcess, startOwnedProcess } from './owned-process.ts'

const startTimeoutMs = 120_000
/** More than a whole test run writes. */
const memoryFolderMinBytes = 2 * 1024 ** 3

export type PrivateDatabase = {
  /** `mysql://user:password@127.0.0.1:port/parley`; the user may make further databases. */
  url: string
  /** As the server itself says it, for people. */
  version: string
  /** Kills the server as a power cut would: nothing is flushed, nobody is told. */
  kill: () => Promise<void>
  /** Starts it again after `kill`, on the same port and data. */
  restart: () => Promise<void>
  /** Stops it in order; the data of a throwaway is removed. */
  stop: () => Promise<void>
}

type Options = {
  /** Where the data lives between runs. Without it the server is a throwaway in a temporary folder. */
  dataDir?: string
  /** Flush every commit to disk, as production does (the default). Tests that kill nothing may do without. */
  durable?: boolean
  /** Keeps a binary log, for another server to follow. */
  isFollowed?: boolean
  /** The URL of the server this one follows, started with `isFollowed` and before it holds anything. MariaDB only. */
  follows?: string
  log?: (line: string) => void
}

/** Written beside the data: a second program joins the running server by it, a later one finds the same port again. */
type State = { password: string; port: number; version: string }

/** One data folder and how to run a server on it. */
type Place = {
  dir: string
  durable: boolean
  isFollowed: boolean
  throwaway: boolean
  password: string
  port: number
}

/**
 * Starts a MariaDB or MySQL server that belongs to this checkout alone: its own data folder, socket and loopback port.
 * It dies with this process, however this process dies. A server already running on `dataDir` is joined instead, and
 * left running by `stop`.
 */
export async function startPrivateDatabase(options: Options = {}): Promise<PrivateDatabase> {
  const { dataDir, durable = true, isFollowed = false, follows, log = () => undefined } = options
  const dir = dataDir ? resolve(dataDir) : await throwawayFolder(durable)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const state = await readState(dir)
  if (state && (await answers(state))) {
    log(`database: joined the ${state.version} already running on port ${state.port}`)
    const joined = () => Promise.reject(new Error('this database belongs to another process, which started it'))
    return { url: urlOf(state), version: state.version, kill: joined, restart: joined, stop: () => Promise.resolve() }
  }
  const password = state?.password ?? randomBytes(18).toString('base64url')
  const place = { dir, durable, isFollowed, throwaway: !dataDir, password, port: await freePort(state?.port ?? 0) }
  const { program, server } = await firstThatStarts(place, log)
  if (follows !== undefined) await follow(urlOf(place), follows)
  let running = server
  return {
    url: urlOf(place),
    version: program.version,
    kill: () => running.end('SIGKILL'),
    restart: async () => {
      running = await launch(program, place)
    },
    stop: async () => {
      await running.end()
      if (place.throwaway) await rm(dir, { recursive: true, force: true })
    },
  }
}

/** In memory if nothing has to last and there is room: most of what tests wait for is the disk, while tables are made. */
async function throwawayFolder(durable: boolean): Promise<string> {
  const memory = '/dev/shm'
  const room = durable || !existsSync(memory) ? undefined : await statfs(memory)
  const hasRoom = room !== undefined && room.bavail * room.bsize >= memoryFolderMinBytes
  return mkdtemp(join(hasRoom ? memory : tmpdir(), 'parley-database-'))
}

async function firstThatStarts(place: Place, log: (line: string) => void) {
  const kinds = (['mariadb', 'mysql'] as const).filter((kind) => existsSync(join(place.dir, kind)))
  const failures: string[] = []
  for await (const program of serverPrograms((line) => log(`database: ${line}`))) {
    // Data made by one kind of server cannot be read by the other.
    if (kinds.length > 0 && !kinds.includes(program.kind)) continue
    try {
      const began = performance.now()
      const data = join(place.dir, program.kind)
      if (!existsSync(data)) await createDataFolder(program, data)
      const server = await launch(program, place)
      log(`database: ${program.version} on port ${place.port} (${Math.round(performance.now() - began)} ms)`)
      return { program, server }
    } catch (error) {
      failures.push(`  ${program.file}: ${firstLine(error)}`)
    }
  }
  if (place.throwaway) await rm(place.dir, { recursive: true, force: true })
  throw new Error(`${[`No database server could be started on this machine.`, ...failures].join('\n')}
Install one (Debian, Ubuntu: apt-get install mariadb-server; macOS: brew install mariadb), or start one yourself:
  docker run --rm -d --name parley-db -p 127.0.0.1:3306:3306 -e MARIADB_DATABASE=parley -e MARIADB_USER=parley \\
    -e MARIADB_PASSWORD=choose-one -e MARIADB_RANDOM_ROOT_PASSWORD=1 mariadb:10.11
and name it: DATABASE_URL=mysql://parley:choose-one@127.0.0.1:3306/parley`)
}

async function launch(program: ServerProgram, place: Place): Promise<OwnedProcess> {
  const { dir, password, port } = place
  // One statement a line: the server reads this file by lines.
  const init = [
    // Who may sign in is each server's own: one that follows this one keeps its own password.
    'SET SESSION sql_log_bin = 0;',
    `CREATE USER IF NOT EXISTS 'parley'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `ALTER USER 'parley'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO 'parley'@'127.0.0.1';`,
    'CREATE DATABASE IF NOT EXISTS parley;',
  ]
  await writeFile(join(dir, 'init.sql'), `${init.join('\n')}\n`, { mode: 0o600 })
  const logFile = await open(join(dir, 'server.log'), 'w')
  const server = await startOwnedProcess(program.file, serverArguments(program, place), {
    env: program.env,
    output: logFile.fd,
    removeAfter: place.throwaway ? dir : undefined,
  })
  await logFile.close()
  const state = { password, port, version: program.version }
  let ending: string | undefined
  void server.ended.then((how) => (ending = how))
  const deadline = Date.now() + startTimeoutMs
  while (!(await answers(state))) {
    if (ending) throw new Error(`ended with ${ending}: ${await lastWords(dir)}`)
    if (Date.now() > deadline) {
      await server.end('SIGKILL')
      throw new Error(`did not answer within ${startTimeoutMs / 1000} s: ${await lastWords(dir)}`)
    }
    await delay(50)
  }
  await writeState(dir, state)
  return server
}

/** Nothing waits for the disk, and a table is not a file of its own: tests make and drop thousands of them. */
const withoutDurability = [
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-flush-method=nosync',
  '--skip-innodb-doublewrite',
  '--skip-innodb-file-per-table',
]

function serverArguments(program: ServerProgram, { dir, durable, isFollowed, port }: Place): string[] {
  const args = [
    ...baseArguments(program, join(dir, program.kind)),
    // Relative to the data folder, since a socket's full path may be no longer than about 100 characters.
    '--socket=server.sock',
    '--pid-file=server.pid',
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    // Servers that follow one another tell themselves apart by it.
    `--server-id=${port}`,
    // Else the client's 127.0.0.1 becomes `localhost`, where root needs no password.
    '--skip-name-resolve',
    `--init-file=${join(dir, 'init.sql')}`,
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_520_ci',
    '--innodb-buffer-pool-size=256M',
    '--max-connections=500',
  ]
  if (durable) args.push('--innodb-flush-log-at-trx-commit=1')
  else args.push(...withoutDurability)
  if (isFollowed) args.push('--log-bin=binlog', '--binlog-format=ROW')
  else if (program.kind === 'mysql') args.push('--skip-log-bin')
  if (program.kind === 'mysql') args.push('--mysqlx=OFF')
  return args
}

/** Makes a server repeat what another one does, from the beginning of its log. */
async function follow(followerUrl: string, followedUrl: string): Promise<void> {
  const { hostname, port, username, password } = new URL(followedUrl)
  const connection = await createConnection(followerUrl)
  await connection.query(
    'CHANGE MASTER TO master_host = ?, master_port = ?, master_user = ?, master_password = ?, ' +
      'master_use_gtid = slave_pos, master_connect_retry = 1',
    [hostname, Number(port), username, password],
  )
  await connection.query('START SLAVE')
  await connection.end()
}

/** The password is this data folder's own, so a server that takes it is the one meant. */
async function answers(state: State): Promise<boolean> {
  try {
    const connection = await createConnection({ uri: urlOf(state), connectTimeout: 2000 })
    await connection.end()
    return true
  } catch {
    return false
  }
}

async function lastWords(dir: string): Promise<string | undefined> {
  const lines = (await readFile(join(dir, 'server.log'), 'utf8')).trim().split('\n')
  return lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1)
}

function urlOf({ password, port }: { password: string; port: number }): string {
  return `mysql://parley:${password}@127.0.0.1:${port}/parley`
}

async function readState(dir: string): Promise<State | undefined> {
  const file = join(dir, 'state.json')
  if (!existsSync(file)) return undefined
  const state: State = JSON.parse(await readFile(file, 'utf8'))
  return state
}

async function writeState(dir: string, state: State): Promise<void> {
  // Renamed into place: a reader never meets half a file.
  await writeFile(join(dir, 'state.json.new'), JSON.stringify(state), { mode: 0o600 })
  await rename(join(dir, 'state.json.new'), join(dir, 'state.json'))
}
