import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ansibleEnvironment } from '../../scripts/ansible.ts'
import { libraryPath, unpackDebianPackages } from '../../scripts/debian-packages.ts'
import { freePort } from '../../scripts/free-port.ts'
import { type Stack, startStack } from '../../scripts/stack.ts'
import { type Block, root } from './pages.ts'

const run = promisify(execFile)
const blockTimeoutMs = 60_000

export interface Scene {
  /** Where the first node answers itself. */
  nodeOrigin: string
  /** Runs a block as whoever reads it would on the server; answers why it did not end with 0, nothing if it did. */
  failure: (block: Block) => Promise<string>
  stop: () => Promise<void>
}

/** A server with Parley on it, as the pages speak of it: two nodes behind the gateway, and folders that stand for its own. */
export async function startScene(): Promise<Scene> {
  const dir = await mkdtemp(join(tmpdir(), 'parley-guides-'))
  for (const name of ['bin', 'etc', 'data/files']) await mkdir(join(dir, name), { recursive: true })
  const secrets = join(dir, 'etc/secrets')
  const machine = await tools()
  await run('sh', [join(root, 'infra/docker/make-secrets.sh'), secrets], { env: machine })
  const secret = async (name: string) => (await readFile(join(secrets, name), 'utf8')).trim()
  const settings = { METRICS_TOKEN: await secret('metrics-token'), ENCRYPTION_KEY: await secret('encryption-key') }
  const [stack] = await Promise.all([
    startStack(settings, { nodes: 2, gateway: true }),
    run('restic', ['init', '--repo', join(dir, 'backups'), '--password-file', join(secrets, 'backup-password')], {
      env: machine,
    }),
  ])
  await writeFile(join(secrets, 'database-url'), stack.databaseUrl)
  await describeBackup(dir, new URL(stack.databaseUrl))
  await writePrograms(dir)

  const here = await places(stack, dir)
  const { PATH = '', PYTHONPATH, LD_LIBRARY_PATH } = machine
  const path = [join(dir, 'bin'), dirname(process.execPath), PATH].join(delimiter)
  const authority = stack.gateway?.certificateAuthorityFile
  const env = {
    ...{ PATH: path, PYTHONPATH, LD_LIBRARY_PATH, HOME: dir, TMPDIR: dir, LC_ALL: 'C.UTF-8' },
    ...{ CURL_CA_BUNDLE: authority, SSL_CERT_FILE: authority, RESTIC_CACHE_DIR: join(dir, 'restic-cache') },
  }
  return {
    nodeOrigin: stack.nodes[0]?.origin ?? '',
    failure: ({ page, line, script }) =>
      run('sh', ['-e', '-x', '-c', here(script)], { cwd: root, env, timeout: blockTimeoutMs }).then(
        () => '',
        (error: unknown) => `${page}, line ${line}: ${String(error)}`,
      ),
    stop: async () => {
      await stack.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Says what the pages say as it is here. */
async function places({ origin, nodes, gateway }: Stack, dir: string): Promise<(script: string) => string> {
  const [first = '', second = ''] = nodes.map((node) => new URL(node.origin).host)
  // In this order: of two that begin alike the longer one comes first.
  const here = new Map([
    ['/opt/parley', root],
    ['/etc/parley', join(dir, 'etc')],
    ['/var/lib/parley', join(dir, 'data')],
    ['https://chat.example.com', origin],
    ['http://chat.example.com', gateway?.httpOrigin ?? ''],
    ['chat.example.com:443', new URL(origin).host],
    ['chat.example.com', 'localhost'],
    ['10.89.0.21:8000', first],
    ['127.0.0.1:8000', first],
    ['127.0.0.1:8001', second],
    ['8099', String(await freePort(0))],
  ])
  // In one pass, for what one of them is here may look like another.
  const said = new RegExp([...here.keys()].map((each) => each.replaceAll('.', '\\.')).join('|'), 'g')
  return (script) => script.replace(said, (each) => here.get(each) ?? each)
}

/** What Ansible installs on a server, and what a server has. */
async function writePrograms(dir: string): Promise<void> {
  const programs = {
    sudo: 'exec "$@"',
    // In a container the file with the login is in /etc.
    'database-client': `program=$1; shift 2; exec "$program" --defaults-extra-file='${dir}/etc/database-client.cnf' "$@"`,
    'parley-backup': `exec bash '${join(root, 'infra/ansible/roles/backup/files/parley-backup.sh')}' "$@"`,
  }
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(dir, 'bin', name), `#!/bin/sh\n${script}\n`)
    await chmod(join(dir, 'bin', name), 0o755)
  }
}

/** The programs the pages use, from this machine or unpacked beside it. */
async function tools(): Promise<NodeJS.ProcessEnv> {
  const env = await ansibleEnvironment()
  const path = (env.PATH ?? '').split(delimiter)
  const missing = ['curl', 'openssl'].filter((name) => !path.some((each) => existsSync(join(each, name))))
  if (missing.length === 0) return env
  const unpacked = await unpackDebianPackages(missing, () => undefined)
  const libraries = [env.LD_LIBRARY_PATH, await libraryPath(unpacked)].filter(Boolean).join(':')
  return { ...env, PATH: [...path, join(unpacked, 'usr/bin')].join(delimiter), LD_LIBRARY_PATH: libraries }
}

/** As backup.yml leaves it on a server. */
async function describeBackup(dir: string, database: URL): Promise<void> {
  const etc = join(dir, 'etc')
  const lines = {
    RESTIC_REPOSITORY: join(dir, 'backups'),
    RESTIC_PASSWORD_FILE: `${etc}/secrets/backup-password`,
    DATABASE_CLIENT: 'database-client',
    DATABASE_NAME: database.pathname.slice(1),
    FILES_DIR: join(dir, 'data/files'),
    SECRETS_DIR: `${etc}/secrets`,
    KEEP: "'--keep-daily 7'",
  }
  const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`)
  await writeFile(`${etc}/backup.env`, text.join(''))
  const { hostname, port, username, password } = database
  const login = `host=${hostname}\nport=${port || '3306'}\nuser=${username}\npassword="${password}"\n`
  await writeFile(`${etc}/database-client.cnf`, `[client]\n${login}`, { mode: 0o600 })
}
