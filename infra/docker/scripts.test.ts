import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { libraryPath, unpackDebianPackages } from '../../scripts/debian-packages.ts'
import { freePort } from '../../scripts/free-port.ts'
import { startOwnedProcess } from '../../scripts/owned-process.ts'

const run = promisify(execFile)
const here = import.meta.dirname
let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-scripts-'))
  await mkdir(join(dir, 'run/secrets'), { recursive: true })
  await mkdir(join(dir, 'tmp'))
})

afterAll(() => rm(dir, { recursive: true, force: true }))

/** A script of a container, with the container's folders and port in this test's own. */
async function script(name: string, port: number, standardPort: string): Promise<string> {
  const content = await readFile(join(here, name), 'utf8')
  const file = join(dir, name)
  await writeFile(
    file,
    content
      .replaceAll(/(?<![\w.])\/(run\/secrets|tmp|etc\/parley)\b/g, `${dir}/$1`)
      .replaceAll(new RegExp(String.raw`\b${standardPort}\b`, 'g'), String(port)),
  )
  return file
}

describe('make-secrets.sh', () => {
  test('makes every secret long, different and for nobody else to read, and never makes one twice', async () => {
    const folder = join(dir, 'secrets')
    const make = () => run(join(here, 'make-secrets.sh'), [folder])
    const secrets = async () => {
      const names = await readdir(folder)
      return Object.fromEntries(
        await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')])),
      )
    }
    await make()
    const made = await secrets()
    const values = Object.entries(made).filter(([name]) => name !== 'smtp-url' && name !== 's3-secret-access-key')
    for (const [name, value] of values) expect([name, value].join(' ')).toMatch(/[0-9a-f]{64}/)
    expect(new Set(values.map(([, value]) => value)).size).toBe(10)
    expect(made['database-url']).toBe(`mysql://parley:${made['mysql-password']?.trim()}@mysql:3306/parley\n`)
    expect(made).toMatchObject({ 'smtp-url': '', 's3-secret-access-key': '' })
    for (const name of Object.keys(made)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600)

    await rm(join(folder, 'turn-secret'))
    const { stdout } = await make()
    expect(stdout).toBe(`made ${folder}/turn-secret\n`)
    const again = await secrets()
    expect({ ...again, 'turn-secret': '' }).toEqual({ ...made, 'turn-secret': '' })
    expect(again['turn-secret']).not.toBe(made['turn-secret'])
  })
})

test('redis.sh starts Redis with the password of its secret, and says whether it is healthy', async () => {
  // One program for all names; it is the server when it is called by that name.
  const root = await unpackDebianPackages(['redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'], () => undefined)
  await mkdir(join(dir, 'bin'))
  await symlink(join(root, 'usr/bin/redis-check-rdb'), join(dir, 'bin/redis-server'))
  const port = await freePort(0)
  const file = await script('redis.sh', port, '6379')
  // Where the container's own port is the standard one, which nothing has to say.
  await writeFile(
    file,
    (await readFile(file, 'utf8')).replace('dir ', `port ${port}\ndir `).replace('ping', `-p ${port} ping`),
  )
  const env = {
    PATH: [join(dir, 'bin'), join(root, 'usr/bin'), process.env.PATH].join(delimiter),
    LD_LIBRARY_PATH: await libraryPath(root),
  }
  const secret = join(dir, 'run/secrets/redis-url')
  await writeFile(secret, 'rediss://elsewhere.example.com:6379\n')
  await expect(run('sh', [file, 'start'], { env })).rejects.toThrow('the secret redis-url must read redis://:PASSWORD@')

  await writeFile(secret, `redis://:${'p'.repeat(64)}@redis:6379\n`)
  await expect(run('sh', [file, 'healthy'], { env })).rejects.toThrow('Could not connect')
  const redis = await startOwnedProcess('sh', [file, 'start'], { env, output: 'pipe' })
  await vi.waitFor(() => run('sh', [file, 'healthy'], { env }), 10_000)
  const stranger = await run('redis-cli', ['-p', String(port), 'ping'], { env })
  expect(stranger.stdout).toContain('NOAUTH')
  expect((await stat(join(dir, 'tmp/redis.conf'))).mode & 0o777).toBe(0o600)
  await redis.end()
  expect(await redis.ended).toBe('code 0')
}, 30_000)

test('coturn.sh starts a relay that answers, takes all of its settings, and keeps its secret off the command line', async () => {
  const root = await unpackDebianPackages(['coturn'], () => undefined)
  const port = await freePort(0)
  await mkdir(join(dir, 'etc/parley'), { recursive: true })
  await script('turnserver.conf', port, '3478')
  await writeFile(join(dir, 'etc/parley/turnserver.conf'), await readFile(join(dir, 'turnserver.conf')))
  await writeFile(join(dir, 'run/secrets/turn-secret'), `${'s'.repeat(64)}\n`)
  const env = {
    PATH: [join(root, 'usr/bin'), process.env.PATH].join(delimiter),
    LD_LIBRARY_PATH: await libraryPath(root),
    TURN_REALM: 'parley.example.com',
    TURN_EXTERNAL_IP: '192.0.2.1',
  }
  const relay = await startOwnedProcess('sh', [await script('coturn.sh', port, '3478')], { env, output: 'pipe' })
  let said = ''
  relay.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  relay.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  // A question to nobody is waited for in vain.
  const ask = () => run('turnutils_stunclient', ['-p', String(port), '127.0.0.1'], { env, timeout: 1_000 })
  await vi.waitFor(ask, 10_000)
  // By TCP it would reach what only this machine can: nobody is given a relay for that, whatever password they have.
  const caller = ['-v', '-T', '-W', 's'.repeat(64), '-u', 'ann', '-p', String(port), '-e', '127.0.0.1', '-n', '1']
  await expect(run('turnutils_uclient', [...caller, '127.0.0.1'], { env, timeout: 10_000 })).rejects.toMatchObject({
    stdout: expect.stringContaining('TCP Transport is not allowed'),
  })
  await relay.end()
  expect(said).not.toMatch(/bad configuration|unknown|invalid/i)
  expect(await readFile(join(dir, 'tmp/turnserver.conf'), 'utf8')).toContain(`static-auth-secret=${'s'.repeat(64)}\n`)
}, 30_000)

describe('smoke.sh', () => {
  const smoke = (env: NodeJS.ProcessEnv) => run(join(here, 'smoke.sh'), { env: { ...process.env, ...env } })

  test('says so, with a code of its own, where there is no engine', async () => {
    await expect(smoke({ DOCKER_HOST: `unix://${dir}/no-engine` })).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringContaining('no Docker engine answers here'),
    })
  })

  test('fails with the reason, and takes everything down and away, when something does not start', async () => {
    const work = join(dir, 'work')
    const calls = join(dir, 'calls')
    await mkdir(work)
    await mkdir(join(dir, 'engine'))
    const docker = `#!/bin/sh
echo "$*" >>${calls}
case "$*" in
  *'--entrypoint du'*) printf '100MB\\t/\\n' ;;
  *'up --detach'*) echo 'container api-1 is unhealthy' >&2; exit 1 ;;
esac
`
    await writeFile(join(dir, 'engine/docker'), docker, { mode: 0o755 })
    const PATH = [join(dir, 'engine'), process.env.PATH].join(delimiter)
    await expect(smoke({ PATH, TMPDIR: work })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/container api-1 is unhealthy[^]*smoke: failed with 1/),
    })
    const said = await readFile(calls, 'utf8')
    expect(said).toMatch(/build api-1 web[^]*src\/migrate\.ts[^]*up --detach[^]*logs[^]*down --volumes/)
    expect(await readdir(work)).toEqual([])
  })
})
