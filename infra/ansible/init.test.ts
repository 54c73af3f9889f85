import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { libraryPath, unpackDebianPackages } from '../../scripts/debian-packages.ts'
import { playbooks } from './test/playbook.ts'

const run = promisify(execFile)
const timeoutMs = 240_000
const rendered = (name: string) => join(dir, 'rendered', name)

let dir: string
let debian: string
let env: NodeJS.ProcessEnv

/*
 * init.yml changes the machine it runs on, so here it is not run: what it writes is read by the programs it is for.
 */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-init-'))
  await chmod(dir, 0o755)
  await mkdir(join(dir, 'rendered'))
  debian = await unpackDebianPackages(['openssh-server', 'nftables', 'sudo'], () => undefined)
  const libraries = [await libraryPath(debian), join(debian, 'usr/libexec/sudo')]
  env = { ...process.env, LD_LIBRARY_PATH: libraries.join(delimiter) }
  const ansible = await playbooks(dir, {})
  const { ok, output } = await ansible.play('test/render', {
    render_dir: join(dir, 'rendered'),
    parley_admin_keys: ['ssh-ed25519 PUBLIC-KEY ann@example.com'],
    parley_programs_dir: join(dir, 'programs'),
    parley_data_device: '/dev/vdb',
    ansible_distribution: 'Debian',
    ansible_distribution_release: 'bookworm',
    ansible_architecture: 'x86_64',
  })
  if (!ok) throw new Error(output)
}, timeoutMs)

afterAll(() => rm(dir, { recursive: true, force: true }))

const program = (name: string) => join(debian, 'usr/sbin', name)

test('sshd takes its settings: keys only', async () => {
  // Run by root it wants a user of its own: it is asked as somebody else, from where anybody may read it.
  await copyFile(program('sshd'), join(dir, 'sshd'))
  await run('openssl', ['genrsa', '-traditional', '-out', join(dir, 'host-key')])
  for (const folder of env.LD_LIBRARY_PATH?.split(delimiter) ?? []) {
    if (folder.startsWith(debian)) await cp(folder, join(dir, 'libraries'), { recursive: true, dereference: true })
  }
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  await chmod(join(dir, 'host-key'), 0o600)
  if ('uid' in nobody) await run('chown', ['65534', join(dir, 'host-key')])
  const args = [
    '-T',
    '-f',
    rendered('sshd.conf'),
    '-h',
    join(dir, 'host-key'),
    '-C',
    'user=root,host=here,addr=127.0.0.1',
  ]
  const { stdout } = await run(join(dir, 'sshd'), args, { ...nobody, env: { LD_LIBRARY_PATH: join(dir, 'libraries') } })
  expect(stdout).toMatch(/^passwordauthentication no$/m)
  expect(stdout).toMatch(/^authenticationmethods publickey$/m)
  expect(stdout).toMatch(/^permitrootlogin (without-password|prohibit-password)$/m)
})

test('nftables takes the rules, which close all but what is named', async ({ skip }) => {
  const rules = await readFile(rendered('nftables.conf'), 'utf8')
  expect(rules).toContain('policy drop')
  expect(rules).not.toContain('flush ruleset')
  const answer = await run(program('nft'), ['--check', '--file', rendered('nftables.conf')], { env }).then(
    () => 'taken',
    (error: unknown) => String(error),
  )
  skip(/Operation not permitted|Protocol not supported/.test(answer), 'this kernel lets nobody check rules here')
  expect(answer).toBe('taken')
})

test('sudo takes its rule', async () => {
  await chmod(rendered('sudoers'), 0o440)
  const { stdout } = await run(program('visudo'), ['--check', '--file', rendered('sudoers')], { env })
  expect(stdout).toContain('parsed OK')
})

test('apt and Docker take their settings', async () => {
  const { stdout } = await run('apt-config', ['--config-file', rendered('unattended-upgrades'), 'dump'])
  expect(stdout).toContain('Unattended-Upgrade::Automatic-Reboot "true";')
  expect(JSON.parse(await readFile(rendered('daemon.json'), 'utf8'))).toMatchObject({ 'live-restore': true })
})

test('systemd takes the units', async ({ skip }) => {
  skip(!existsSync('/usr/bin/systemd-analyze'), 'this machine has no systemd')
  await writeFile(join(dir, 'programs/parley-backup'), '#!/bin/sh\n', { mode: 0o755 })
  await copyFile(rendered('data.mount'), rendered('var-lib-parley.mount'))
  const units = ['var-lib-parley.mount', 'swapfile.swap', 'parley-backup.service', 'parley-backup.timer']
  const { stderr } = await run('systemd-analyze', ['verify', '--man=no', ...units.map(rendered)])
  expect(stderr.split('\n').filter((line) => units.some((unit) => line.includes(unit)))).toEqual([])
})
