import { execFile } from 'node:child_process'
import { chmod, cp, glob, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { libraryPath, unpackDebianPackages } from '../../scripts/debian-packages.ts'
import { freePort } from '../../scripts/free-port.ts'
import { type OwnedProcess, startOwnedProcess } from '../../scripts/owned-process.ts'
import { createAuthority } from '../../scripts/tls.ts'
import { contextCopy, contextDir, copyInto, readDockerfile } from './build-context.ts'

/*
 * The last stage of web.Dockerfile, carried out in a folder that stands for the image: the paths it has in itself are written
 * anew for that folder, and so are its ports. The app itself is what the build of this repository made.
 */
const run = promisify(execFile)
const isRoot = process.getuid?.() === 0
const packages = ['nginx-light', 'libnginx-mod-http-brotli-filter', 'libnginx-mod-http-brotli-static']
const nobody = 10_001

let imageDir: string
let env: NodeJS.ProcessEnv
let rewrite: (text: string) => string
const running: OwnedProcess[] = []
const ports = { http: 0, https: 0 }

beforeAll(async () => {
  imageDir = await mkdtemp(join(tmpdir(), 'parley-web-image-'))
  Object.assign(ports, { http: await freePort(0), https: await freePort(0) })
  const debianDir = join(imageDir, 'debian')
  // From where it was unpacked to where anybody may read it.
  await cp(await unpackDebianPackages(packages, () => undefined), debianDir, {
    recursive: true,
    verbatimSymlinks: true,
  })
  env = {
    PATH: `${join(debianDir, 'usr/sbin')}:${process.env.PATH}`,
    LD_LIBRARY_PATH: await libraryPath(debianDir),
    PARLEY_DOMAIN: 'localhost',
  }
  rewrite = (text) =>
    text
      .replaceAll(/(?<![\w.-])\/(parley|etc\/parley|tmp|var\/lib\/parley-gateway)(?=[/\s;]|$)/gm, `${imageDir}/$1`)
      .replaceAll('/usr/lib/nginx/modules', join(debianDir, 'usr/lib/nginx/modules'))
      .replaceAll(/\b8080\b/g, String(ports.http))
      .replaceAll(/\b8443\b/g, String(ports.https))
  await build()
  await installHost()
  if (isRoot) await run('chown', ['-R', `${nobody}:${nobody}`, imageDir])
}, 120_000)

afterAll(async () => {
  await Promise.all(running.map((each) => each.end()))
  await rm(imageDir, { recursive: true, force: true })
})

test('the image of nginx serves the app as `web`, by the question the image asks itself', async () => {
  const web = await start('web')
  const page = await fetch(`http://127.0.0.1:${ports.http}/rooms/1`, { headers: { accept: 'text/html' } })
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<title>Parley')
  await expect(script('healthy.sh', '/')).resolves.toMatchObject({ stdout: '/ answered 200\n' })
  await web.end()
})

test('as `gateway` it takes its name from the environment, and a reload that cannot work changes nothing', async () => {
  await start('gateway')
  await expect(script('healthy.sh', '/healthz')).resolves.toBeDefined()
  // The API is not there: it is the gateway that says so, in the envelope of the API.
  expect(await ask('localhost')).toMatchObject({ status: 503, body: expect.stringContaining('"OVERLOADED"') })
  expect(await ask('elsewhere.example.com')).toMatchObject({ status: 421 })
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  const newest = addresses.some(({ address }) => address === '::1') ? '::1' : '127.0.0.1'
  expect(await ask('localhost', newest)).toMatchObject({ status: 503 })

  const upstreams = join(imageDir, 'etc/parley/nginx/upstreams.conf')
  const good = await readFile(upstreams, 'utf8')
  await writeFile(upstreams, good.replace('upstream web {', 'upstream {'))
  await expect(script('nginx.sh', 'reload')).rejects.toThrow('invalid number of arguments in "upstream" directive')
  await writeFile(upstreams, good)
  await expect(script('nginx.sh', 'reload')).resolves.toBeDefined()
  expect(await ask('localhost')).toMatchObject({ status: 503 })
})

/** What a build does in the last stage, but for installing nginx, which was unpacked. */
async function build(): Promise<void> {
  const instructions = await readDockerfile('web.Dockerfile')
  const stage = instructions.slice(instructions.findLastIndex(({ keyword }) => keyword === 'FROM'))
  await cp(join(contextDir, 'apps/web/dist'), join(imageDir, 'parley/web'), { recursive: true })
  for (const instruction of stage) {
    const copy = contextCopy(instruction)
    if (copy) await copyInto(imageDir, '/', copy)
  }
  await mkdir(join(imageDir, 'tmp'))
  for await (const file of glob('parley/{nginx,infra}/**/*.{conf,sh}', { cwd: imageDir })) {
    const path = join(imageDir, file)
    await writeFile(path, rewrite(await readFile(path, 'utf8')))
  }
  const [, last] = stage.filter(({ keyword }) => keyword === 'RUN')
  await run('sh', ['-c', rewrite(last?.text ?? '').replace('-o 10001 -g 10001', '')])
}

/** The folders an installation mounts. */
async function installHost(): Promise<void> {
  const nginxDir = join(imageDir, 'etc/parley/nginx')
  const tlsDir = join(imageDir, 'etc/parley/tls')
  await mkdir(tlsDir, { recursive: true })
  await cp(join(import.meta.dirname, 'nginx/host'), nginxDir, { recursive: true })
  const upstreams = join(nginxDir, 'upstreams.conf')
  // Nobody listens there, and says so at once.
  await writeFile(upstreams, (await readFile(upstreams, 'utf8')).replaceAll(/10\.89\.0\.\d+:\d+/g, '127.0.0.1:1'))
  const { certificate, key } = await (await createAuthority()).issue()
  await writeFile(join(tlsDir, 'certificate.pem'), certificate)
  await writeFile(join(tlsDir, 'key.pem'), key)
  await chmod(join(tlsDir, 'key.pem'), 0o600)
}

function asNobody(...command: [string, ...string[]]): [string, string[]] {
  const [file, ...args] = command
  return isRoot ? ['setpriv', [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', ...command]] : [file, args]
}

const script = (name: string, ...args: string[]) =>
  run(...asNobody('bash', join(imageDir, 'parley/infra/docker', name), ...args), { env })

async function start(command: 'web' | 'gateway'): Promise<OwnedProcess> {
  const log = join(imageDir, `${command}.log`)
  // Opened by nginx again, as its user.
  const output = await open(log, 'a')
  await output.chmod(0o666)
  const entry = join(imageDir, 'parley/infra/docker/nginx.sh')
  const nginx = await startOwnedProcess(...asNobody('sh', entry, command), { env, output: output.fd })
  running.push(nginx)
  await output.close()
  await vi.waitFor(async () => expect(await readFile(log, 'utf8')).toContain('start worker process '), 10_000)
  return nginx
}

/** Asks the gateway by a name, whatever its certificate says. */
async function ask(host: string, at = '127.0.0.1'): Promise<{ status: number | undefined; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>()
  const to = { host: at, port: ports.https, path: '/readyz', servername: 'localhost', headers: { host } }
  request({ ...to, rejectUnauthorized: false }, (answer) => {
    let body = ''
    answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
    answer.on('end', () => resolve({ status: answer.statusCode, body }))
  })
    .once('error', reject)
    .end()
  return promise
}
