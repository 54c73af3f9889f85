import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { firstLine } from './database-server.ts'
import { libraryPath, unpackDebianPackages } from './debian-packages.ts'
import { type OwnedProcess, startOwnedProcess } from './owned-process.ts'

const run = promisify(execFile)
const packages = ['nginx-light', 'libnginx-mod-http-brotli-filter', 'libnginx-mod-http-brotli-static']
const startTimeoutMs = 20_000

export type Nginx = {
  file: string
  env: NodeJS.ProcessEnv
  /** Lines that load what is not built in. */
  modules: string[]
  /** The lines that listen for HTTP/2 too, by how this version says it. */
  http2: (listen: string) => string[]
}

/** The machine's nginx, if it speaks brotli, else the distribution's packages, unpacked without root. */
export async function findNginx(): Promise<Nginx> {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/sbin']
  const file = folders.map((folder) => join(folder, 'nginx')).find((each) => existsSync(each))
  const modules = brotliModules('/')
  if (file !== undefined && modules) return withVersion({ file, env: process.env, modules })
  const root = await unpackDebianPackages(packages, console.log).catch((error: unknown) => {
    throw new Error(`There is no nginx with brotli on this machine and none could be fetched: ${firstLine(error)}
Install it (Debian, Ubuntu: apt-get install ${packages.join(' ')})`)
  })
  const unpacked = { ...process.env, LD_LIBRARY_PATH: await libraryPath(root) }
  return withVersion({ file: join(root, 'usr/sbin/nginx'), env: unpacked, modules: brotliModules(root) ?? [] })
}

function brotliModules(root: string): string[] | undefined {
  const folder = ['usr/lib/nginx/modules', 'usr/share/nginx/modules'].map((each) => join(root, each))
  const names = ['filter', 'static'].map((part) => `ngx_http_brotli_${part}_module.so`)
  const found = folder.find((each) => names.every((name) => existsSync(join(each, name))))
  return found === undefined ? undefined : names.map((name) => `load_module ${join(found, name)};`)
}

async function withVersion(program: Omit<Nginx, 'http2'>): Promise<Nginx> {
  const { stderr } = await run(program.file, ['-v'], { env: program.env })
  const [, minor = 0, patch = 0] = (/nginx\/(\d+)\.(\d+)\.(\d+)/.exec(stderr) ?? []).slice(1).map(Number)
  const isDirective = minor > 25 || (minor === 25 && patch >= 1)
  return { ...program, http2: (listen) => (isDirective ? [`${listen};`, 'http2 on;'] : [`${listen} http2;`]) }
}

export type NginxServer = {
  /** Takes up what changed; throws what `nginx -t` says, and then everything stays as it was. */
  reload: () => Promise<void>
  /** What it logged so far. */
  log: () => Promise<string>
  end: OwnedProcess['end']
}

/** Starts `conf/<name>.conf` of a folder, which is its prefix too; returns when it listens. */
export async function startNginx(program: Nginx, dir: string, name: 'nginx' | 'web'): Promise<NginxServer> {
  const args = ['-p', dir, '-c', join(dir, `conf/${name}.conf`), '-e', 'stderr']
  // Appended to, for nginx opens it a second time.
  const logFile = await open(join(dir, `${name}.log`), 'a')
  const server = await startOwnedProcess(program.file, args, {
    env: program.env,
    output: logFile.fd,
    removeAfter: dir,
  })
  await logFile.close()
  let ending: string | undefined
  void server.ended.then((how) => (ending = how))
  const log = () => readFile(join(dir, `${name}.log`), 'utf8')
  const count = async (line: string) => (await log()).split(line).length - 1
  async function until(isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + startTimeoutMs
    while (!(await isSo())) {
      if (ending) throw new Error(`nginx ended with ${ending}: ${await log()}`)
      if (Date.now() > deadline) throw new Error(`nginx did not get ready: ${await log()}`)
      await delay(10)
    }
  }
  // With a file to write to: nginx opens what it logs to by name, which a socket has not.
  const tell = async (...what: string[]) => {
    await run('/bin/sh', ['-c', 'exec "$0" "$@" >/dev/null', program.file, ...args, ...what], { env: program.env })
  }
  await until(async () => (await count('start worker process ')) > 0 && existsSync(join(dir, `${name}.pid`)))
  return {
    log,
    end: server.end,
    async reload() {
      await tell('-t').catch((error: unknown) => {
        throw new Error(error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error))
      })
      // Until the workers of before have ended accepting, they would still do what they were told then.
      const retired = await count('gracefully shutting down')
      const workers = (await count('start worker process ')) - retired
      await tell('-s', 'reload')
      await until(async () => (await count('gracefully shutting down')) >= retired + workers)
    },
  }
}
