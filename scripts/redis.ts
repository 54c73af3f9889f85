import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { firstLine } from './database-server.ts'
import { libraryPath, unpackDebianPackages } from './debian-packages.ts'
import { freePort } from './free-port.ts'
import { type OwnedProcess, startOwnedProcess } from './owned-process.ts'

const startTimeoutMs = 30_000

/** The server of Debian's package, and the libraries a machine without Redis lacks. */
const packages = ['redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1']

export type PrivateRedis = {
  /** `redis://:password@127.0.0.1:port`. */
  url: string
  /** Kills it as a power cut would, with all it holds. */
  kill: () => Promise<void>
  /** Starts it again after `kill`, on the same port, empty. */
  restart: () => Promise<void>
  stop: () => Promise<void>
}

type ServerProgram = { file: string; env: NodeJS.ProcessEnv }
type Place = { dir: string; password: string; port: number }

/**
 * Starts a Redis that belongs to this process alone: its own folder, password and loopback port, nothing kept on disk.
 * It dies with this process, however this process dies.
 */
export async function startPrivateRedis(log: (line: string) => void = () => undefined): Promise<PrivateRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'parley-redis-'))
  const place = { dir, password: randomBytes(18).toString('base64url'), port: await freePort(0) }
  const program = await findServer(dir, (line) => log(`redis: ${line}`))
  let running = await launch(program, place)
  return {
    url: `redis://:${place.password}@127.0.0.1:${place.port}`,
    kill: () => running.end('SIGKILL'),
    restart: async () => {
      running = await launch(program, place)
    },
    stop: async () => {
      await running.end()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** The machine's own server, else the distribution's package, unpacked without root. */
async function findServer(dir: string, log: (line: string) => void): Promise<ServerProgram> {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/sbin', '/opt/homebrew/bin']
  for (const name of ['valkey-server', 'redis-server']) {
    const folder = folders.find((each) => existsSync(join(each, name)))
    if (folder) return { file: join(folder, name), env: process.env }
  }
  const root = await unpackDebianPackages(packages, log).catch((error: unknown) => {
    throw new Error(`There is no Redis on this machine and none could be fetched: ${firstLine(error)}
Install one (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), or name one: REDIS_URL=redis://…`)
  })
  // One program for all names; it is the server when it is called by that name.
  const file = join(dir, 'redis-server')
  await symlink(join(root, 'usr/bin/redis-check-rdb'), file)
  return { file, env: { ...process.env, LD_LIBRARY_PATH: await libraryPath(root) } }
}

async function launch(program: ServerProgram, place: Place): Promise<OwnedProcess> {
  const { dir, password, port } = place
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `requirepass ${password}`,
    `dir ${dir}`,
    'save ""',
    'appendonly no',
    'daemonize no',
  ]
  await writeFile(join(dir, 'redis.conf'), `${settings.join('\n')}\n`, { mode: 0o600 })
  const logFile = await open(join(dir, 'server.log'), 'w')
  const server = await startOwnedProcess(program.file, [join(dir, 'redis.conf')], {
    env: program.env,
    output: logFile.fd,
    removeAfter: dir,
  })
  await logFile.close()
  let ending: string | undefined
  void server.ended.then((how) => (ending = how))
  const deadline = Date.now() + startTimeoutMs
  while (!(await answers(place))) {
    if (ending) throw new Error(`Redis ended with ${ending}: ${await readFile(join(dir, 'server.log'), 'utf8')}`)
    if (Date.now() > deadline) {
      await server.end('SIGKILL')
      throw new Error(`Redis did not answer within ${startTimeoutMs / 1000} s`)
    }
    await delay(10)
  }
  return server
}

/** The password is this server's own, so one that takes it is the one meant. */
function answers({ password, port }: Place): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    let answer = ''
    socket.setTimeout(1_000, () => socket.destroy())
    socket.once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`))
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString()
      if (answer.includes('+PONG')) socket.end()
    })
    socket.once('error', () => socket.destroy())
    socket.once('close', () => resolve(answer.includes('+PONG')))
  })
}
