import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { befriend, type Person, registerPerson } from '../../e2e/people.ts'
import { freePort } from '../../scripts/free-port.ts'
import { startOwnedProcess } from '../../scripts/owned-process.ts'
import { untilReady } from '../../scripts/until-ready.ts'
import { type Engine, startEngine } from './test/engine.ts'
import { playbooks } from './test/playbook.ts'

const run = promisify(execFile)
const apiDir = resolve(import.meta.dirname, '../../apps/api')
const schema = `parley_backup_${randomBytes(6).toString('hex')}`
const databaseUrl = new URL(`/${schema}`, process.env.DATABASE_URL)
const timeoutMs = 240_000

let dir: string
let port: number
let engine: Engine
let ansible: Awaited<ReturnType<typeof playbooks>>
let ann: Person
let ben: Person
let roomId: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-backup-'))
  port = await freePort(0)
  await mkdir(join(dir, 'settings/secrets'), { recursive: true })
  await writeFile(join(dir, 'settings/parley.env'), '')
  const secrets = { 'database-url': databaseUrl.href, 'backup-password': key(), 'encryption-key': key() }
  for (const [name, value] of Object.entries(secrets)) await writeFile(secretFile(name), value, { mode: 0o600 })
  await query(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`)

  const env = {
    ...process.env,
    PORT: String(port),
    DATABASE_URL: databaseUrl.href,
    DATA_DIR: join(dir, 'data/files'),
    LOG_DIR: 'off',
    LOG_LEVEL: 'fatal',
    JWT_SECRET: key(),
    ENCRYPTION_KEY_FILE: secretFile('encryption-key'),
  }
  engine = await startEngine({
    start: async () => {
      const api = await startOwnedProcess(process.execPath, ['src/main.ts'], { cwd: apiDir, env, output: 2 })
      await untilReady('the API', `http://127.0.0.1:${port}/readyz`, () => undefined)
      return api
    },
    tool: async ([, ...args]) => (await run(process.execPath, args, { cwd: apiDir, env })).stdout,
  })
  const nodes = [{ name: 'api-1', address: `127.0.0.1:${port}` }]
  ansible = await playbooks(dir, { parley_nodes: nodes }, engine)
  await engine.start('api-1', '')

  const origin = `http://127.0.0.1:${port}`
  ann = await registerPerson(origin, 'ann')
  ben = await registerPerson(origin, 'ben')
  roomId = await befriend(ann, ben)
  await Promise.all([ann.client.engine.open(roomId), ben.client.engine.open(roomId)])
}, timeoutMs)

afterAll(async () => {
  ann?.client.stop()
  ben?.client.stop()
  await engine?.stop()
  await query(`DROP DATABASE IF EXISTS ${schema}`)
  await rm(dir, { recursive: true, force: true })
})

const key = () => randomBytes(24).toString('hex')
const secretFile = (name: string) => join(dir, 'settings/secrets', name)

async function query(sql: string): Promise<unknown> {
  const connection = await createConnection(process.env.DATABASE_URL ?? '')
  const [rows] = await connection.query(sql)
  await connection.end()
  return rows
}

async function say({ client }: Person, text: string) {
  client.outbox.send({ roomId, body: { kind: 'text', text } })
  await expect.poll(() => client.outbox.entries(roomId), { timeout: 60_000 }).toEqual([])
}

async function attach({ client }: Person, name: string, content: string) {
  const file = await client.upload({ file: new Blob([content]), name, scene: 'message' })
  client.outbox.send({ roomId, body: { kind: 'media', fileIds: [file.id] } })
  await expect.poll(() => client.outbox.entries(roomId), { timeout: 60_000 }).toEqual([])
}

/** The settings of the backup with some that differ. */
async function otherSettings(changes: Record<string, string>): Promise<string> {
  const file = join(dir, 'other.env')
  const lines = Object.entries(changes).map(([name, value]) => `${name}='${value}'`)
  await writeFile(file, [await readFile(join(dir, 'settings/backup.env'), 'utf8'), ...lines].join('\n'))
  return file
}

/** What somebody sees in the room: texts, and names of files. */
const shown = ({ client }: Person) =>
  (client.engine.view(roomId)?.rows ?? []).flatMap(({ body }) =>
    body.kind === 'text' ? [body.text] : body.kind === 'media' ? body.files.map(({ name }) => name) : [],
  )
const epoch = () => query(`SELECT epoch FROM ${schema}.room_heads WHERE room_id = ${roomId}`)

test(
  'a backup is restored: what it holds is back, what came later is gone, and clients agree without being told',
  async () => {
    await say(ann, 'before the backup')
    await attach(ann, 'kept.txt', 'the content of a file')
    const backup = await ansible.play('backup')
    expect(backup.output).toMatch(/backup \d{8}T\d{6}Z is complete/)
    await say(ben, 'after the backup')
    await attach(ben, 'lost.txt', 'of no backup')
    await expect.poll(() => shown(ann)).toEqual(['before the backup', 'kept.txt', 'after the backup', 'lost.txt'])
    const before = await epoch()

    await query(`DROP DATABASE ${schema}`)
    await query(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`)
    await rm(join(dir, 'data/files'), { recursive: true })
    ann.client.socket.stop()
    ann.client.outbox.send({ roomId, body: { kind: 'text', text: 'said in between' } })
    const restore = await ansible.play('restore', { parley_restore_confirm: true })
    expect(restore.output).toMatch(/failed=0/)

    ann.client.socket.start()
    const all = ['before the backup', 'kept.txt', 'said in between']
    await expect.poll(() => shown(ann), { timeout: 60_000 }).toEqual(all)
    await expect.poll(() => shown(ben), { timeout: 60_000 }).toEqual(all)
    expect(await epoch()).not.toEqual(before)
    const files = await readdir(join(dir, 'data/files'), { recursive: true, withFileTypes: true })
    const contents = files
      .filter((file) => file.isFile())
      .map((file) => readFile(join(file.parentPath, file.name), 'utf8'))
    expect(await Promise.all(contents)).toContain('the content of a file')
  },
  timeoutMs,
)

test(
  'a database that holds something is replaced only by who says so',
  async () => {
    const unmeant = await ansible.play('restore')
    expect(unmeant.output).toContain('-e parley_restore_confirm=true')
    const { ok, output } = await ansible.play('restore', { parley_restore_confirm: true })
    expect(ok).toBe(false)
    expect(output.replaceAll(/\s+/g, ' ')).toMatch(
      /holds \d+ tables, and nothing was touched.*-e parley_restore_overwrite=true/,
    )
    await say(ann, 'nothing happened')
  },
  timeoutMs,
)

test(
  'a damaged repository is refused while everything goes on',
  async () => {
    const damaged = join(dir, 'damaged')
    await cp(join(dir, 'repository'), damaged, { recursive: true })
    for (const file of await readdir(join(damaged, 'data'), { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue
      const path = join(file.parentPath, file.name)
      await chmod(path, 0o600)
      await writeFile(path, randomBytes((await stat(path)).size))
    }
    engine.commands.length = 0
    const { ok, output } = await ansible.play('restore', {
      parley_restore_confirm: true,
      parley_restore_overwrite: true,
      parley_backup_repository: damaged,
    })
    expect(ok).toBe(false)
    expect(output).toMatch(/backup \d{8}T\d{6}Z cannot be read, and nothing was touched/)
    expect(engine.commands).toEqual([])
    await say(ann, 'nothing happened here either')
  },
  timeoutMs,
)

test(
  'a wrong password is refused, for a backup and for a restore, and makes no new repository',
  async () => {
    await writeFile(join(dir, 'wrong'), 'not the password')
    const settings = await otherSettings({ RESTIC_PASSWORD_FILE: join(dir, 'wrong') })
    for (const [program, args] of [
      ['parley-backup', ['--prepare']],
      ['parley-backup', []],
      ['parley-restore', ['fetch', 'latest']],
    ] as const) {
      const { ok, output } = await ansible.program(program, [settings, ...args])
      expect({ ok, output }).toMatchObject({
        ok: false,
        output: expect.stringMatching(/does not open: .*wrong password/),
      })
    }
  },
  timeoutMs,
)

test(
  'a dump that is cut short does not count, and a repository that is not there is not made anew',
  async () => {
    const client = join(dir, 'client')
    await writeFile(client, '#!/bin/sh\necho CREATE TABLE\nexit 1\n', { mode: 0o755 })
    const settings = await otherSettings({ DATABASE_CLIENT: client, RESTIC_REPOSITORY: join(dir, 'other') })
    const missing = await ansible.program('parley-backup', [settings])
    expect(missing).toMatchObject({ ok: false, output: expect.stringContaining('there is no repository at') })
    expect(await ansible.program('parley-backup', [settings, '--prepare'])).toMatchObject({ ok: true })
    const cut = await ansible.program('parley-backup', [settings])
    expect(cut).toMatchObject({ ok: false, output: expect.stringContaining('failed and does not count') })
    const restore = await ansible.program('parley-restore', [settings, 'fetch', 'latest'])
    expect(restore).toMatchObject({ ok: false, output: expect.stringContaining('there is no complete backup latest') })
  },
  timeoutMs,
)

test(
  'a disk that is full fails the backup loudly, and what is on it does not count',
  async ({ skip }) => {
    const small = join(dir, 'small')
    await mkdir(small)
    const asRoot = (program: string, args: string[]) =>
      process.getuid?.() === 0 ? run(program, args) : run('sudo', ['--non-interactive', program, ...args])
    const mounted = await asRoot('mount', [
      '-t',
      'tmpfs',
      '-o',
      `size=4m,uid=${process.getuid?.()}`,
      'none',
      small,
    ]).then(
      () => true,
      () => false,
    )
    skip(!mounted, 'only root may mount the small disk this needs')
    try {
      const settings = await otherSettings({ RESTIC_REPOSITORY: join(small, 'repository') })
      expect(await ansible.program('parley-backup', [settings, '--prepare'])).toMatchObject({ ok: true })
      await writeFile(join(dir, 'data/files/large'), randomBytes(8_000_000))
      const { ok, output } = await ansible.program('parley-backup', [settings])
      expect({ ok, output }).toMatchObject({ ok: false, output: expect.stringContaining('no space left on device') })
      expect(output).toContain('failed and does not count')
      const restore = await ansible.program('parley-restore', [settings, 'fetch', 'latest'])
      expect(restore).toMatchObject({ ok: false, output: expect.stringContaining('there is no complete backup') })
    } finally {
      await asRoot('umount', [small])
    }
  },
  timeoutMs,
)
