import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../../..')

const git = async (...args: string[]): Promise<string> => (await run('git', args, { cwd: root })).stdout.trim()

/** The version before the newest migration, in a folder of its own. */
export interface PreviousVersion {
  /** The folder of its API. */
  dir: string
  remove(): Promise<void>
}

/** The commit before the one that added a migration; null where the history does not reach that far. */
async function commitBefore(migration: string): Promise<string | null> {
  const added = await git('log', '--diff-filter=A', '--format=%H', '-1', '--', `apps/api/migrations/${migration}.sql`)
  if (added === '') return null
  return git('rev-parse', '--verify', '--quiet', `${added}^`).catch(() => null)
}

async function entriesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  const nested = names.map(async (name) =>
    name.startsWith('@') ? (await readdir(join(folder, name))).map((inner) => `${name}/${inner}`) : [name],
  )
  return (await Promise.all(nested)).flat().filter((name) => !name.startsWith('.'))
}

/** Gives a package of the previous version what is installed here, but for Parley's own packages, which are its own. */
async function linkModules(dir: string, workspace: string): Promise<void> {
  for (const name of await entriesOf(join(root, workspace, 'node_modules'))) {
    const installed = await realpath(join(root, workspace, 'node_modules', name))
    const target = name.startsWith('@parley/') ? installed.replace(root, dir) : installed
    const link = join(dir, workspace, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(target, link)
  }
}

/** Unpacks the version that knew nothing of `migration`; null in a clone without its history. */
export async function unpackVersionBefore(migration: string): Promise<PreviousVersion | null> {
  const commit = await commitBefore(migration)
  if (commit === null) return null
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'parley-previous-')))
  const archive = join(dir, 'archive.tar')
  await git('archive', '--format=tar', `--output=${archive}`, commit, 'apps/api', 'packages')
  await run('tar', ['-xf', archive, '-C', dir])
  await linkModules(dir, 'apps/api')
  for (const name of await readdir(join(dir, 'packages'))) await linkModules(dir, `packages/${name}`)
  return { dir: join(dir, 'apps/api'), remove: () => rm(dir, { recursive: true }) }
}
