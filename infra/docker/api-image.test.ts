import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, copyFile, glob, link, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { register } from '@parley/protocol/identity'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../scripts/free-port.ts'
import { startOwnedProcess } from '../../scripts/owned-process.ts'
import { untilReady } from '../../scripts/until-ready.ts'
import { contextCopy, copyInto, type Instruction, lastStage, readDockerfile } from './build-context.ts'

/*
 * Where there is no engine to build with, the nearest thing to it: the steps of api.Dockerfile, carried out in a folder that
 * stands for the image, with no file and no package but those it names.
 */
const run = promisify(execFile)
const isRoot = process.getuid?.() === 0
const nobody = 10_001
const schema = `parley_image_${randomBytes(6).toString('hex')}`
const bytesMax = 300_000_000

let imageDir: string

beforeAll(async () => {
  imageDir = await mkdtemp(join(tmpdir(), 'parley-image-'))
  await chmod(imageDir, 0o755)
  await onServer(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`)
  await build(await readDockerfile('api.Dockerfile'))
}, 120_000)

afterAll(async () => {
  await onServer(`DROP DATABASE IF EXISTS ${schema}`)
  await makeFolders(0o755)
  await rm(imageDir, { recursive: true, force: true })
})

test('the image of the API has all it needs: it migrates, serves and ends, as nobody, on files it cannot change', async () => {
  const { environment, workdir, command } = lastStage(await readDockerfile('api.Dockerfile'))
  const port = await freePort(0)
  const env = { ...environment, ...(await secretFiles()), HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'warn' }
  const cwd = join(imageDir, workdir)
  const dataDir = join(imageDir, environment.DATA_DIR ?? '')
  await mkdir(dataDir, { recursive: true })
  if (isRoot) await chown(dataDir, nobody, nobody)
  await makeFolders(0o555, [dataDir])

  await run(...asNobody(['node', 'src/migrate.ts']), { cwd, env })

  const api = await startOwnedProcess(...asNobody(command), { cwd, env: { ...env, DATA_DIR: dataDir }, output: 2 })
  let ending: string | undefined
  void api.ended.then((how) => (ending = how))
  const origin = `http://127.0.0.1:${port}`
  await untilReady('the image', `${origin}/readyz`, () => ending)
  // A password is hashed by native code, which a wrong install would lack.
  const registered = await fetch(origin + register.path, {
    method: register.method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ann@example.com', username: 'ann', password: `long ${schema}` }),
  })
  expect(registered.status).toBe(register.status)

  await api.end()
  expect(await api.ended).toBe('code 0')
}, 60_000)

test('the image of the API is small', async () => {
  let bytes = 0
  for await (const file of glob('**/*', { cwd: imageDir, withFileTypes: true })) {
    if (file.isFile()) bytes += (await lstat(join(file.parentPath, file.name))).size
  }
  expect(bytes).toBeLessThan(bytesMax)
})

/** What a build does from top to bottom; both stages share one folder, as what is copied between them is all there is. */
async function build(instructions: Instruction[]): Promise<void> {
  let workdir = '/'
  for (const instruction of instructions) {
    const { keyword, text } = instruction
    const copy = contextCopy(instruction)
    if (keyword === 'WORKDIR') workdir = text
    if (copy) await copyInto(imageDir, workdir, copy)
    // pnpm itself, of this version, is what runs this test.
    if (keyword !== 'RUN' || text.startsWith('npm install --global pnpm@')) continue
    const env = { ...process.env, npm_config_prefer_offline: 'true', CI: 'true' }
    await run('sh', ['-c', text], { cwd: join(imageDir, workdir), env })
  }
  const node = join(imageDir, 'usr/local/bin/node')
  await mkdir(join(node, '..'), { recursive: true })
  await link(process.execPath, node).catch(() => copyFile(process.execPath, node))
}

/** The secrets of the API, as files that only it can read. */
async function secretFiles(): Promise<Record<string, string>> {
  const url = new URL(process.env.DATABASE_URL ?? '')
  url.pathname = `/${schema}`
  const secrets = {
    DATABASE_URL: url.href,
    JWT_SECRET: randomBytes(48).toString('base64url'),
    ENCRYPTION_KEY: randomBytes(48).toString('base64url'),
    SMTP_URL: '',
  }
  const dir = join(imageDir, 'run/secrets')
  await mkdir(dir, { recursive: true })
  const files = Object.entries(secrets).map(async ([name, value]) => {
    const file = join(dir, name)
    await writeFile(file, value, { mode: 0o600 })
    if (isRoot) await chown(file, nobody, nobody)
    return [`${name}_FILE`, file] as const
  })
  return Object.fromEntries(await Promise.all(files))
}

/** A command of the image as its user, where this test may become somebody else. */
function asNobody([program = '', ...args]: string[]): [string, string[]] {
  const file = join(imageDir, 'usr/local/bin', program)
  if (!isRoot) return [file, args]
  return ['setpriv', [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', file, ...args]]
}

/** Only folders: files of packages are shared with the store they were linked from. */
async function makeFolders(mode: number, except: string[] = [], dir = imageDir): Promise<void> {
  if (except.includes(dir)) return
  await chmod(dir, mode)
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeFolders(mode, except, join(dir, entry.name))
  }
}

async function onServer(sql: string): Promise<void> {
  const connection = await createConnection(process.env.DATABASE_URL ?? '')
  await connection.query(sql)
  await connection.end()
}
