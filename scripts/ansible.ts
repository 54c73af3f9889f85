import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { libraryPath, unpackDebianPackages } from './debian-packages.ts'

const programs = ['ansible-playbook', 'ansible-lint', 'yamllint', 'restic', 'mysqldump', 'mysql']
const packages = ['ansible-core', 'ansible-lint', 'yamllint', 'restic', 'mariadb-client']

/**
 * The environment in which Ansible, its linter, restic and the clients of a database run: as it is where the machine has
 * them all, else with the distribution's packages, unpacked without root.
 */
export async function ansibleEnvironment(): Promise<NodeJS.ProcessEnv> {
  // Python reads its own sources by it, and Ansible insists.
  const base = { ...process.env, LC_ALL: 'C.UTF-8', ANSIBLE_FORCE_COLOR: '0', NO_COLOR: '1' }
  const path = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  if (programs.every((name) => path.some((folder) => existsSync(join(folder, name))))) return base
  const root = await unpackDebianPackages(packages, (line) => console.log(`ansible: ${line}`))
  return {
    ...base,
    PATH: [join(root, 'usr/bin'), ...path].join(delimiter),
    PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
    LD_LIBRARY_PATH: await libraryPath(root),
  }
}
