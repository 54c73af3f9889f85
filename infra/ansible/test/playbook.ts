import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { ansibleEnvironment } from '../../../scripts/ansible.ts'
import type { Engine } from './engine.ts'

const folder = resolve(import.meta.dirname, '..')
const timeoutMs = 240_000

export type Outcome = { ok: boolean; output: string }

/** Runs one of the programs of Ansible, from the folder of the playbooks; answers all it printed. */
export function runAnsible(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((done) => {
    execFile(file, args, { cwd: folder, env, timeout: timeoutMs, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      done({ ok: !error, output: stdout + stderr }),
    )
  })
}

/** Runs playbooks against this machine, with its folders in `dir` and `docker` being the engine given. */
export async function playbooks(dir: string, variables: Record<string, unknown>, engine?: Engine) {
  const env = await ansibleEnvironment()
  const inventory = join(dir, 'inventory.json')
  const host = {
    ansible_connection: 'local',
    ansible_python_interpreter: '/usr/bin/python3',
    ansible_become: false,
    parley_checkout_dir: join(dir, 'checkout'),
    parley_settings_dir: join(dir, 'settings'),
    parley_data_dir: join(dir, 'data'),
    parley_programs_dir: join(dir, 'programs'),
    parley_lock_file: join(dir, 'deploy.lock'),
    parley_backup_repository: join(dir, 'repository'),
    parley_container_uid: process.getuid?.() ?? 0,
    parley_domain: 'parley.test',
    ...variables,
  }
  for (const name of ['settings/secrets', 'settings/tls', 'settings/nginx', 'data/files', 'programs']) {
    await mkdir(join(dir, name), { recursive: true })
  }
  await writeFile(inventory, JSON.stringify({ parley: { hosts: { here: host } } }))
  const all = {
    ...env,
    PATH: [engine?.binDir, env.PATH].filter(Boolean).join(delimiter),
    PARLEY_ENGINE: engine?.url,
    ANSIBLE_LOCAL_TEMP: join(dir, 'ansible'),
    ANSIBLE_REMOTE_TEMP: join(dir, 'ansible'),
    RESTIC_CACHE_DIR: join(dir, 'restic-cache'),
    TMPDIR: dir,
    USER: 'ann',
  }
  return {
    /** One of the programs the playbooks install on the host. */
    program: (name: string, args: string[]) => runAnsible(join(dir, 'programs', name), args, all),
    /** What belongs to the machine, its packages and timers, is left alone. */
    play: (name: string, extra: Record<string, unknown> = {}) => {
      const options = [
        `--inventory=${inventory}`,
        '--skip-tags=packages,timer',
        `--extra-vars=${JSON.stringify(extra)}`,
      ]
      return runAnsible('ansible-playbook', [...options, `${name}.yml`], all)
    },
  }
}
