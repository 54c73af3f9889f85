import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { glob, mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const aptTimeoutMs = 300_000

/** Where programs fetched for this repository are kept between runs and shared between checkouts. */
export function cacheDir(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'parley')
}

/**
 * Fetches packages of the Debian or Ubuntu this runs on, with whatever they need and the machine lacks, and unpacks
 * them into the cache folder. Nothing is installed and root is not needed. Returns the folder that stands for `/`.
 */
export async function unpackDebianPackages(names: string[], log: (line: string) => void): Promise<string> {
  const root = join(cacheDir(), `${await distribution()}-${process.arch}`, names.join('+'))
  if (existsSync(root)) return root
  await mkdir(cacheDir(), { recursive: true })
  const work = await mkdtemp(join(cacheDir(), 'unpacking-'))
  try {
    log(`fetching ${names.join(', ')} into ${cacheDir()}`)
    await download(names, work)
    await mkdir(join(work, 'root'))
    for (const file of await readdir(work)) {
      if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', join(work, file), join(work, 'root')])
    }
    await mkdir(join(root, '..'), { recursive: true })
    await rename(join(work, 'root'), root).catch((error: unknown) => {
      // Another checkout was quicker; what it unpacked is the same.
      if (!existsSync(root)) throw error
    })
    return root
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The `LD_LIBRARY_PATH` by which a program from `unpackDebianPackages` finds the libraries unpacked beside it. */
export async function libraryPath(root: string): Promise<string> {
  // Two folders deep, for libraries private to a package, such as those of `pulseaudio`.
  const patterns = ['lib', 'usr/lib'].flatMap((lib) => [`${lib}/lib*.so*`, `${lib}/*/lib*.so*`, `${lib}/*/*/lib*.so*`])
  const folders = new Set<string>()
  for await (const file of glob(patterns, { cwd: root })) folders.add(join(root, dirname(file)))
  if (process.env.LD_LIBRARY_PATH) folders.add(process.env.LD_LIBRARY_PATH)
  return [...folders].join(':')
}

/** A program of this machine, or else of one of the distribution's packages, and the environment it runs in. */
export async function findProgram(
  name: string,
  debianPackage: string = name,
): Promise<{ file: string; env: NodeJS.ProcessEnv }> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const installed = folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
  if (installed !== undefined) return { file: installed, env: process.env }
  const root = await unpackDebianPackages([debianPackage], () => undefined)
  return { file: join(root, 'usr/bin', name), env: { ...process.env, LD_LIBRARY_PATH: await libraryPath(root) } }
}

/** `debian-12`, `ubuntu-24.04`: packages of one release do not run on another. */
async function distribution(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(release)?.[1]
  const id = field('ID')
  if (!id || !existsSync('/usr/bin/apt-get') || !existsSync('/usr/bin/dpkg-deb')) {
    throw new Error('this machine has no apt-get and dpkg-deb to fetch packages with')
  }
  return `${id}-${field('VERSION_ID') ?? field('VERSION_CODENAME') ?? 'rolling'}`
}

async function download(names: string[], into: string): Promise<void> {
  try {
    await downloadWith([], names, into)
  } catch {
    // The machine's package lists are empty, or name versions the mirror has dropped: use fresh lists of our own.
    const own = ['-o', `Dir::State::Lists=${into}/lists`, '-o', `Dir::Cache=${into}/cache`]
    await mkdir(join(into, 'lists/partial'), { recursive: true })
    await mkdir(join(into, 'cache/archives/partial'), { recursive: true })
    await apt([...own, 'update'], into)
    await downloadWith(own, names, into)
  }
}

async function downloadWith(options: string[], names: string[], into: string): Promise<void> {
  // A simulated install lists exactly what is missing here, dependencies included, and changes nothing.
  const plan = await apt([...options, '--simulate', '--no-install-recommends', 'install', ...names], into)
  const missing = [...plan.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+)/gm)].map(
    ([, name, version]) => `${name}=${version}`,
  )
  await apt([...options, 'download', ...(missing.length > 0 ? missing : names)], into)
}

async function apt(options: string[], cwd: string): Promise<string> {
  // Without the sandbox setting apt, run by root, warns that its own user may not write here.
  const { stdout } = await run('apt-get', ['-o', 'APT::Sandbox::User=root', ...options], {
    cwd,
    env: { ...process.env, LC_ALL: 'C' },
    timeout: aptTimeoutMs,
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}
