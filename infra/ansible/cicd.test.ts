import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../scripts/free-port.ts'
import { type Engine, startEngine } from './test/engine.ts'
import { playbooks } from './test/playbook.ts'
import { startStubNode } from './test/stub-node.ts'

const run = promisify(execFile)
const timeoutMs = 240_000

let dir: string
let engine: Engine
let gateway: Server
let ansible: Awaited<ReturnType<typeof playbooks>>
/** What the gateway sends people to since it was last told. */
let upstreams: string[] = []
/** Whether the newest version can do these. */
let canMigrate = true
let canServe = true
let duringMigration: (() => Promise<void>) | undefined
/** The commit every image was made of, newest last. */
const commits: string[] = []

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-deploy-'))
  const nodes = [
    { name: 'api-1', address: `127.0.0.1:${await freePort(0)}` },
    { name: 'api-2', address: `127.0.0.1:${await freePort(0)}` },
  ]
  const addressOf = (name: string) => nodes.find((node) => node.name === name)?.address ?? ''
  engine = await startEngine({
    start: (node, image) => startStubNode(addressOf(node), image, canServe || !image.includes(newest())),
    tool: async () => {
      await duringMigration?.()
      if (!canMigrate) throw new Error('0042_colours stopped at statement 2 of 3: Disk full')
      return 'The database is up to date.\n'
    },
    onCommand: async (command) => {
      if (command.startsWith('compose exec nginx')) upstreams = await openUpstreams()
      if (command.startsWith('compose logs')) return 'out of colours'
      return command.startsWith('compose ps') ? 'an-id\n' : ''
    },
  })
  gateway = createServer((_, response) => {
    const [address] = upstreams
    fetch(`http://${address}/`).then(
      (answer) => response.writeHead(answer.status).end(),
      () => response.writeHead(502).end(),
    )
  })
  await once(gateway.listen(0, '127.0.0.1'), 'listening')
  const address = gateway.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  ansible = await playbooks(
    dir,
    {
      parley_nodes: nodes,
      parley_repository: join(dir, 'repository'),
      parley_ready_timeout_seconds: 2,
      parley_gateway_url: `http://127.0.0.1:${port}/`,
      parley_settings: { LOG_LEVEL: 'warn' },
    },
    engine,
  )
  await mkdir(join(dir, 'repository/infra'), { recursive: true })
  await cp(resolve(import.meta.dirname, '../docker'), join(dir, 'repository/infra/docker'), { recursive: true })
  await git('init', '--quiet', '--initial-branch=main')
}, timeoutMs)

beforeEach(async () => {
  canMigrate = true
  canServe = true
  duringMigration = undefined
  engine.commands.length = 0
  await git('add', '--all')
  const author = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com']
  await git(...author, 'commit', '--quiet', '--allow-empty', '--message=A version')
  commits.push((await git('rev-parse', 'HEAD')).trim())
})

afterAll(async () => {
  gateway?.close()
  await engine?.stop()
  await rm(dir, { recursive: true, force: true })
})

const newest = () => commits.at(-1)?.slice(0, 12) ?? ''
const imageOf = (commit: string | undefined) => `parley-api:${commit?.slice(0, 12)}`
const settings = () => readFile(join(dir, 'settings/parley.env'), 'utf8')
/** What was done to the product, without what only reads. */
const deeds = () => engine.commands.filter((command) => !/^(compose (ps|logs)|image prune)/.test(command))

async function git(...args: string[]): Promise<string> {
  return (await run('git', ['-C', join(dir, 'repository'), ...args])).stdout
}

async function openUpstreams(): Promise<string[]> {
  const lines = (await readFile(join(dir, 'settings/nginx/upstreams.conf'), 'utf8')).split('upstream web')[0] ?? ''
  return [...lines.matchAll(/^ {2}server (\S+) [^;]*?( down)?;$/gm)].flatMap(([, address = '', down]) =>
    down ? [] : address,
  )
}

/** Asks each node the gateway sends people to, over and over, until stopped. */
function startAsking() {
  const failures: string[] = []
  const versions: string[] = []
  let isAsking = true
  const askOne = async (address: string) => {
    const answer = await fetch(`http://${address}/`).then(
      async (response) => (response.ok ? response.text() : `status ${response.status}`),
      () => 'no answer',
    )
    if (!answer.startsWith('parley-api')) failures.push(`${address}: ${answer}`)
    else if (versions.at(-1) !== answer) versions.push(answer)
  }
  const asking = (async () => {
    while (isAsking) {
      const [address] = upstreams
      if (address === undefined) failures.push('nobody to ask')
      else await askOne(address)
      await delay(5)
    }
  })()
  return async () => {
    isAsking = false
    await asking
    return { failures, versions }
  }
}

test(
  'the first deploy makes secrets and a certificate, migrates, and starts everything',
  { timeout: timeoutMs },
  async () => {
    const { ok, output } = await ansible.play('cicd')
    expect({ ok, output }).toMatchObject({ ok: true })
    expect(deeds()).toEqual([
      'compose build api-1 web',
      'compose up mysql redis coturn',
      'compose run tools node src/migrate.ts',
      ...['api-1', 'api-2'].flatMap((node) => [
        'compose exec nginx sh /parley/infra/docker/nginx.sh reload',
        `compose stop ${node}`,
        `compose up ${node}`,
        'compose exec nginx sh /parley/infra/docker/nginx.sh reload',
      ]),
      'compose up web',
      'compose up nginx',
    ])
    expect(await settings()).toContain('LOG_LEVEL=warn')
    expect(await readFile(join(dir, 'settings/tls/certificate.pem'), 'utf8')).toContain('BEGIN CERTIFICATE')
    expect(await readFile(join(dir, 'settings/secrets/jwt-secret'), 'utf8')).toMatch(/^\S{32,}/)
    expect(output).not.toContain(await readFile(join(dir, 'settings/secrets/jwt-secret'), 'utf8'))
  },
)

test(
  'nodes are replaced one after another while the other serves, and a second deploy must wait',
  { timeout: timeoutMs },
  async () => {
    let second: { ok: boolean; output: string } | undefined
    duringMigration = async () => {
      second = await ansible.play('cicd')
    }
    const stopAsking = startAsking()
    const { ok, output } = await ansible.play('cicd')
    expect({ ok, output }).toMatchObject({ ok: true })
    expect(await stopAsking()).toEqual({ failures: [], versions: commits.slice(-2).map(imageOf) })
    expect(second?.ok).toBe(false)
    expect(second?.output).toMatch(/ann on \S+ \(run \w+\) has been at it since \d{4}-/)
  },
)

test(
  'a version that never gets ready is taken back, and its lock, once it is old, stops nobody',
  { timeout: timeoutMs },
  async () => {
    canServe = false
    await writeFile(join(dir, 'deploy.lock'), 'ben on a laptop that is gone\n1700000000\n2023-11-14T22:00:00Z\n')
    const stopAsking = startAsking()
    const { ok, output } = await ansible.play('cicd')
    const previous = imageOf(commits.at(-2))
    expect(await stopAsking()).toEqual({ failures: [], versions: [previous] })
    expect(ok).toBe(false)
    expect(output).toContain('took over from ben on a laptop that is gone')
    expect(output.replaceAll(/\s+/g, ' ')).toContain(
      'What worked before runs again. Last words of the node: out of colours',
    )
    expect(upstreams).toHaveLength(2)
    const answers = await Promise.all(upstreams.map(async (address) => (await fetch(`http://${address}/`)).text()))
    expect(answers).toEqual([previous, previous])
    expect(await settings()).toContain(previous)
    expect((await run('git', ['-C', join(dir, 'checkout'), 'rev-parse', 'HEAD'])).stdout.trim()).toBe(commits.at(-2))
    expect(engine.commands).not.toContain('compose stop api-2')
  },
)

test('a migration that fails stops the deploy before any node is touched', { timeout: timeoutMs }, async () => {
  canMigrate = false
  const { ok, output } = await ansible.play('cicd')
  expect(ok).toBe(false)
  expect(output.replaceAll(/\s+/g, ' ')).toContain(
    '"Migrate the database" failed: 0042_colours stopped at statement 2 of 3: Disk full. Nothing was restarted.',
  )
  expect(deeds().at(-1)).toBe('compose run tools node src/migrate.ts')
  expect(await settings()).toContain(imageOf(commits[1]))
})
