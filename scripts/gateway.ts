import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { firstLine } from './database-server.ts'
import { libraryPath, unpackDebianPackages } from './debian-packages.ts'
import { freePort } from './free-port.ts'
import { type OwnedProcess, startOwnedProcess } from './owned-process.ts'
import { createAuthority, type SiteCertificate } from './tls.ts'

const run = promisify(execFile)
const configDir = resolve(import.meta.dirname, '../infra/nginx')
const packages = ['nginx-light', 'libnginx-mod-http-brotli-filter', 'libnginx-mod-http-brotli-static']
const startTimeoutMs = 20_000

/** A node of the API as the gateway knows it: its origin, and whether it is sent nothing more. */
export type Upstream = string | { origin: string; isDown: boolean }

export type Gateway = {
  /** `https://localhost:port`. */
  origin: string
  /** Where HTTP is sent on to HTTPS. */
  httpOrigin: string
  /** PEM of the authority to trust. */
  certificateAuthority: string
  /** The same, for programs that want a file. */
  certificateAuthorityFile: string
  /** The certificate it started with. */
  certificate: SiteCertificate
  /** Where it looks for the answers to the challenges of ACME. */
  acmeDir: string
  /** Names the nodes anew and reloads. */
  setUpstreams: (api: Upstream[]) => Promise<void>
  /** A new certificate of the same authority, in its place from the next reload. */
  renewCertificate: () => Promise<SiteCertificate>
  /** Writes the two files of the certificate. */
  writeCertificate: (files: { certificate: string; key: string }) => Promise<void>
  /** Takes up what changed; throws what `nginx -t` says, and then everything stays as it was. */
  reload: () => Promise<void>
  /** Ends the server of the web app behind it. */
  endWeb: () => Promise<void>
  /** What it logged so far. */
  log: () => Promise<string>
  stop: () => Promise<void>
}

type GatewayOptions = {
  api: Upstream[]
  /** Folder of the built web app. */
  webDir: string
  /** Addresses that may administer, as `place/admin-allow.conf` has them; by default none. */
  adminAllow?: string
}

/** Starts the gateway and the server of the web app, of `infra/nginx`, on free ports of this machine. */
export async function startGateway({ api, webDir, adminAllow = '' }: GatewayOptions): Promise<Gateway> {
  const dir = await mkdtemp(join(tmpdir(), 'parley-gateway-'))
  const ports = { http: await freePort(0), https: await freePort(0), web: await freePort(0) }
  const nginx = await findNginx()
  await cp(configDir, join(dir, 'conf'), { recursive: true, filter: (file) => !/\.(ts|md)$/.test(file) })
  await mkdir(join(dir, 'conf/place'), { recursive: true })
  await mkdir(join(dir, 'acme'))
  const write = (name: string, lines: string[]) => writeFile(join(dir, 'conf', name), `${lines.join('\n')}\n`)
  const authority = await createAuthority()
  const certificate = await authority.issue()
  const certificateAuthorityFile = join(dir, 'authority.pem')
  await writeFile(certificateAuthorityFile, authority.certificate)

  const writeUpstreams = (nodes: Upstream[]) =>
    write('place/upstreams.conf', upstreamLines(nodes, `127.0.0.1:${ports.web}`))
  const writeCertificate = async (files: { certificate: string; key: string }) => {
    await write('place/certificate.pem', [files.certificate])
    await write('place/key.pem', [files.key])
  }

  // Workers of a master that is root are somebody else, who could not read what is in this folder.
  await write('installation.conf', [...nginx.modules, ...(process.getuid?.() === 0 ? ['user root;'] : [])])
  await write('place/http.conf', [`listen 127.0.0.1:${ports.http};`])
  await write('place/https.conf', [
    ...nginx.http2(`listen 127.0.0.1:${ports.https} ssl`),
    'ssl_certificate place/certificate.pem;',
    'ssl_certificate_key place/key.pem;',
  ])
  await write('place/server-name.conf', ['server_name localhost;'])
  await write('place/admin-allow.conf', [adminAllow])
  await write('place/web.conf', [`listen 127.0.0.1:${ports.web};`, `root ${webDir};`])
  await writeUpstreams(api)
  await writeCertificate(certificate)

  const web = await launch(nginx, dir, 'web')
  const gateway = await launch(nginx, dir, 'nginx')
  return {
    origin: `https://localhost:${ports.https}`,
    httpOrigin: `http://localhost:${ports.http}`,
    certificateAuthority: authority.certificate,
    certificateAuthorityFile,
    certificate,
    acmeDir: join(dir, 'acme'),
    setUpstreams: async (nodes) => {
      await writeUpstreams(nodes)
      await gateway.reload()
    },
    renewCertificate: async () => {
      const renewed = await authority.issue()
      await writeCertificate(renewed)
      return renewed
    },
    writeCertificate,
    reload: gateway.reload,
    endWeb: () => web.end(),
    log: gateway.log,
    stop: async () => {
      await Promise.all([gateway.end(), web.end()])
      await rm(dir, { recursive: true, force: true })
    },
  }
}

function upstreamLines(nodes: Upstream[], web: string): string[] {
  const servers = nodes.map((node) => {
    const { origin, isDown } = typeof node === 'string' ? { origin: node, isDown: false } : node
    return `  server ${new URL(origin).host} max_fails=1 fail_timeout=2s${isDown ? ' down' : ''};`
  })
  return [
    ...['upstream api {', '  zone api 128k;', '  least_conn;', ...servers],
    ...['  keepalive 64;', '  keepalive_timeout 60s;', '}'],
    ...['upstream web {', `  server ${web};`, '  keepalive 16;', '}'],
  ]
}

type Program = {
  file: string
  env: NodeJS.ProcessEnv
  /** Lines that load what is not built in. */
  modules: string[]
  /** The lines that listen for HTTP/2 too, by how this version says it. */
  http2: (listen: string) => string[]
}

/** The machine's nginx, if it speaks brotli, else the distribution's packages, unpacked without root. */
async function findNginx(): Promise<Program> {
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

async function withVersion(program: Omit<Program, 'http2'>): Promise<Program> {
  const { stderr } = await run(program.file, ['-v'], { env: program.env })
  const [, minor = 0, patch = 0] = (/nginx\/(\d+)\.(\d+)\.(\d+)/.exec(stderr) ?? []).slice(1).map(Number)
  const isDirective = minor > 25 || (minor === 25 && patch >= 1)
  return { ...program, http2: (listen) => (isDirective ? [`${listen};`, 'http2 on;'] : [`${listen} http2;`]) }
}

type Server = { reload: () => Promise<void>; log: () => Promise<string>; end: OwnedProcess['end'] }

async function launch(program: Program, dir: string, name: 'nginx' | 'web'): Promise<Server> {
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
