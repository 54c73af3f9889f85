import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { libraryPath, unpackDebianPackages } from './debian-packages.ts'

const run = promisify(execFile)

/** A MariaDB or MySQL server program, with what it needs to run from where it lies. */
export type ServerProgram = {
  kind: 'mariadb' | 'mysql'
  /** As the program itself says it, for people. */
  version: string
  file: string
  /** The folder above `sbin` or `bin`, where its messages and system tables are found. */
  base: string
  env: NodeJS.ProcessEnv
}

const packages = ['mariadb-server-core', 'mysql-server-core-8.4', 'mysql-server-core-8.0']
const serverFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/libexec', '/usr/local/mysql/bin', '/opt/homebrew/bin']

/** The server programs that can be had here, best first: those of the machine, then the distribution's packages. */
export async function* serverPrograms(log: (line: string) => void): AsyncGenerator<ServerProgram> {
  const path = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  for (const name of ['mariadbd', 'mysqld']) {
    const folder = [...path, ...serverFolders].find((each) => existsSync(join(each, name)))
    if (folder) yield describe(join(folder, name), dirname(folder), process.env)
  }
  for (const name of packages) {
    const root = await unpackDebianPackages([name], log).catch((error: unknown) => {
      log(`${name}: ${firstLine(error)}`)
      return undefined
    })
    if (!root) continue
    const file = ['mariadbd', 'mysqld'].map((each) => join(root, 'usr/sbin', each)).find((each) => existsSync(each))
    if (file) yield describe(file, join(root, 'usr'), { ...process.env, LD_LIBRARY_PATH: await libraryPath(root) })
  }
}

export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

async function describe(file: string, base: string, env: NodeJS.ProcessEnv): Promise<ServerProgram> {
  const { stdout } = await run(file, ['--no-defaults', '--version'], { env })
  const kind = /mariadb/i.test(stdout) ? 'mariadb' : 'mysql'
  const number = /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? ''
  return { kind, version: `${kind === 'mariadb' ? 'MariaDB' : 'MySQL'} ${number}`, file, base, env }
}

/** Options every start of this program on this data folder needs. `--no-defaults` keeps the machine's own settings out. */
export function baseArguments(program: ServerProgram, dataDir: string): string[] {
  // A starting server clears its temporary folder: in a shared one it would remove the tables of the others.
  const folders = [`--datadir=${dataDir}`, `--tmpdir=${dirname(dataDir)}`, `--basedir=${program.base}`]
  const args = ['--no-defaults', ...folders]
  const messages = shareFolder(program, 'english/errmsg.sys')
  if (messages) args.push(`--lc-messages-dir=${messages}`)
  const charsets = shareFolder(program, 'charsets/Index.xml')
  if (charsets) args.push(`--character-sets-dir=${join(charsets, 'charsets')}`)
  // The server refuses to run as root unless told to.
  if (process.getuid?.() === 0) args.push('--user=root')
  return args
}

/** Makes the system tables. Works in a folder beside and renames it, so a first start cut short leaves nothing half made. */
export async function createDataFolder(program: ServerProgram, dataDir: string): Promise<void> {
  const fresh = `${dataDir}.new`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { recursive: true, mode: 0o700 })
  if (program.kind === 'mysql') await initialise(program, [...baseArguments(program, fresh), '--initialize-insecure'])
  else await bootstrap(program, fresh)
  await rename(fresh, dataDir)
}

/** What `mariadb-install-db` does, without needing it: it is in another package and needs that package's paths. */
async function bootstrap(program: ServerProgram, dataDir: string): Promise<void> {
  const sql = ['CREATE DATABASE mysql;', 'USE mysql;', 'SET @auth_root_socket=NULL, @skip_auth_anonymous=1;']
  for (const name of ['system_tables', 'performance_tables', 'system_tables_data', 'add_gis_sp_bootstrap']) {
    const file = ['mysql', 'mariadb', 'maria']
      .map((prefix) => `${prefix}_${name}.sql`)
      .map((each) => join(shareFolder(program, each) ?? '', each))
      .find((each) => existsSync(each))
    if (!file) throw new Error(`${program.version} at ${program.file} comes without its ${name}.sql`)
    sql.push(await readFile(file, 'utf8'))
  }
  const args = ['--bootstrap', '--silent-startup', '--skip-networking', '--enforce-storage-engine=', '--log-warnings=0']
  await initialise(program, [...baseArguments(program, dataDir), ...args], sql.join('\n'))
}

function shareFolder(program: ServerProgram, file: string): string | undefined {
  const shares = ['share/mysql', 'share/mariadb', 'share'].map((each) => join(program.base, each))
  return shares.find((each) => existsSync(join(each, file)))
}

function initialise(program: ServerProgram, args: string[], input = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program.file, args, { env: program.env, stdio: ['pipe', 'ignore', 'pipe'] })
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${program.version} could not make its system tables: ${errors.trim().slice(-2000)}`))
    })
    // A server that dies early closes its input; its exit code and message say why, so this error adds nothing.
    child.stdin.on('error', (error) => (errors += `\n${error.message}`))
    child.stdin.end(input)
  })
}
